"""Softmax and entropy, compared with SciPy and plain sums, and the checks of their input."""

import numpy as np
import pytest
from scipy import special, stats

from kd.analysis.logits import (
    checked_labels,
    checked_logits,
    divergence_bits,
    entropy_bits,
    log_softmax,
    softmax,
)

LOGITS = np.random.default_rng(0).normal(0, 30, (50, 10))


@pytest.mark.parametrize("temperature", [0.01, 0.5, 1, 4, 20, 1000])
def test_softmax_is_scipys(temperature):
    expected = special.log_softmax(LOGITS / temperature, axis=1)
    np.testing.assert_allclose(log_softmax(LOGITS, temperature), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(softmax(LOGITS, temperature), np.exp(expected), rtol=1e-11, atol=1e-300)


def test_huge_logits_stay_finite():
    logits = np.array([[1e6, 0.0, -1e6], [1e300, -1e300, 0.0]])
    np.testing.assert_array_equal(softmax(logits), [[1, 0, 0], [1, 0, 0]])
    assert np.isfinite(log_softmax(logits)).all()


def test_entropy_in_bits():
    assert entropy_bits([0.5, 0.5, 0.0]) == 1.0
    assert entropy_bits([1.0, 0.0]) == 0.0
    assert entropy_bits(np.full(10, 0.1)) == pytest.approx(np.log2(10))
    probabilities = softmax(LOGITS, 20)
    np.testing.assert_allclose(entropy_bits(probabilities), stats.entropy(probabilities, base=2, axis=1))


def test_divergence_in_bits():
    other = LOGITS[::-1]
    expected = stats.entropy(softmax(LOGITS, 20), softmax(other, 20), base=2, axis=1)
    np.testing.assert_allclose(divergence_bits(LOGITS, other, 20), expected, rtol=1e-9)
    np.testing.assert_array_equal(divergence_bits(LOGITS, LOGITS + 3, 2).round(9), np.zeros(50))


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        (np.zeros(10), r"shape \(pictures, classes\), got \(10,\)"),
        (np.zeros((0, 10)), r"got \(0, 10\)"),
        ([[0.0, 1.0], [np.nan, 0.0]], "picture 1 has NaN or infinity"),
        ([[0.0, np.inf]], "picture 0 has NaN or infinity"),
        ([["a", "b"]], "array of numbers"),
        ([[1.0], [1.0, 2.0]], "array of numbers"),
    ],
)
def test_bad_logits_are_refused(logits, message):
    with pytest.raises(ValueError, match=message):
        checked_logits(logits)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1, 2], "one for each of 3"),
        ([1.0, 2.0, 3.0], "whole numbers"),
        ([0, 1, 10], "between 0 and 9, got 0 to 10"),
        ([0, -1, 1], "between 0 and 9"),
    ],
)
def test_bad_labels_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        checked_labels(labels, 3)
