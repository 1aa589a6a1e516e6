"""The objectives of distillation, computed from logits.

    loss = α · CE(y, z_s) + (1 − α) · s · KL(softmax(z_t / T) ‖ softmax(z_s / T))

z_s and z_t are the student's and the teacher's logits, T the temperature, α the weight of the true
labels, and s = T² (Hinton, Vinyals and Dean 2015, section 2) or 1 (the original notebook).
"""

from __future__ import annotations

from typing import NamedTuple

import keras
from keras import ops


class Objective(NamedTuple):
    """The loss and its two terms, each a scalar: loss = α · student_loss + (1 − α) · distillation_loss."""

    loss: object
    student_loss: object
    distillation_loss: object


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


def hard_label_loss(labels, logits):
    """Cross-entropy of integer labels (n,) and logits (n, classes) for each row: float (n,), in nats."""
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def distillation_objective(
    labels, student_logits, teacher_logits, alpha, temperature, scale=1.0
) -> Objective:
    """The whole objective, averaged over the batch.

    Args:
        labels: int (n,).
        student_logits: float (n, classes).
        teacher_logits: float (n, classes).
        alpha: weight of the true labels, in [0, 1].
        temperature: T > 0.
        scale: s, the factor of the soft targets' term: T² or 1.

    Returns:
        Objective of scalars; `distillation_loss` includes the factor s.
    """
    student_loss = ops.mean(hard_label_loss(labels, student_logits))
    divergence = ops.mean(soft_target_divergence(teacher_logits, student_logits, temperature))
    distillation_loss = scale * divergence
    return Objective(
        alpha * student_loss + (1.0 - alpha) * distillation_loss, student_loss, distillation_loss
    )


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
