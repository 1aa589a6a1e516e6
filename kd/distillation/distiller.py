"""Distiller: the notebook's keras.Model, on Keras 3."""

from __future__ import annotations

import dataclasses

import keras

from kd.distillation.hyperparameters import checked_alpha, checked_temperature
from kd.distillation.objectives import OBJECTIVES, Objective, Outputs
from kd.distillation.soft_targets import SoftTargetDivergence
from kd.text.translation import _
from kd.text.words import quoted

for _objective in OBJECTIVES.values():
    keras.saving.register_keras_serializable(package="kd")(_objective)


@keras.saving.register_keras_serializable(package="kd")
class Distiller(keras.Model):
    """Trains a student on true labels and on a teacher's soft targets at the same time.

    loss = α · student_loss + (1 − α) · distillation_loss (Hinton, Vinyals and Dean 2015, section 2).
    Both models map the same inputs to logits (n, classes). Only the student learns; the teacher's weights do
    not change. Losses of the student's own layers (regularisers, `add_loss`) are added to this one, as `fit`
    of the student alone would add them; the teacher's are not.

    The teacher's logits may be given with the labels; then the teacher is not called:
    `fit(x, {"labels": y, "teacher_logits": z})`, z float (n, classes) in the order of x.

    Example:
        distiller = Distiller(student=build_student(), teacher=teacher)
        distiller.compile(optimizer="adam", metrics=["sparse_categorical_accuracy"], temperature=4)
        distiller.fit(x_train, y_train, epochs=3)
    """

    def __init__(self, student: keras.Model, teacher: keras.Model | None = None, **kwargs):
        """
        Args:
            student: the model that learns.
            teacher: the trained model; None if its logits are given with the labels.

        Raises:
            ValueError: when student or teacher is not a Keras model, or their outputs differ in shape.
        """
        super().__init__(**kwargs)
        for role, model in (("student", student), ("teacher", teacher)):
            if not isinstance(model, keras.Model) and not (role == "teacher" and model is None):
                raise ValueError(
                    _("{name} must be a keras.Model, got {value}.", name=role, value=quoted(model))
                )
        if teacher is not None and student.built and teacher.built:
            outputs = student.output_shape, teacher.output_shape
            if outputs[0] != outputs[1]:
                raise ValueError(
                    _(
                        "student and teacher must give logits of one shape, got {student} and {teacher}.",
                        student=outputs[0],
                        teacher=outputs[1],
                    )
                )
        self.student = student
        self.teacher = teacher
        self.student_loss_tracker = keras.metrics.Mean(name="student_loss")
        self.distillation_loss_tracker = keras.metrics.Mean(name="distillation_loss")
        self.built = student.built

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
            metrics: compare the true labels with the student's logits.
            student_loss_fn: loss of labels and the student's logits; cross-entropy if None.
            distillation_loss_fn: loss of teacher and student. One with `from_logits` set (the default,
                `SoftTargetDivergence`) gets the logits divided by T; any other, such as
                `keras.losses.KLDivergence()`, gets their softmax. An objective of
                kd.distillation.objectives, such as `Relations()`, takes alpha, temperature and
                temperature_squared from here; distillation_loss is then the sum of its terms.
            alpha: weight of student_loss, in [0, 1]; distillation_loss has the weight 1 − alpha, unless an
                objective has its own.
            temperature: T > 0.
            temperature_squared: whether to multiply distillation_loss by T², as Hinton et al. do.
            **kwargs: as for `keras.Model.compile`, such as steps_per_execution.

        Raises:
            ValueError: when alpha or temperature is out of range, or the objective compares more than logits.
        """
        self.alpha = checked_alpha(alpha)
        self.temperature = checked_temperature(temperature)
        self.temperature_squared = bool(temperature_squared)
        self.student_loss_fn = student_loss_fn or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.distillation_loss_fn = distillation_loss_fn or SoftTargetDivergence()
        if isinstance(distillation_loss_fn, Objective):
            self.distillation_loss_fn = self._with_own_numbers(distillation_loss_fn)
        self._compile_arguments = {"metrics": metrics, **kwargs}
        super().compile(optimizer=optimizer, metrics=metrics, **kwargs)

    def _with_own_numbers(self, objective: Objective) -> Objective:
        if objective.compares_attention:
            others = [name for name, other in OBJECTIVES.items() if not other.compares_attention]
            raise ValueError(
                _(
                    "distillation_loss_fn must compare logits, and {name} compares more: choose one of "
                    "{names}, or train a run with it.",
                    name=objective.name,
                    names=", ".join(others),
                )
            )
        scale = self.temperature**2 if self.temperature_squared else 1.0
        return dataclasses.replace(objective, alpha=self.alpha, temperature=self.temperature, scale=scale)

    def call(self, inputs, training=False):
        """The student's logits."""
        return self.student(inputs, training=training)

    # The optimiser and the gradients see only the student. The teacher is not frozen: somebody may want to go
    # on training it.
    @property
    def trainable_variables(self):
        return self.student.trainable_variables

    @property
    def trainable_weights(self):
        return self.student.trainable_weights

    @property
    def losses(self):
        return self.student.losses

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        own_losses = self.losses  # before the teacher is called: it may share layers with the student
        labels, teacher_logits = _split_targets(y)
        weighted = {} if sample_weight is None else {"sample_weight": sample_weight}
        student_loss = self.student_loss_fn(labels, y_pred, **weighted)
        objective, weight = self.distillation_loss_fn, 1.0 - self.alpha
        if isinstance(objective, Objective):
            weight = objective.teacher_weight()
            distillation_loss = self._sum_of_terms(objective, x, labels, teacher_logits, y_pred, weighted)
        else:
            softened = self._softened(self._teacher_logits(x, teacher_logits), y_pred)
            distillation_loss = self.distillation_loss_fn(*softened, **weighted)
            if self.temperature_squared:
                distillation_loss = distillation_loss * self.temperature**2
        self.student_loss_tracker.update_state(student_loss)
        self.distillation_loss_tracker.update_state(distillation_loss)
        loss = self.alpha * student_loss + weight * distillation_loss
        for own_loss in own_losses:
            loss = keras.ops.add(loss, keras.ops.sum(own_loss))
        return loss

    def _teacher_logits(self, x, given):
        if given is not None:
            return given
        if self.teacher is None:
            raise ValueError(
                _(
                    "The Distiller has no teacher: give it one, or fit with targets "
                    "{'labels': y, 'teacher_logits': z}."
                )
            )
        return self.teacher(x, training=False)

    def _sum_of_terms(self, objective, x, labels, teacher_logits, student_logits, weighted):
        if weighted:
            raise ValueError(
                _(
                    "sample_weight must be None with the objective {name}, whose terms are of whole batches.",
                    name=objective.name,
                )
            )
        teacher_logits = self._teacher_logits(x, teacher_logits) if objective.uses_teacher else None
        labels = keras.ops.cast(keras.ops.reshape(labels, (-1,)), "int32")
        prepared = objective.prepare(Outputs(teacher_logits), labels)
        return sum(objective.terms(labels, Outputs(student_logits), prepared).values())

    def _softened(self, teacher_logits, student_logits):
        teacher_logits = teacher_logits / self.temperature
        student_logits = student_logits / self.temperature
        if getattr(self.distillation_loss_fn, "from_logits", False):
            return teacher_logits, student_logits
        return keras.ops.softmax(teacher_logits, axis=-1), keras.ops.softmax(student_logits, axis=-1)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, _split_targets(y)[0], y_pred, sample_weight)

    def test_step(self, data):
        """Metrics and student_loss on the labels; the teacher plays no part here."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        labels = _split_targets(y)[0]
        logits = self(x, training=False)
        weighted = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.student_loss_tracker.update_state(self.student_loss_fn(labels, logits, **weighted))
        results = self.compute_metrics(x, labels, logits, sample_weight)
        for training_only in ("loss", "distillation_loss"):
            results.pop(training_only, None)
        return results

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


def _split_targets(targets):
    """Labels, and the teacher's logits if they were given with them (else None)."""
    if not isinstance(targets, dict):
        return targets, None
    if set(targets) != {"labels", "teacher_logits"}:
        raise ValueError(
            _("targets must have the keys 'labels' and 'teacher_logits', got {keys}.", keys=sorted(targets))
        )
    return targets["labels"], targets["teacher_logits"]
