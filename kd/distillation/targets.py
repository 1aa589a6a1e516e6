"""The targets that a Distiller takes: labels, the teacher's logits beside them, and what each row counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops


def split_targets(targets: Any) -> tuple[Any, Any]:
    """Returns the labels, and the teacher's logits if they were given with them (else None)."""
    if isinstance(targets, dict):
        return targets["labels"], targets["teacher_logits"]
    return targets, None


def split_weights(weights: Any) -> tuple[Any, Any]:
    """Returns what each row counts for the labels, and for the teacher; one array counts for both."""
    if isinstance(weights, dict):
        return weights["labels"], weights["teacher_logits"]
    return weights, weights


def check_teacher_logits(targets: Any, loss: Any) -> None:
    """Refuses an array of teacher's logits that teaches nothing, or nothing right. Data sets are not read.

    Args:
        targets: as for `split_targets`.
        loss: what compares the logits.

    Raises:
        ValueError: when they are NaN, infinite or probabilities. A logit of −inf rules a class out, if the
            loss allows that and the row leaves another class.
    """
    logits = targets.get("teacher_logits") if isinstance(targets, dict) else None
    if not hasattr(logits, "__array__"):
        return
    logits = np.asarray(logits)
    finite = np.isfinite(logits)
    may_rule_out = getattr(loss, "allows_masked_classes", True)
    allowed = finite | np.isneginf(logits) if may_rule_out else finite
    if not (allowed.all() and finite.any(axis=-1).all()):
        but = ", but for classes that a row rules out with −inf" if may_rule_out else " with this objective"
        raise ValueError(f"teacher_logits must be finite{but}; some are NaN or infinite.")
    if (logits >= 0).all() and np.allclose(logits.sum(axis=-1), 1.0, atol=1e-3):
        raise ValueError("teacher_logits must be logits, not probabilities: leave out the teacher's softmax.")


def numbers_of_classes(labels: Any) -> Any:
    """Returns labels as int32 (n,), from numbers (n,) or (n, 1), or one-hot ones (n, classes)."""
    if len(labels.shape) > 1 and labels.shape[-1] != 1:
        return ops.argmax(labels, axis=-1)
    return ops.cast(ops.reshape(labels, (-1,)), "int32")


def weighted_by_class(weights: Any, labels: Any, class_weight: Mapping[int, float]) -> Any:
    """Returns `sample_weight` times the weight of each row's class; 1 for a class without one."""
    is_class = ops.expand_dims(numbers_of_classes(labels), -1) == ops.convert_to_tensor(
        list(class_weight), "int32"
    )
    of_classes = ops.convert_to_tensor(list(class_weight.values()), "float32")
    of_rows = ops.sum(ops.where(is_class, of_classes, 0.0), axis=-1)
    of_rows = ops.where(ops.any(is_class, axis=-1), of_rows, 1.0)
    if isinstance(weights, dict):
        return {part: of_rows * ops.reshape(rows, (-1,)) for part, rows in weights.items()}
    return of_rows if weights is None else of_rows * ops.reshape(weights, (-1,))
