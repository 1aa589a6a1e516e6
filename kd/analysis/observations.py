"""What is worth noticing in a run: numbers that a page tells, computed from that run's logits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kd.analysis.evaluation import confusion_matrix
from kd.analysis.softening import mean_soft_targets


def most_frequent_confusion(labels: np.ndarray, logits: np.ndarray) -> tuple[int, int, int]:
    """The pair of classes that a model confuses most often: (true class, what it says, how often).

    Args:
        labels: whole numbers (n,).
        logits: (n, 10).
    """
    counts = confusion_matrix(labels, logits).copy()
    np.fill_diagonal(counts, 0)
    true, said = np.unravel_index(counts.argmax(), counts.shape)
    return int(true), int(said), int(counts[true, said])


def confusions(labels: np.ndarray, logits: np.ndarray, true: int, said: int) -> int:
    """How often a model says `said` of a `true`; labels (n,), logits (n, 10)."""
    return int(confusion_matrix(labels, logits)[true, said])


def relearned(labels: np.ndarray, logits_over_time: np.ndarray) -> int:
    """How many pictures were read correctly, later wrongly, and later correctly again.

    Args:
        labels: whole numbers (n,).
        logits_over_time: (points in time, n, 10), in order.
    """
    right = np.asarray(logits_over_time).argmax(axis=2) == labels
    once = np.maximum.accumulate(right, axis=0)
    lapsed = np.maximum.accumulate(once & ~right, axis=0)
    return int((lapsed & right).any(axis=0).sum())


def most_one_sided_likeness(
    labels: np.ndarray, logits: np.ndarray, temperature: float
) -> tuple[int, int, float, float]:
    """The two classes whose likeness is most one-sided: the first looks like the second, not the reverse.

    Returns:
        (a, b, mean soft target of class b for pictures of a, and of a for pictures of b), with the largest
        difference between the two.
    """
    likeness = mean_soft_targets(labels, logits, temperature)
    a, b = np.unravel_index((likeness - likeness.T).argmax(), likeness.shape)
    return int(a), int(b), float(likeness[a, b]), float(likeness[b, a])


def teacher_right_on(table: Mapping[str, np.ndarray]) -> int:
    """How many pictures in a table of `kd.analysis.showcase` the teacher reads correctly."""
    return int((np.asarray(table["teacher"]) == np.asarray(table["true"])).sum())
