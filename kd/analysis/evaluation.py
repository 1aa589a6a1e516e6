"""How good is a model, how close to its teacher, and did the teacher help? With intervals.

Every function takes the test pictures' labels (n,), whole numbers from 0, and logits (n, classes).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.analysis.logits import checked_labels, checked_logits
from kd.analysis.verdict import CONFIDENCE, verdict

BLOCKS = 20

if TYPE_CHECKING:
    import pandas as pd


def predictions(logits: np.ndarray, name: str = "logits") -> np.ndarray:
    """The class with the largest logit for each picture, (n,).

    Raises:
        ValueError: when the logits are not finite or not (n, classes).
    """
    return checked_logits(logits, name).argmax(axis=1)


def correct(labels: np.ndarray, logits: np.ndarray, name: str = "logits") -> np.ndarray:
    """Which pictures are classified correctly, bool (n,).

    Raises:
        ValueError: when labels and logits do not match or are not valid.
    """
    logits = checked_logits(logits, name)
    return logits.argmax(axis=1) == checked_labels(labels, *logits.shape)


def accuracy(labels: np.ndarray, logits: np.ndarray) -> float:
    """The fraction of pictures classified correctly.

    Raises:
        ValueError: as for `correct`.
    """
    return float(correct(labels, logits).mean())


def right_in_blocks(labels: np.ndarray, logits: np.ndarray) -> list[int]:
    """How many pictures of each of BLOCKS blocks are classified correctly; picture i is in block i % BLOCKS.

    From these follows how much an accuracy depends on which pictures are in the test set.

    Raises:
        ValueError: as for `correct`.
    """
    right = correct(labels, logits)
    return [int(right[block::BLOCKS].sum()) for block in range(BLOCKS)]


def agreement(teacher_logits: np.ndarray, student_logits: np.ndarray) -> float:
    """The fraction of pictures to which both give the same class, right or wrong.

    Called fidelity by Stanton et al., "Does Knowledge Distillation Really Work?" (2021), eq. 5.

    Raises:
        ValueError: when the two have different shapes, or are not finite.
    """
    teacher, student = _same_pictures(teacher_logits, "teacher_logits", student_logits, "student_logits")
    return float((teacher.argmax(axis=1) == student.argmax(axis=1)).mean())


def confusion_matrix(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """How many pictures of each true class (row) were given each class (column), (classes, classes).

    Raises:
        ValueError: as for `correct`.
    """
    logits = checked_logits(logits)
    classes = logits.shape[1]
    cells = checked_labels(labels, *logits.shape) * classes + logits.argmax(axis=1)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def confusion_table(labels: np.ndarray, logits: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The confusion matrices of several models, with one row for each cell.

    Args:
        logits: model → (n, classes).

    Returns:
        Columns model, true, predicted, count, and share: the fraction of the true class' pictures
        (0 for a class without pictures).

    Raises:
        ValueError: as for `correct`.
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


def wilson_interval(successes: int, count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """An interval for one fraction, such as an accuracy (Wilson 1927).

    Raises:
        ValueError: when `successes` is not between 0 and `count`, or `count` is below 1.
    """
    from scipy.stats import binomtest

    if not (count >= 1 and 0 <= successes <= count):
        raise ValueError(f"successes must be between 0 and count ≥ 1, got {successes} of {count}.")
    interval = binomtest(int(successes), int(count)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def mcnemar(only_first_right: int, only_second_right: int) -> float:
    """The two-sided p-value of two models being wrong equally often, on pictures that only one gets right.

    The exact form of McNemar's test (McNemar 1947; Dietterich 1998, section 3.1): if neither model is
    better, each such picture is the toss of a fair coin. If there is no such picture, the value is 1.

    Raises:
        ValueError: when a count is negative.
    """
    from scipy.stats import binomtest

    if only_first_right < 0 or only_second_right < 0:
        raise ValueError(f"Counts must not be negative, got {only_first_right} and {only_second_right}.")
    discordant = int(only_first_right + only_second_right)
    return float(binomtest(int(only_first_right), discordant, 0.5).pvalue) if discordant else 1.0


def paired_difference_interval(
    both_right: int,
    only_first_right: int,
    only_second_right: int,
    neither_right: int,
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """An interval for the difference of two accuracies on the same pictures, first minus second.

    Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17 (1998), method 10: the two Wilson intervals combined by "square
    and add", taking into account the correlation of the two models (continuity corrected).

    Raises:
        ValueError: when a count is negative or all are 0.
    """
    a, b, c, d = (int(n) for n in (both_right, only_first_right, only_second_right, neither_right))
    n = a + b + c + d
    if min(a, b, c, d) < 0 or n == 0:
        raise ValueError(f"Counts must not be negative, and not all 0, got {a}, {b}, {c}, {d}.")
    first, second = (a + b) / n, (a + c) / n
    first_low, first_high = wilson_interval(a + b, n, confidence)
    second_low, second_high = wilson_interval(a + c, n, confidence)
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
    """Did the teacher help? Distilled against scratch on the same test pictures.

    Args:
        alpha: the weight of the labels that distilled was trained with, if nothing else sets it apart from
            scratch: at 1 there is nothing to compare.

    Returns:
        Codes and numbers, ready for JSON: difference, low, high (fractions, distilled minus scratch, 95 %
        interval of `paired_difference_interval`), p_value (`mcnemar`), only_distilled_right,
        only_scratch_right (pictures), verdict (`kd.analysis.verdict`). kd.text.verdicts puts them in words.

    Raises:
        ValueError: when labels and logits do not match, or are not finite.
    """
    distilled, scratch = _same_pictures(
        distilled_logits, "distilled_logits", scratch_logits, "scratch_logits"
    )
    distilled_right, scratch_right = correct(labels, distilled), correct(labels, scratch)
    counts = [
        int(np.count_nonzero(cell))
        for cell in (
            distilled_right & scratch_right,
            distilled_right & ~scratch_right,
            ~distilled_right & scratch_right,
            ~distilled_right & ~scratch_right,
        )
    ]
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


def _same_pictures(
    first: np.ndarray, first_name: str, second: np.ndarray, second_name: str
) -> tuple[np.ndarray, np.ndarray]:
    first, second = checked_logits(first, first_name), checked_logits(second, second_name)
    if first.shape != second.shape:
        raise ValueError(
            f"{first_name} and {second_name} must be of the same pictures and classes, got shapes "
            f"{first.shape} and {second.shape}."
        )
    return first, second
