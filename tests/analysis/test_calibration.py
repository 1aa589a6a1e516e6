"""Reliability, ECE and temperature scaling against scikit-learn; the best bias against trying them all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from sklearn.metrics import log_loss

from kd.analysis import calibration

RANDOM = np.random.default_rng(0)


def _sampled(count, temperature):
    """Logits, and labels drawn from softmax(logits / T), so that the true optimum is T."""
    logits = RANDOM.normal(0, 3, (count, 10))
    labels = (logits / temperature + RANDOM.gumbel(size=logits.shape)).argmax(1)
    return labels, logits


def _two_classes(confidences):
    """Logits of two classes that predict class 0 with these confidences."""
    return np.stack([special.logit(confidences), np.zeros(len(confidences))], axis=1)


@pytest.mark.filterwarnings("error")
def test_reliability_by_hand():
    # With four bins, (0.5, 0.75] holds one confidence and (0.75, 1] holds three.
    labels, logits = np.array([0, 0, 1, 1]), _two_classes([0.6, 0.8, 0.9, 0.95])
    table = calibration.reliability_table(labels, logits, bins=4)
    assert list(table.columns) == ["low", "high", "count", "confidence", "accuracy"]
    assert table["count"].tolist() == [0, 0, 1, 3]
    assert table["low"].tolist() == [0, 0.25, 0.5, 0.75]
    assert table["high"].tolist() == [0.25, 0.5, 0.75, 1]
    assert table["accuracy"].tolist()[2:] == pytest.approx([1.0, 1 / 3])
    assert table["confidence"].tolist()[2:] == pytest.approx([0.6, (0.8 + 0.9 + 0.95) / 3])
    assert table[["accuracy", "confidence"]].isna().all(axis=1).tolist() == [True, True, False, False]
    expected = (0.4 * 1 + (2.65 / 3 - 1 / 3) * 3) / 4
    assert calibration.expected_calibration_error(labels, logits, bins=4) == pytest.approx(expected)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below_and_certainty_to_the_last():
    table = calibration.reliability_table(
        [0, 0, 0], np.array([[0.0, 0.0], [800.0, 0.0], [np.log(3), 0.0]]), bins=2
    )
    assert table["count"].tolist() == [1, 2]


def test_negative_log_likelihood_is_scikit_learns():
    labels, logits = _sampled(500, 1.0)
    expected = log_loss(labels, special.softmax(logits / 2.5, axis=1), labels=range(10))
    assert calibration.negative_log_likelihood(labels, logits, 2.5) == pytest.approx(expected)


@pytest.mark.parametrize("true_temperature", [0.4, 1.0, 3.0])
def test_the_optimum_is_where_the_derivative_vanishes(true_temperature):
    labels, logits = _sampled(4000, true_temperature)
    found = calibration.optimal_temperature(labels, logits)
    # d NLL / d(1/T) = mean(Σ p z − z_true), with p = softmax(z / T).
    expected_logit = (special.softmax(logits / found, axis=1) * logits).sum(1)
    assert np.mean(expected_logit - logits[np.arange(4000), labels]) == pytest.approx(0, abs=1e-4)
    assert found == pytest.approx(true_temperature, rel=0.1)


def test_a_model_without_errors_reaches_the_end_of_the_range():
    logits = np.eye(10) * 9
    assert calibration.optimal_temperature(np.arange(10), logits) == 0.05
    assert calibration.optimal_temperature((np.arange(10) + 1) % 10, logits) == 20


def test_temperature_scaling_corrects_an_overconfident_model_on_unseen_pictures():
    labels, logits = _sampled(6000, 2.0)
    scaling = calibration.temperature_scaling(labels, logits)
    assert scaling.temperature == calibration.optimal_temperature(labels[::2], logits[::2])
    assert scaling.error_before == calibration.expected_calibration_error(labels[1::2], logits[1::2])
    assert scaling.error_after < 0.04 < scaling.error_before
    assert scaling.likelihood_after < scaling.likelihood_before


def right(labels, logits, biases):
    return np.count_nonzero(calibration.with_biases(logits, biases).argmax(axis=1) == labels)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(0, 3))
def test_no_bias_of_one_digit_is_better(seed, count, digit):
    random = np.random.default_rng(seed)
    # few different values, so that leads are often equal
    logits = random.integers(-3, 4, (count, 4)).astype(float)
    labels = random.integers(0, 4, count)
    biases = calibration.best_biases(labels, logits, [digit])
    tried = [right(labels, logits, {digit: bias}) for bias in np.arange(-8, 8, 0.25) + 0.01]
    assert right(labels, logits, biases) >= max(tried)
    assert right(labels, logits, biases) >= right(labels, logits, {})


def test_several_digits_are_improved_in_turn_until_none_gets_better():
    """Found by trying: one round makes three of these pictures right, and the second a fourth."""
    logits = np.array([[0, 3, 0], [1, 2, 2], [0, 2, 0], [3, 2, 1], [1, 3, 2.0]])
    labels = np.array([1, 2, 0, 1, 2])
    assert right(labels, logits, calibration.best_biases(labels, logits, [0, 1])) == 4


def test_where_no_bias_is_better_there_is_none_and_where_all_should_turn_it_is_one_beyond_the_last():
    # there are others that are as good
    assert calibration.best_biases(np.arange(10), np.diag(np.arange(1.0, 11.0)), [3, 7]) == {3: 0.0, 7: 0.0}
    logits = np.array([[0, 1, 0], [0, 2, 0.5]])
    assert calibration.best_biases(np.array([0, 0]), logits, [0]) == {0: 3.0}
    assert calibration.best_biases(np.array([0, 0]), logits, [1]) == {1: -2.5}
    # no bias lies between equal leads
    assert calibration.best_biases(np.array([2, 0]), np.array([[0, 1, 0], [0, 1, 0]]), [2]) == {2: 2.0}
