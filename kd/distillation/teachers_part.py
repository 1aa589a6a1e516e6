"""The teacher's part of a Distiller's loss for a batch: the terms of an objective, or a loss of Keras."""

from __future__ import annotations

import dataclasses
from typing import Any

from keras import ops

from kd.distillation.losses import compared
from kd.distillation.objectives import Objective, Outputs
from kd.distillation.soft_targets import alike, without_infinities
from kd.distillation.targets import numbers_of_classes
from kd.text.translation import _


def numbered(loss: Any, alpha: Any, temperature: Any, squared: bool) -> Objective:
    """The objective at these numbers; for a loss of Keras, one without terms of its own."""
    objective = loss if isinstance(loss, Objective) else Objective()
    scale = temperature**2 if squared else 1.0
    return dataclasses.replace(objective, alpha=alpha, temperature=temperature, scale=scale)


def has_teaching(loss: Any, teacher: Any, given: Any) -> bool:
    """Whether there is something to learn besides the labels: a teacher, its logits, or a virtual teacher."""
    return not (teacher is given is None) or (isinstance(loss, Objective) and not loss.uses_teacher)


def teachers_terms(
    loss: Any, objective: Objective, labels: Any, teacher_logits: Any, student_logits: Any, weights: Any
) -> dict[str, Any]:
    """The terms of a batch, as scalars.

    Args:
        loss: as `kd.distillation.losses.distillation_loss` returns it.
        objective: what `numbered` made of it.
        labels: numbers of classes, or one-hot.
        teacher_logits: (n, classes); None for an objective without a teacher.
        student_logits: (n, classes).
        weights: what each row counts, (n,) or (n, 1), or None.

    Raises:
        ValueError: when the logits differ in shape, or the objective takes no such logits or weights.
    """
    dtype = objective.temperature.dtype
    if teacher_logits is None:
        student_logits, _same = alike(student_logits, student_logits, dtype)
    else:
        # a teacher that shares layers with the student is no way for gradients to go
        teacher_logits, student_logits = alike(ops.stop_gradient(teacher_logits), student_logits, dtype)
    if isinstance(loss, Objective):
        return _of_objective(objective, labels, teacher_logits, student_logits, weights)
    temperature = objective.temperature
    both = compared(loss, teacher_logits / temperature, student_logits / temperature)
    return {"distillation_loss": objective.scale * loss(*both, sample_weight=weights)}


def _of_objective(objective, labels, teacher_logits, student_logits, weights) -> dict[str, Any]:
    if weights is not None and not objective.takes_weights:
        raise ValueError(
            _(
                "sample_weight must be None with the objective {name}, whose terms are of whole batches.",
                name=objective.name,
            )
        )
    if len(student_logits.shape) != 2:
        raise ValueError(
            _(
                "The objective {name} compares logits of the shape (n, classes), got {shape}.",
                name=objective.name,
                shape=tuple(student_logits.shape),
            )
        )
    if objective.allows_masked_classes:
        student_logits = without_infinities(student_logits)
        teacher_logits = None if teacher_logits is None else without_infinities(teacher_logits)
    labels = numbers_of_classes(labels)
    prepared = objective.prepare(Outputs(teacher_logits), labels)
    weighted = {} if weights is None else {"weights": ops.reshape(weights, (-1,))}
    return objective.terms(labels, Outputs(student_logits), prepared, **weighted)
