"""A Keras model around a student, whatever it learns from."""

from __future__ import annotations

import keras

from kd.distillation.targets import split_targets, split_weights, weighted_by_class


class StudentModel(keras.Model):
    """Its inputs, its answers, its weights and the losses of its layers are the student's.

    Targets are labels, or {"labels": y, "teacher_logits": z}; Keras takes `class_weight` for the former only.

    Args:
        student: the model that learns.
    """

    def __init__(self, student: keras.Model, **kwargs):
        super().__init__(**kwargs)
        self.student = student
        self.built = student.built
        self._class_weight: tuple[tuple[int, float], ...] | None = None

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
    def non_trainable_variables(self):
        return self.non_trainable_weights

    @property
    def non_trainable_weights(self):
        learning = set(map(id, self.trainable_weights))
        return [weight for weight in self.weights if id(weight) not in learning]

    @property
    def losses(self):
        return self.student.losses

    def export(self, filepath, *args, **kwargs):
        """Export the student, as `keras.Model.export` does: the teacher is not needed to use it."""
        return self.student.export(filepath, *args, **kwargs)

    def look_at(self, y):
        """Called with the targets before they are used; raises a ValueError to refuse them."""

    def fit(self, x=None, y=None, *args, class_weight=None, **kwargs):
        """As `keras.Model.fit`; y may hold the teacher's logits, also with `class_weight`.

        Raises:
            ValueError: when there are no labels or other keys, or logits that are NaN, infinite,
                probabilities, or of other classes than the student's.
        """
        self._weigh_classes(class_weight)
        self.look_at(y)
        self.look_at(keras.utils.unpack_x_y_sample_weight(kwargs.get("validation_data"))[1])
        return super().fit(x, y, *args, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """As `keras.Model.evaluate`, with the loss of training.

        Raises:
            ValueError: as for `fit`.
        """
        self.look_at(y)
        return super().evaluate(x, y, *args, **kwargs)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """As `keras.Model.train_on_batch`.

        Raises:
            ValueError: as for `fit`.
        """
        self._weigh_classes(class_weight)
        self.look_at(y)
        return super().train_on_batch(x, y, sample_weight, return_dict=return_dict)

    def _weigh_classes(self, class_weight):
        items = None if class_weight is None else tuple(dict(class_weight).items())
        if items != self._class_weight:
            self._class_weight = items
            self.train_function = None  # it was traced with the others

    def train_step(self, data):
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if self._class_weight is not None:
            weights = weighted_by_class(weights, split_targets(y)[0], dict(self._class_weight))
        return super().train_step((x, y, weights))

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, split_targets(y)[0], y_pred, split_weights(sample_weight)[0])
