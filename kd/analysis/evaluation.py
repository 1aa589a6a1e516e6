"""How good is a model, how close to its teacher, and did the teacher help? With intervals.

Every function takes the test pictures' labels (n,), whole numbers from 0, and logits (n, classes), and raises
ValueError when they do not match or are not finite.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.analysis.logits import checked_labels, checked_logits, checked_pair
from kd.analysis.verdict import CONFIDENCE, verdict

BLOCKS = 20

if TYPE_CHECKING:
    import pandas as pd


def correct(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Returns which pictures are classified correctly, bool (n,)."""
    logits = checked_logits(logits)
    return logits.argmax(axis=1) == checked_labels(labels, *logits.shape)


def accuracy(labels: np.ndarray, logits: np.ndarray) -> float:
    """Returns the fraction of pictures classified correctly."""
    return float(correct(labels, logits).mean())


def right_in_blocks(labels: np.ndarray, logits: np.ndarray) -> list[int]:
    """Returns how many pictures of each of BLOCKS blocks are right; picture i is in block i % BLOCKS.

    From these follows how much an accuracy depends on which pictures are in the test set.
    """
    right = correct(labels, logits)
    return [int(right[block::BLOCKS].sum()) for block in range(BLOCKS)]


def agreement(teacher_logits: np.ndarray, student_logits: np.ndarray) -> float:
    """Returns the fraction of pictures to which both give the same class, right or wrong.

    Stanton et al., "Does Knowledge Distillation Really Work?" (2021), eq. 5, call it fidelity.
    """
    teacher, student = checked_pair(teacher_logits=teacher_logits, student_logits=student_logits)
    return float((teacher.argmax(axis=1) == student.argmax(axis=1)).mean())


def confusion_matrix(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Returns how many pictures of each true class (row) were given each class (column)."""
    logits = checked_logits(logits)
    classes = logits.shape[1]
    cells = checked_labels(labels, *logits.shape) * classes + logits.argmax(axis=1)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def confusion_table(labels: np.ndarray, logits: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Returns the confusion matrices of several models, with one row for each cell.

    Columns model, true, predicted, count, and share: the fraction of the true class' pictures (0 for a class
    without pictures).
    """
    import pandas as pd

    parts = []
    for model, values in logits.items():
        counts = confusion_matrix(labels, values)
        true, predicted = np.indices(counts.shape)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        columns = {"true": true, "predicted": predicted, "count": counts, "share": share}
        parts.append(pd.DataFrame({"model": model, **{k: v.ravel() for k, v in columns.items()}}))
    return pd.concat(parts, ignore_index=True)


def wilson_interval(successes: float, count: float) -> tuple[float, float]:
    """Returns the 95 % interval of one fraction, such as an accuracy (Wilson 1927, formula of page 209).

    count: more than 0; not whole where answers depend on each other, as an effective number of them.
    """
    z, p = NormalDist().inv_cdf((1 + CONFIDENCE) / 2), successes / count
    middle, shrinks = p + z**2 / (2 * count), 1 + z**2 / count
    half = z * math.sqrt(p * (1 - p) / count + z**2 / (4 * count**2))
    return max(0.0, (middle - half) / shrinks), min(1.0, (middle + half) / shrinks)


def mcnemar(only_first_right: int, only_second_right: int) -> float:
    """Returns the two-sided p-value of McNemar's test that two models are wrong equally often.

    The exact form of McNemar's test (McNemar 1947; Dietterich 1998, section 3.1): if neither model is
    better, each picture that only one gets right is the toss of a fair coin. Without any, the value is 1.
    """
    from scipy.special import bdtr

    fewer = min(only_first_right, only_second_right)
    return min(1.0, 2 * float(bdtr(fewer, only_first_right + only_second_right, 0.5)))


def paired_difference_interval(
    both_right: int, only_first_right: int, only_second_right: int, neither_right: int
) -> tuple[float, float]:
    """Returns the 95 % interval of the difference of two accuracies on the same pictures, first minus second.

    Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17 (1998), method 10: the two Wilson intervals combined by "square
    and add", taking into account the correlation of the two models (continuity corrected).
    """
    a, b, c, d = both_right, only_first_right, only_second_right, neither_right
    n = a + b + c + d
    first, second = (a + b) / n, (a + c) / n
    first_low, first_high = wilson_interval(a + b, n)
    second_low, second_high = wilson_interval(a + c, n)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    covariance: float = a * d - b * c
    if covariance > 0:
        covariance = max(covariance - n / 2, 0.0)
    phi = covariance / math.sqrt(margins) if margins else 0.0
    down = _square_and_add(first - first_low, second_high - second, phi)
    up = _square_and_add(first_high - first, second - second_low, phi)
    return first - second - down, first - second + up


def _square_and_add(first: float, second: float, phi: float) -> float:
    return math.sqrt(max(first**2 - 2 * phi * first * second + second**2, 0.0))


def compare(
    labels: np.ndarray, distilled_logits: np.ndarray, scratch_logits: np.ndarray, alpha: float | None = None
) -> dict[str, Any]:
    """Compares distilled with scratch on the same test pictures, in codes and numbers, ready for JSON.

    difference, low, high: fractions, distilled minus scratch, and `paired_difference_interval`. p_value: of
    `mcnemar`. only_distilled_right, only_scratch_right: pictures. verdict: of `kd.analysis.verdict`; alpha is
    the weight of the labels, if nothing else sets distilled apart from scratch.
    """
    distilled, scratch = checked_pair(distilled_logits=distilled_logits, scratch_logits=scratch_logits)
    distilled_right, scratch_right = correct(labels, distilled), correct(labels, scratch)
    cells = 2 * ~distilled_right + ~scratch_right  # both right, only distilled, only scratch, neither
    counts = np.bincount(cells, minlength=4).tolist()
    low, high = paired_difference_interval(*counts)
    p_value = mcnemar(counts[1], counts[2])
    return {
        "difference": (counts[1] - counts[2]) / sum(counts),
        "low": low,
        "high": high,
        "p_value": p_value,
        "only_distilled_right": counts[1],
        "only_scratch_right": counts[2],
        "verdict": verdict(low, high, p_value, alpha),
    }
