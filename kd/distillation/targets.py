"""The targets that a Distiller takes: labels, the teacher's logits beside them, and what each row counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from kd.distillation.losses import OF_NUMBERS
from kd.distillation.soft_targets import agree, check_shapes
from kd.text.translation import _
from kd.text.words import quoted

TARGETS = ("labels", "teacher_logits")


def split_targets(targets: Any) -> tuple[Any, Any]:
    """Labels, and the teacher's logits if they were given with them (else None).

    Raises:
        ValueError: when there are no labels, or targets of another form.
    """
    if isinstance(targets, dict):
        if set(targets) != {*TARGETS}:
            raise ValueError(
                _(
                    "targets must have the keys 'labels' and 'teacher_logits', got {keys}.",
                    keys=sorted(targets),
                )
            )
        return targets["labels"], targets["teacher_logits"]
    if targets is None or isinstance(targets, list | tuple):
        raise ValueError(
            _(
                "targets must be an array of labels, or a dict of labels and teacher_logits, got {value}.",
                value=quoted(type(targets).__name__),
            )
        )
    return targets, None


def split_weights(weights: Any) -> tuple[Any, Any]:
    """What each row counts for the labels, and for the teacher; one array counts for both.

    Raises:
        ValueError: when they have other names than the targets.
    """
    if not isinstance(weights, dict):
        return weights, weights
    if set(weights) != {*TARGETS}:
        raise ValueError(
            _(
                "sample_weight must be an array, or have the keys 'labels' and 'teacher_logits', got {keys}.",
                keys=sorted(weights),
            )
        )
    return weights["labels"], weights["teacher_logits"]


def check_teacher_logits(targets: Any, classes: int | None, loss: Any) -> None:
    """Refuse an array of teacher's logits that teaches nothing, or nothing right. Data sets are not read.

    Args:
        targets: as for `split_targets`.
        classes: how many the student has, if that is known.
        loss: what compares the logits.

    Raises:
        ValueError: when they have other classes, are NaN or infinite, or are probabilities. A logit of −inf
            rules a class out, if the loss allows that and the teacher leaves another class.
    """
    logits = targets.get("teacher_logits") if isinstance(targets, dict) else None
    if not hasattr(logits, "__array__"):
        return
    logits = np.asarray(logits)
    check_shapes(logits.shape, (*(None,) * (logits.ndim - 1), classes))
    ruled_out = np.isneginf(logits)
    allowed = getattr(loss, "allows_masked_classes", True)
    if not (np.isfinite(logits) | ruled_out).all() or (ruled_out.any() and not allowed):
        raise ValueError(
            _("teacher_logits must be finite with this distillation_loss_fn, and some are NaN or infinite.")
        )
    if ruled_out.all(axis=-1).any():
        raise ValueError(_("teacher_logits must leave a class, and some rows are −inf throughout."))
    if (logits >= 0).all() and np.allclose(logits.sum(axis=-1), 1.0, atol=1e-3):
        raise ValueError(
            _(
                "teacher_logits must be logits, and these are probabilities: "
                "give what the teacher computes before its softmax."
            )
        )


def check_labels(labels: Any, logits: Any, loss: keras.losses.Loss) -> None:
    """Refuse labels that the loss would misread.

    Raises:
        ValueError: when a loss of Keras would broadcast them, or takes numbers where they are one-hot.
    """
    shape, one_hot = tuple(labels.shape), tuple(logits.shape)
    numbers = one_hot[:-1]
    if isinstance(loss, OF_NUMBERS):
        if not agree(shape, numbers) and not agree(shape, (*numbers, 1)):
            raise ValueError(
                _(
                    "{loss} takes the numbers of classes, of the shape {expected}, and labels have {shape}: "
                    "CategoricalCrossentropy(from_logits=True) takes one-hot labels.",
                    loss=type(loss).__name__,
                    expected=numbers,
                    shape=shape,
                )
            )
    elif getattr(loss, "function", type(loss)).__module__.startswith("keras.") and not agree(shape, one_hot):
        raise ValueError(
            _(
                "{loss} takes a number for each class, of the shape {expected}, and labels have {shape}: "
                "SparseCategoricalCrossentropy(from_logits=True) takes the numbers of classes.",
                loss=type(loss).__name__,
                expected=one_hot,
                shape=shape,
            )
        )


def numbers_of_classes(labels: Any) -> Any:
    """Labels as int32 (n,), from numbers (n,) or (n, 1), or one-hot ones (n, classes)."""
    if len(labels.shape) > 1 and labels.shape[-1] != 1:
        return ops.argmax(labels, axis=-1)
    return ops.cast(ops.reshape(labels, (-1,)), "int32")


def weighted_by_class(weights: Any, labels: Any, class_weight: Mapping[int, float]) -> Any:
    """`sample_weight`, times the weight of each row's class; 1 for a class without one."""
    is_class = ops.expand_dims(numbers_of_classes(labels), -1) == ops.convert_to_tensor(
        list(class_weight), "int32"
    )
    of_classes = ops.convert_to_tensor(list(class_weight.values()), "float32")
    of_rows = ops.sum(ops.where(is_class, of_classes, 0.0), axis=-1)
    of_rows = ops.where(ops.any(is_class, axis=-1), of_rows, 1.0)
    if isinstance(weights, dict):
        return {part: of_rows * ops.reshape(rows, (-1,)) for part, rows in weights.items()}
    return of_rows if weights is None else of_rows * ops.reshape(weights, (-1,))
