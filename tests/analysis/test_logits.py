"""Softmax, entropy and divergence, compared with SciPy, and the checks of what all measures take."""

import re

import numpy as np
import pytest
from scipy import special, stats

from kd.analysis import evaluation
from kd.analysis.logits import (
    checked_labels,
    checked_logits,
    checked_pair,
    divergence_bits,
    entropy_bits,
    log_softmax,
    softmax,
)
from kd.analysis.observations import fixed_and_broken, showcase

LOGITS = np.random.default_rng(0).normal(0, 30, (50, 10))


def test_softmax_is_scipys():
    for temperature in (0.01, 4, 1000):
        expected = special.log_softmax(LOGITS / temperature, axis=1)
        np.testing.assert_allclose(log_softmax(LOGITS, temperature), expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(softmax(LOGITS, temperature), np.exp(expected), rtol=1e-11, atol=1e-300)
    huge = np.array([[1e6, 0.0, -1e6], [1e300, -1e300, 0.0]])
    np.testing.assert_array_equal(softmax(huge), [[1, 0, 0], [1, 0, 0]])
    assert np.isfinite(log_softmax(huge)).all()


@pytest.mark.parametrize("shape", [(10,), (10, 5, 10)])
def test_classes_are_the_last_axis_t_is_1_and_float32_is_measured_in_float64(shape):
    logits, other = LOGITS.ravel()[: np.prod(shape)].reshape(shape), LOGITS[::-1].ravel()[: np.prod(shape)]
    logits, other = logits.astype(np.float32), other.reshape(shape).astype(np.float32)
    soft, soft_other = (special.softmax(z.astype(np.float64), axis=-1) for z in (logits, other))
    np.testing.assert_allclose(softmax(logits), soft, rtol=1e-12)
    np.testing.assert_allclose(log_softmax(logits), np.log(soft), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(entropy_bits(soft), stats.entropy(soft, base=2, axis=-1), atol=1e-12)
    expected = stats.entropy(soft, soft_other, base=2, axis=-1)
    np.testing.assert_allclose(divergence_bits(logits, other), expected, rtol=1e-9)


def test_entropy_and_divergence_in_bits():
    assert entropy_bits([0.5, 0.5, 0.0]) == 1.0
    assert entropy_bits([1.0, 0.0]) == 0.0
    other = LOGITS[::-1]
    expected = stats.entropy(softmax(LOGITS, 20), softmax(other, 20), base=2, axis=1)
    np.testing.assert_allclose(divergence_bits(LOGITS, other, 20), expected, rtol=1e-9)
    np.testing.assert_array_equal(divergence_bits(LOGITS, LOGITS + 3, 2).round(9), np.zeros(50))


def test_labels_go_from_0_to_the_last_class():
    for labels, classes in (([0, 9], {}), ([2, 0], {"classes": 3})):
        checked = checked_labels(np.array(labels, np.uint8), 2, **classes)
        assert (checked.tolist(), checked.dtype) == (labels, np.int64)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: checked_logits(np.zeros(10)), "shape (pictures, classes), got (10,)"),
        (lambda: checked_logits(np.zeros((3, 1))), "got (3, 1)"),
        (lambda: checked_logits([[0.0, np.inf]]), "picture 0 has NaN or infinity"),
        (lambda: checked_logits([["a", "b"]], "ours"), "ours must be an array of numbers, got list"),
        (lambda: checked_pair(a=LOGITS, b=LOGITS[1:]), "a and b must be of the same pictures and classes"),
        (lambda: checked_labels([1, 2], 3), "one for each of 3 pictures, got shape (2,)"),
        (lambda: checked_labels([1.0, 2.0, 3.0], 3), "whole numbers, got float64"),
        (lambda: checked_labels([0, 1, 10], 3), "between 0 and 9, got 0 to 10"),
        (lambda: softmax(LOGITS, 0), "temperature must be a finite number above 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(check, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        check()


GOOD, LABELS = np.eye(10)[[1, 2, 3]], np.array([1, 2, 3])
DIVERGED = np.where(np.arange(3)[:, None] == 1, np.inf, GOOD)
THREE = dict.fromkeys(("teacher", "distilled", "scratch"), GOOD)


@pytest.mark.parametrize(
    ("measure", "named"),
    [
        (lambda: evaluation.confusion_matrix(LABELS, DIVERGED), "logits"),
        (lambda: evaluation.agreement(GOOD, DIVERGED), "student_logits"),
        (lambda: evaluation.compare(LABELS, DIVERGED, GOOD), "distilled_logits"),
        (lambda: fixed_and_broken(LABELS, {**THREE, "scratch": DIVERGED}), "scratch"),
        (lambda: showcase(LABELS, {**THREE, "teacher": DIVERGED}), "teacher"),
    ],
)
def test_every_measure_says_whose_training_diverged(measure, named):
    said = rf"^{named} must be finite, but picture [01] has NaN or infinity: the training diverged\.$"
    with pytest.raises(ValueError, match=said):
        measure()
