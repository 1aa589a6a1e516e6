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


@pytest.mark.parametrize("shape", [(10,), (5, 10), (10, 5, 10)])
def test_classes_are_the_last_axis_t_is_1_and_float32_is_measured_in_float64(shape):
    logits, other = LOGITS.ravel()[: np.prod(shape)].reshape(shape), LOGITS[::-1].ravel()[: np.prod(shape)]
    logits, other = logits.astype(np.float32), other.reshape(shape).astype(np.float32)
    soft, soft_other = (special.softmax(z.astype(np.float64), axis=-1) for z in (logits, other))
    np.testing.assert_allclose(softmax(logits), soft, rtol=1e-12)
    np.testing.assert_allclose(log_softmax(logits), np.log(soft), rtol=1e-12, atol=1e-12)
    expected = stats.entropy(soft, base=2, axis=-1)
    np.testing.assert_allclose(entropy_bits(softmax(logits)), expected, atol=1e-12)
    expected = stats.entropy(soft, soft_other, base=2, axis=-1)
    np.testing.assert_allclose(divergence_bits(logits, other), expected, rtol=1e-9)


def test_huge_logits_stay_finite():
    logits = np.array([[1e6, 0.0, -1e6], [1e300, -1e300, 0.0]])
    np.testing.assert_array_equal(softmax(logits), [[1, 0, 0], [1, 0, 0]])
    assert np.isfinite(log_softmax(logits)).all()


def test_entropy_in_bits():
    assert entropy_bits([0.5, 0.5, 0.0]) == 1.0
    assert entropy_bits([1.0, 0.0]) == 0.0
    before = [np.full(2, np.nan) for _ in range(9)]
    del before  # what memory held before does not matter
    assert entropy_bits([1.0, 0.0]) == 0.0
    third = np.float32(1 / 3)
    assert entropy_bits(np.full(3, third)) == pytest.approx(
        -3 * float(third) * np.log2(float(third)), rel=1e-12
    )
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


def test_labels_go_from_0_to_the_last_class():
    for labels, classes in (([0, 9], {}), ([2, 0], {"classes": 3})):
        checked = checked_labels(np.array(labels, np.uint8), 2, **classes)
        assert (checked.tolist(), checked.dtype) == (labels, np.int64)


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
