"""Does 90 % sure mean right 90 times out of 100? Reliability, its error, and the T that corrects it.

As in Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kd.analysis.logits import checked_labels, checked_logits, log_softmax, softmax

BINS = 15  # as in the paper's tables
TEMPERATURE_RANGE = (0.05, 20.0)


def reliability_table(
    labels: np.ndarray, logits: np.ndarray, temperature: float = 1.0, bins: int = BINS
) -> pd.DataFrame:
    """Accuracy against confidence, in bins of equal width (Guo et al. 2017, section 2).

    The confidence of a picture is the probability of the predicted class; bin m holds the confidences
    in ((m − 1)/bins, m/bins].

    Args:
        labels: whole numbers (n,).
        logits: (n, classes).
        temperature: T > 0, which divides the logits first.
        bins: how many, at least 1.

    Returns:
        One row for each bin: low, high, count, confidence, accuracy (means over the bin, NaN if it is empty).

    Raises:
        ValueError: when T or `bins` is out of range, or labels and logits do not match or are not valid.
    """
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}.")
    values = checked_logits(logits)
    right = values.argmax(axis=1) == checked_labels(labels, *values.shape)
    confidence = softmax(values, temperature).max(axis=1)
    edges = np.linspace(0.0, 1.0, bins + 1)
    members = np.searchsorted(edges, confidence) - 1  # a confidence is above the first edge
    counts = np.bincount(members, minlength=bins)

    def mean(of: np.ndarray) -> np.ndarray:
        sums = np.bincount(members, of, minlength=bins)
        return np.divide(sums, counts, out=np.full(bins, np.nan), where=counts > 0)

    return pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "count": counts,
            "confidence": mean(confidence),
            "accuracy": mean(right),
        }
    )


def expected_calibration_error(
    labels: np.ndarray, logits: np.ndarray, temperature: float = 1.0, bins: int = BINS
) -> float:
    """ECE: |accuracy − confidence| averaged over the bins, weighted by their pictures (eq. 3 of the paper).

    Raises:
        ValueError: as for `reliability_table`.
    """
    table = reliability_table(labels, logits, temperature, bins)
    gaps = (table["accuracy"] - table["confidence"]).abs()  # NaN where nobody is: no part of the sum
    return float((gaps * table["count"]).sum() / table["count"].sum())


def negative_log_likelihood(labels: np.ndarray, logits: np.ndarray, temperature: float = 1.0) -> float:
    """The mean of −log softmax(logits / T) at the true class, in nats.

    Raises:
        ValueError: when T is not above 0, or labels and logits do not match or are not valid.
    """
    values = checked_logits(logits)
    true = checked_labels(labels, *values.shape)
    return float(-log_softmax(values, temperature)[np.arange(len(values)), true].mean())


def optimal_temperature(labels: np.ndarray, logits: np.ndarray) -> float:
    """The T between 0.05 and 20 with the least negative log-likelihood (temperature scaling, section 4.2).

    Above 1, the model was too sure of itself; below 1, not sure enough. If no T in between is best, as for a
    model that is never wrong, the better end is returned.

    Raises:
        ValueError: when labels and logits do not match or are not valid.
    """
    from scipy.optimize import minimize_scalar

    values, (lowest, highest) = checked_logits(logits), TEMPERATURE_RANGE
    true = checked_labels(labels, *values.shape)
    # The likelihood has one optimum in 1/T, hence one in log T too, in which the search is even.
    found = minimize_scalar(
        lambda logarithm: negative_log_likelihood(true, values, math.exp(logarithm)),
        bounds=(math.log(lowest), math.log(highest)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    candidates = (lowest, math.exp(found.x), highest)
    return min(candidates, key=lambda t: negative_log_likelihood(true, values, t))


@dataclass(frozen=True)
class TemperatureScaling:
    """What dividing the logits by one number does to a model's calibration.

    Attributes:
        temperature: found on the even-numbered pictures (0, 2, …).
        error_before, error_after: ECE with 15 bins on the odd-numbered pictures, which T was not chosen on.
        likelihood_before, likelihood_after: negative log-likelihood there, in nats.
    """

    temperature: float
    error_before: float
    error_after: float
    likelihood_before: float
    likelihood_after: float


def temperature_scaling(labels: np.ndarray, logits: np.ndarray) -> TemperatureScaling:
    """Find T on one half of the pictures and measure on the other.

    The halves alternate, since other people wrote MNIST's later test pictures than the earlier ones.

    Raises:
        ValueError: when labels and logits do not match or are not valid, or there is only one picture.
    """
    values = checked_logits(logits)
    true = checked_labels(labels, *values.shape)
    if len(values) < 2:
        raise ValueError("Temperature scaling needs at least 2 pictures, got 1.")
    temperature = optimal_temperature(true[::2], values[::2])
    unseen = (true[1::2], values[1::2])
    return TemperatureScaling(
        temperature=temperature,
        error_before=expected_calibration_error(*unseen),
        error_after=expected_calibration_error(*unseen, temperature),
        likelihood_before=negative_log_likelihood(*unseen),
        likelihood_after=negative_log_likelihood(*unseen, temperature),
    )
