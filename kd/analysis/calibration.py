"""How sure a model is, and what corrects it: one T for its confidence, a bias for a digit that it never saw.

Calibration is as in Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017): does
90 % sure mean right 90 times out of 100? Labels are whole numbers (n,), logits (n, classes); what does not
match or is not finite raises ValueError.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kd.analysis.logits import checked_labels, checked_logits, log_softmax, softmax

if TYPE_CHECKING:
    import pandas as pd

BINS = 15  # as in the paper's tables
TEMPERATURE_RANGE = (0.05, 20.0)
HALVINGS = 24  # of the range of log T, which is 6 wide: to a millionth of T
MOST_ROUNDS = 20


def reliability_table(
    labels: np.ndarray, logits: np.ndarray, temperature: float = 1.0, bins: int = BINS
) -> pd.DataFrame:
    """Returns accuracy against confidence, the probability of the predicted class (Guo et al., section 2).

    One row for each bin: low, high, count, confidence, accuracy (means over the bin, NaN if it is empty). Bin
    m holds the confidences in ((m − 1)/bins, m/bins].
    """
    import pandas as pd

    values = checked_logits(logits)
    right = values.argmax(axis=1) == checked_labels(labels, *values.shape)
    confidence = softmax(values, temperature).max(axis=1)
    edges = np.linspace(0.0, 1.0, bins + 1)
    members = np.searchsorted(edges, confidence) - 1  # a confidence is above the first edge
    table = pd.DataFrame({"confidence": confidence, "accuracy": right.astype(float)}).groupby(members)
    means = table.mean().reindex(range(bins))
    counts = np.bincount(members, minlength=bins)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": counts, **means})


def expected_calibration_error(
    labels: np.ndarray, logits: np.ndarray, temperature: float = 1.0, bins: int = BINS
) -> float:
    """Returns the ECE: |accuracy − confidence| averaged over the bins, weighted by their pictures (eq. 3)."""
    table = reliability_table(labels, logits, temperature, bins)
    gaps = (table["accuracy"] - table["confidence"]).abs()  # NaN in an empty bin: no part of the sum
    return float((gaps * table["count"]).sum() / table["count"].sum())


def negative_log_likelihood(labels: np.ndarray, logits: np.ndarray, temperature: float = 1.0) -> float:
    """Returns the mean of −log softmax(logits / T) at the true class, in nats."""
    values = checked_logits(logits)
    true = checked_labels(labels, *values.shape)
    return float(-log_softmax(values, temperature)[np.arange(len(values)), true].mean())


def optimal_temperature(labels: np.ndarray, logits: np.ndarray) -> float:
    """Returns the T in TEMPERATURE_RANGE with the least negative log-likelihood (section 4.2).

    Above 1, the model was too sure of itself; below 1, not sure enough. If no T in between is best, as for a
    model that is never wrong, the better end is returned.
    """
    values = checked_logits(logits)
    true = values[np.arange(len(values)), checked_labels(labels, *values.shape)]
    lowest, highest = TEMPERATURE_RANGE
    # The likelihood has one optimum in 1/T: halve the range on the side where its derivative says it is. To
    # import scipy.optimize for this would keep 10 MB.
    for _ in range(HALVINGS):
        middle = math.sqrt(lowest * highest)
        if ((softmax(values, middle) * values).sum(axis=1) - true).mean() > 0:
            lowest = middle
        else:
            highest = middle
    return lowest if lowest == TEMPERATURE_RANGE[0] else highest


@dataclass(frozen=True)
class TemperatureScaling:
    """What dividing the logits by one number does to a model's calibration.

    temperature: found on the even-numbered pictures (0, 2, …). error_before, error_after: ECE with 15 bins on
    the odd-numbered ones, which T was not chosen on. likelihood_before, likelihood_after: negative
    log-likelihood there, in nats.
    """

    temperature: float
    error_before: float
    error_after: float
    likelihood_before: float
    likelihood_after: float


def temperature_scaling(labels: np.ndarray, logits: np.ndarray) -> TemperatureScaling:
    """Finds T on one half of the pictures and measures on the other.

    The halves alternate, since other people wrote MNIST's later test pictures than the earlier ones.
    """
    temperature = optimal_temperature(labels[::2], logits[::2])
    unseen = (labels[1::2], logits[1::2])
    return TemperatureScaling(
        temperature=temperature,
        error_before=expected_calibration_error(*unseen),
        error_after=expected_calibration_error(*unseen, temperature),
        likelihood_before=negative_log_likelihood(*unseen),
        likelihood_after=negative_log_likelihood(*unseen, temperature),
    )


def best_biases(labels: np.ndarray, logits: np.ndarray, digits: Sequence[int]) -> dict[int, float]:
    """Returns the constants to add to some digits' logits that make the most pictures right: digit → bias.

    A student that never sees a 3 has learned from its teacher's soft targets what a 3 looks like, but also
    that there are none: most of its mistakes go once a constant is added to that logit (Hinton, Vinyals and
    Dean 2015, section 3). Exact for one digit. Several are improved in turn until none gets better, which may
    miss a better combination.
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
    """Returns the logits with constants added to some classes', float64."""
    shifted = np.array(logits, np.float64)
    for digit, bias in biases.items():
        shifted[:, digit] += bias
    return shifted


def _best_bias(labels: np.ndarray, logits: np.ndarray, digit: int) -> tuple[float, int]:
    """Returns the best bias of one digit, and how many pictures are right with it.

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
