"""The divergence of soft targets as a loss of Keras, for the Distiller; runs train with objectives/."""

from __future__ import annotations

import keras
from keras import ops


def soft_target_divergence(teacher_logits, student_logits, temperature=1.0):
    """KL(softmax(z_t / T) ‖ softmax(z_s / T)) for each row, from logits.

    Computed with log-softmax, so logits of any size give the exact value and gradient; clipped probabilities
    would not.

    Args:
        teacher_logits: float (n, classes).
        student_logits: float (n, classes).
        temperature: T > 0, a number or a scalar tensor.

    Returns:
        float (n,), in nats.
    """
    teacher_log = ops.log_softmax(teacher_logits / temperature, axis=-1)
    student_log = ops.log_softmax(student_logits / temperature, axis=-1)
    return ops.sum(ops.exp(teacher_log) * (teacher_log - student_log), axis=-1)


@keras.saving.register_keras_serializable(package="kd")
class SoftTargetDivergence(keras.losses.Loss):
    """`soft_target_divergence` as a Keras loss of teacher's and student's logits.

    Use it in `Distiller.compile` in place of `keras.losses.KLDivergence()`, which gets probabilities and
    clips them to [1e-7, 1]; this one gets the logits divided by T and clips nothing.
    """

    from_logits = True

    def __init__(
        self, name: str = "soft_target_divergence", reduction: str = "sum_over_batch_size", **kwargs
    ):
        super().__init__(name=name, reduction=reduction, **kwargs)

    def call(self, y_true, y_pred):
        return soft_target_divergence(y_true, y_pred)
