"""Distiller: the notebook's keras.Model, on Keras 3."""

from __future__ import annotations

import keras
from keras import ops

from kd.distillation.annealing import Annealed
from kd.distillation.hyperparameters import checked_alpha, checked_temperature
from kd.distillation.losses import distillation_loss, student_loss
from kd.distillation.models import check_models, classes, only_output
from kd.distillation.objectives import Objective
from kd.distillation.student_model import StudentModel
from kd.distillation.targets import check_labels, check_teacher_logits, split_targets, split_weights
from kd.distillation.teachers_part import has_teaching, numbered, teachers_terms
from kd.text.translation import _
from kd.text.words import quoted


@keras.saving.register_keras_serializable(package="kd")
class Distiller(StudentModel):
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
    The student that has learned is `distiller.student`; `export` exports it.

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
            ValueError: when student or teacher is not a Keras model, both are the same, one does not end in
                logits of at least two classes, or their outputs differ in shape.
        """
        check_models(student, teacher)
        super().__init__(student, **kwargs)
        self.teacher = teacher
        self.student_loss_tracker = keras.metrics.Mean(name="student_loss")
        self.distillation_loss_tracker = keras.metrics.Mean(name="distillation_loss")

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
        """Set how the student learns.

        Args:
            optimizer: updates the student's weights.
            metrics: a list; they compare the true labels with the student's logits.
            student_loss_fn: loss of labels and the student's logits; cross-entropy if None. A name, such as
                "categorical_crossentropy" for one-hot labels, is the loss of logits of this name.
            distillation_loss_fn: loss of teacher and student. `SoftTargetDivergence`, the default, gets the
                logits divided by T; any other, such as `keras.losses.KLDivergence()` or "kl_divergence", gets
                their softmax, but one made with `from_logits=True` gets the student's logits. An objective
                of kd.distillation.objectives, such as `Relations()` or "relations", takes alpha, temperature
                and temperature_squared from here; distillation_loss is then the sum of its terms.
            alpha: weight of student_loss, in [0, 1]; distillation_loss has the weight 1 − alpha, unless an
                objective has its own.
            temperature: T > 0.
            temperature_squared: whether to multiply distillation_loss by T², as Hinton et al. do.
            **kwargs: as for `keras.Model.compile`, such as steps_per_execution.

        Raises:
            ValueError: when alpha or temperature is out of range, a loss is none or misreads logits, the
                objective compares more than logits, or `loss` or `loss_weights` is given.
        """
        _refuse_what_would_be_ignored(metrics, kwargs)
        both_losses = student_loss(student_loss_fn), distillation_loss(distillation_loss_fn)
        numbers = Annealed(checked_alpha, alpha), Annealed(checked_temperature, temperature)
        super().compile(optimizer=optimizer, metrics=metrics, **kwargs)
        self.student_loss_fn, self._distillation_loss = both_losses
        self._alpha, self._temperature = numbers
        self._temperature_squared = bool(temperature_squared)
        self._compile_arguments = {"metrics": metrics, **kwargs}

    @property
    def alpha(self) -> float:
        """The weight of student_loss; another may be set at any time.

        Raises:
            ValueError: when it is set to a value outside [0, 1].
        """
        return self._alpha.value

    @alpha.setter
    def alpha(self, value):
        self._alpha.value = value

    @property
    def temperature(self) -> float:
        """T; another may be set at any time.

        Raises:
            ValueError: when it is set to a value that is not above 0.
        """
        return self._temperature.value

    @temperature.setter
    def temperature(self, value):
        self._temperature.value = value

    @property
    def temperature_squared(self) -> bool:
        """Whether distillation_loss is multiplied by T²; `compile` sets it."""
        return self._temperature_squared

    @property
    def distillation_loss_fn(self):
        """The loss of teacher and student; an objective has this Distiller's numbers."""
        loss = self._distillation_loss
        if not isinstance(loss, Objective):
            return loss
        return numbered(loss, self.alpha, self.temperature, self.temperature_squared)

    def look_at(self, y):
        if self.compiled:
            check_teacher_logits(y, classes(self.student), self._distillation_loss)

    def test_step(self, data):
        results = super().test_step(data)
        given = split_targets(keras.utils.unpack_x_y_sample_weight(data)[1])[1]
        if not has_teaching(self._distillation_loss, self.teacher, given):
            results.pop("distillation_loss")
        return results

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        y_pred = only_output("student", y_pred)
        own_losses = self.losses  # before the teacher is called: it may share layers with the student
        labels, given = split_targets(y)
        weights, teachers_weights = split_weights(sample_weight)
        check_labels(labels, y_pred, self.student_loss_fn)
        rows = ops.shape(y_pred)[0]
        loss = self.student_loss_fn(labels, y_pred, sample_weight=weights)
        self.student_loss_tracker.update_state(loss, sample_weight=rows)
        compares = self._distillation_loss
        if training or has_teaching(compares, self.teacher, given):
            numbers = self._alpha.tensor(loss.dtype), self._temperature.tensor(loss.dtype)
            objective = numbered(compares, *numbers, self.temperature_squared)
            teacher_logits = self._teacher_logits(x, given)
            terms = teachers_terms(compares, objective, labels, teacher_logits, y_pred, teachers_weights)
            self.distillation_loss_tracker.update_state(sum(terms.values()), sample_weight=rows)
            loss = objective.loss(loss, terms)
        for own_loss in own_losses:
            loss = ops.add(loss, ops.sum(own_loss))
        return loss

    def _teacher_logits(self, x, given):
        loss = self._distillation_loss
        if isinstance(loss, Objective) and not loss.uses_teacher:
            return None
        if given is not None:
            return given
        if self.teacher is None:
            raise ValueError(
                _(
                    "The Distiller has no teacher: give it one, or fit with targets "
                    "{'labels': y, 'teacher_logits': z}."
                )
            )
        return only_output("teacher", self.teacher(x, training=False))

    def get_config(self):
        return {
            **super().get_config(),
            "student": keras.saving.serialize_keras_object(self.student),
            "teacher": keras.saving.serialize_keras_object(self.teacher),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for role in ("student", "teacher"):
            config[role] = keras.saving.deserialize_keras_object(config[role], custom_objects=custom_objects)
        return cls(**config)

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


def _refuse_what_would_be_ignored(metrics, others):
    for name in ("loss", "loss_weights"):
        if others.get(name) is not None:
            raise ValueError(
                _(
                    "compile() takes student_loss_fn, distillation_loss_fn and alpha in place of {name}, "
                    "which would be ignored.",
                    name=name,
                )
            )
    if metrics is not None and not isinstance(metrics, list | tuple | dict):
        raise ValueError(
            _("metrics must be a list, such as ['accuracy'], got {value}.", value=quoted(metrics))
        )
