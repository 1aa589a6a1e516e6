"""Distiller: the notebook's keras.Model, on Keras 3."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from kd.distillation.losses import (
    KerasObjective,
    check_teacher_logits,
    distillation_objective,
    split_targets,
    split_weights,
    student_loss,
    teachers_terms,
    weighted_by_class,
)
from kd.distillation.objectives import Objective
from kd.distillation.objectives.objective import checked_alpha, checked_temperature


class _Annealed:
    """Holds α or T: a number for Python, and a variable for the traced step, so no value traces again.

    Keras does not count such an object's variable as a weight of the model.
    """

    def __init__(self, checked: Callable[[Any], float], value: Any):
        self._checked, self.value = checked, checked(value)
        self._variable = keras.Variable(self.value, dtype="float32", trainable=False, autocast=False)

    def set(self, value: Any) -> None:
        self.value = self._checked(value)
        self._variable.assign(self.value)

    def tensor(self, dtype: str) -> Any:
        return ops.cast(self._variable, dtype)


@keras.saving.register_keras_serializable(package="kd")
class Distiller(keras.Model):
    """Trains a student on true labels and on a teacher's soft targets at the same time.

    loss = α · student_loss + (1 − α) · distillation_loss (Hinton, Vinyals and Dean 2015, section 2).
    Both models map the same inputs to logits (n, classes). Only the student learns; the teacher's weights do
    not change. Losses of the student's own layers (regularisers, `add_loss`) are added to this one, as `fit`
    of the student alone would add them; the teacher's are not.

    The teacher's logits may be given with the labels; then the teacher is not called:
    `fit(x, {"labels": y, "teacher_logits": z})`, z float (n, classes) in the order of x. A logit of −inf
    rules a class out. `sample_weight` and `class_weight` count for labels and teacher alike; for a weight of
    each, give `sample_weight={"labels": …, "teacher_logits": …}`.

    `evaluate`, and so `val_loss`, has the same loss, from the teacher or from logits given with the labels.
    Where there is neither, `loss` is that of the student alone: student_loss, and its layers' own losses.

    `alpha` and `temperature` may be set while it trains, as by a callback: `distiller.temperature = 2.0`.
    The student that has learned is `distiller.student`; `export` exports it. `keras.saving.load_model` loads
    a saved Distiller after `from kd import Distiller`.

    Example:
        distiller = Distiller(student=build_student(), teacher=teacher)
        distiller.compile(optimizer="adam", metrics=["sparse_categorical_accuracy"], temperature=4)
        distiller.fit(x_train, y_train, epochs=3)
    """

    def __init__(self, *, student: keras.Model, teacher: keras.Model | None = None, **kwargs):
        """
        Args:
            student: the model that learns.
            teacher: the trained model; None if its logits are given with the labels.

        Raises:
            ValueError: when one is not a Keras model, or both are the same.
        """
        for role, model in (("student", student), ("teacher", teacher)):
            if not isinstance(model, keras.Model) and not (role == "teacher" and model is None):
                raise ValueError(f"{role} must be a keras.Model, not {type(model).__name__}.")
        if student is teacher:
            raise ValueError(
                "student and teacher must be two models: keras.models.clone_model makes another."
            )
        super().__init__(**kwargs)
        self.student = student
        self.teacher = teacher
        self.built = student.built
        self.student_loss_tracker = keras.metrics.Mean(name="student_loss")
        self.distillation_loss_tracker = keras.metrics.Mean(name="distillation_loss")
        self._objective = Objective()  # with numbers of no meaning; see `_numbered`
        self._class_weight: tuple[tuple[int, float], ...] | None = None

    def compile(
        self,
        optimizer="adam",
        metrics=None,
        student_loss_fn=None,
        distillation_loss_fn=None,
        alpha=0.1,
        temperature=3,
        temperature_squared=False,
        **kwargs,
    ):
        """Sets how the student learns.

        Args:
            optimizer: updates the student's weights.
            metrics: a list; they compare the true labels with the student's logits.
            student_loss_fn: loss of labels and the student's logits; cross-entropy if None. A name, such as
                "categorical_crossentropy" for one-hot labels, is the loss of logits of this name.
            distillation_loss_fn: loss of teacher and student: an objective of kd.distillation.objectives or
                its name; soft targets if None. It takes alpha, temperature and temperature_squared from
                here, and distillation_loss is the sum of its terms. A loss of Keras or its name, such as
                "kl_divergence", gets the softmax of the logits divided by T, but one made with
                `from_logits=True` gets the student's logits.
            alpha: weight of student_loss, in [0, 1]; distillation_loss has the weight 1 − alpha, unless an
                objective has its own.
            temperature: T > 0.
            temperature_squared: whether to multiply distillation_loss by T², as Hinton et al. do.
            **kwargs: as for `keras.Model.compile`, such as steps_per_execution.

        Raises:
            ValueError: when alpha or temperature is out of range, a loss is none or misreads logits, the
                objective compares more than logits, or `loss` or `loss_weights` is given.
        """
        for name in ("loss", "loss_weights"):
            if kwargs.get(name) is not None:
                raise ValueError(
                    f"compile() takes student_loss_fn, distillation_loss_fn and alpha, not {name}."
                )
        both_losses = student_loss(student_loss_fn), distillation_objective(distillation_loss_fn)
        numbers = _Annealed(checked_alpha, alpha), _Annealed(checked_temperature, temperature)
        super().compile(optimizer=optimizer, metrics=metrics, **kwargs)
        self.student_loss_fn, self._objective = both_losses
        self._alpha, self._temperature = numbers
        self._temperature_squared = bool(temperature_squared)
        self._compile_arguments = {"metrics": metrics, **kwargs}

    @property
    def alpha(self) -> float:
        """The weight of student_loss, in [0, 1]; another may be set at any time."""
        return self._alpha.value

    @alpha.setter
    def alpha(self, value):
        self._alpha.set(value)

    @property
    def temperature(self) -> float:
        """T > 0; another may be set at any time."""
        return self._temperature.value

    @temperature.setter
    def temperature(self, value):
        self._temperature.set(value)

    @property
    def temperature_squared(self) -> bool:
        """Whether distillation_loss is multiplied by T²; `compile` sets it."""
        return self._temperature_squared

    @property
    def distillation_loss_fn(self):
        """The loss of teacher and student; an objective has this Distiller's numbers."""
        if isinstance(self._objective, KerasObjective):
            return self._objective.function
        return self._numbered(self.alpha, self.temperature)

    def _numbered(self, alpha: Any, temperature: Any) -> Objective:
        scale = temperature**2 if self.temperature_squared else 1.0
        return dataclasses.replace(self._objective, alpha=alpha, temperature=temperature, scale=scale)

    # The optimiser and the gradients see only the student. The teacher is not frozen: somebody may want to go
    # on training it.
    @property
    def trainable_variables(self):
        return self.student.trainable_variables

    @property
    def trainable_weights(self):
        return self.student.trainable_weights

    @property
    def non_trainable_variables(self):
        return self.non_trainable_weights

    @property
    def non_trainable_weights(self):
        learning = set(map(id, self.trainable_weights))
        return [weight for weight in self.weights if id(weight) not in learning]

    @property
    def losses(self):
        return self.student.losses

    def call(self, inputs, training=False):
        """Returns the student's logits."""
        return self.student(inputs, training=training)

    def export(self, filepath, *args, **kwargs):
        """Exports the student, as `keras.Model.export` does: the teacher is not needed to use it."""
        return self.student.export(filepath, *args, **kwargs)

    def fit(self, x=None, y=None, *args, class_weight=None, **kwargs):
        """Trains as `keras.Model.fit` does; y may hold the teacher's logits, also with `class_weight`.

        Raises:
            ValueError: when the teacher's logits are NaN, infinite or probabilities, or, as the first batch
                is computed, when a model gives probabilities or the logits differ in shape.
        """
        self._weigh_classes(class_weight)
        for targets in (y, keras.utils.unpack_x_y_sample_weight(kwargs.get("validation_data"))[1]):
            check_teacher_logits(targets, self._objective)
        return super().fit(x, y, *args, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Evaluates as `keras.Model.evaluate` does, with the loss and the refusals of `fit`."""
        check_teacher_logits(y, self._objective)
        return super().evaluate(x, y, *args, **kwargs)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Trains as `keras.Model.train_on_batch` does, with the refusals of `fit`."""
        self._weigh_classes(class_weight)
        check_teacher_logits(y, self._objective)
        return super().train_on_batch(x, y, sample_weight, return_dict=return_dict)

    def _weigh_classes(self, class_weight):
        # Keras takes class_weight only where targets are one tensor.
        items = None if class_weight is None else tuple(dict(class_weight).items())
        if items != self._class_weight:
            self._class_weight = items
            self.train_function = None  # it was traced with the others

    def train_step(self, data):
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if self._class_weight:
            weights = weighted_by_class(weights, split_targets(y)[0], dict(self._class_weight))
        return super().train_step((x, y, weights))

    def test_step(self, data):
        results = super().test_step(data)
        given = split_targets(keras.utils.unpack_x_y_sample_weight(data)[1])[1]
        if not self._has_teaching(given):
            results.pop("distillation_loss")
        return results

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, split_targets(y)[0], y_pred, split_weights(sample_weight)[0])

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        y_pred = _logits("student", y_pred)
        own_losses = self.losses  # before the teacher is called: it may share layers with the student
        labels, given = split_targets(y)
        weights, teachers_weights = split_weights(sample_weight)
        rows = ops.shape(y_pred)[0]
        loss = self.student_loss_fn(labels, y_pred, sample_weight=weights)
        self.student_loss_tracker.update_state(loss, sample_weight=rows)
        if training or self._has_teaching(given):
            objective = self._numbered(self._alpha.tensor(loss.dtype), self._temperature.tensor(loss.dtype))
            terms = teachers_terms(
                objective, labels, self._teacher_logits(x, given), y_pred, teachers_weights
            )
            self.distillation_loss_tracker.update_state(sum(terms.values()), sample_weight=rows)
            loss = objective.loss(loss, terms)
        for own_loss in own_losses:
            loss = ops.add(loss, ops.sum(own_loss))
        return loss

    def _has_teaching(self, given):
        """Tells whether there is something to learn besides labels."""
        return not (self.teacher is given is None and self._objective.uses_teacher)

    def _teacher_logits(self, x, given):
        if not self._objective.uses_teacher:
            return None
        if given is not None:
            return given
        if self.teacher is None:
            raise ValueError(
                "The Distiller has no teacher: give it one, or fit with {'labels': y, 'teacher_logits': z}."
            )
        return _logits("teacher", self.teacher(x, training=False))

    def get_config(self):
        return {
            **super().get_config(),
            "student": keras.saving.serialize_keras_object(self.student),
            "teacher": keras.saving.serialize_keras_object(self.teacher),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        models = {
            role: keras.saving.deserialize_keras_object(config[role], custom_objects=custom_objects)
            for role in ("student", "teacher")
        }
        return cls(**{**config, **models})

    def get_compile_config(self):
        if not self.compiled:
            return None
        return keras.saving.serialize_keras_object(
            {
                "optimizer": self.optimizer,
                "student_loss_fn": self.student_loss_fn,
                "distillation_loss_fn": self.distillation_loss_fn,
                "alpha": self.alpha,
                "temperature": self.temperature,
                "temperature_squared": self.temperature_squared,
                **self._compile_arguments,
            }
        )

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)


def _logits(role: str, outputs: Any) -> Any:
    """Returns the one output of a model; raises a ValueError if it comes from a softmax or sigmoid."""
    outputs = keras.tree.flatten(outputs)
    if len(outputs) != 1:
        raise ValueError(f"{role} must have one output, its logits, and has {len(outputs)}.")
    if hasattr(outputs[0], "_keras_logits"):  # Keras's own mark of such a tensor
        raise ValueError(f"{role} must give logits, not probabilities: leave out its softmax or sigmoid.")
    return outputs[0]
