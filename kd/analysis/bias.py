"""What a student knows of a digit it never saw: its accuracy once that digit's logit gets the best bias.

A student that never sees a 3 has learned from its teacher's soft targets what a 3 looks like, but also that
there are none: most of its mistakes go once a constant is added to that logit (Hinton, Vinyals and Dean
2015, section 3).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kd.analysis.logits import checked_labels, checked_logits

MOST_ROUNDS = 20


def best_biases(labels: np.ndarray, logits: np.ndarray, digits: Sequence[int]) -> dict[int, float]:
    """The constants to add to some digits' logits that make the most pictures right.

    Exact for one digit. Several are improved in turn until none gets better, which may miss a better
    combination.

    Args:
        labels: int (n,).
        logits: float (n, classes).
        digits: the classes whose logits get a bias; the others' is 0.

    Returns:
        Digit → bias, in the unit of the logits.

    Raises:
        ValueError: when labels and logits do not match, or are not finite.
    """
    logits = checked_logits(logits)
    labels = checked_labels(labels, *logits.shape)
    biases = dict.fromkeys(digits, 0.0)
    right = int(np.count_nonzero(with_biases(logits, biases).argmax(axis=1) == labels))
    for _round in range(MOST_ROUNDS):
        before = right
        for digit in digits:
            others = {other: bias for other, bias in biases.items() if other != digit}
            bias, now = _best_bias(labels, with_biases(logits, others), digit)
            if now > right:
                biases[digit], right = bias, now
        if right == before:
            break
    return biases


def with_biases(logits: np.ndarray, biases: dict[int, float]) -> np.ndarray:
    """The logits (n, classes) with constants added to some classes'."""
    shifted = np.array(logits, np.float64)
    for digit, bias in biases.items():
        shifted[:, digit] += bias
    return shifted


def _best_bias(labels: np.ndarray, logits: np.ndarray, digit: int) -> tuple[float, int]:
    """The best bias of one digit, and how many pictures are right with it.

    A picture turns to the digit where the bias exceeds the lead of the best other class. In the order of
    their leads, each picture turns a wrong answer right, a right one wrong, or neither.
    """
    others = np.delete(logits, digit, axis=1)
    classes = np.delete(np.arange(logits.shape[1]), digit)
    leads = others.max(axis=1) - logits[:, digit]
    without = classes[others.argmax(axis=1)] == labels
    order = np.argsort(leads, kind="stable")
    gains = (labels == digit).astype(int) - without.astype(int)
    right = np.concatenate([[0], np.cumsum(gains[order])]) + int(np.count_nonzero(without))
    ordered = leads[order]
    edges = np.concatenate([[ordered[0] - 1], (ordered[:-1] + ordered[1:]) / 2, [ordered[-1] + 1]])
    # between two equal leads there is no bias
    possible = np.concatenate([[True], ordered[:-1] < ordered[1:], [True]])
    best = int(np.argmax(np.where(possible, right, -1)))
    return float(edges[best]), int(right[best])
