"""The best bias of a digit's logit, against trying them all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kd.analysis.bias import best_biases, with_biases


def right(labels, logits, biases):
    return np.count_nonzero(with_biases(logits, biases).argmax(axis=1) == labels)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(0, 3))
def test_no_bias_of_one_digit_is_better(seed, count, digit):
    random = np.random.default_rng(seed)
    # few different values, so that leads are often equal
    logits = random.integers(-3, 4, (count, 4)).astype(float)
    labels = random.integers(0, 4, count)
    biases = best_biases(labels, logits, [digit])
    tried = [right(labels, logits, {digit: bias}) for bias in np.arange(-8, 8, 0.25) + 0.01]
    assert right(labels, logits, biases) >= max(tried)
    assert right(labels, logits, biases) >= right(labels, logits, {})


def test_a_digit_that_was_held_back_comes_back():
    random = np.random.default_rng(1)
    labels = random.integers(0, 10, 2000)
    logits = 4.0 * np.eye(10)[labels] + random.normal(size=(2000, 10))
    logits[:, 3] -= 6.0
    logits[:, 7] -= 5.0
    assert (logits.argmax(axis=1) == labels).mean() < 0.85
    biases = best_biases(labels, logits, [3, 7])
    assert biases[3] == pytest.approx(6, abs=1)
    assert biases[7] == pytest.approx(5, abs=1)
    assert right(labels, logits, biases) / 2000 > 0.97


def test_several_digits_are_improved_in_turn_until_none_gets_better():
    """Found by trying: one round makes three of these pictures right, and the second a fourth."""
    logits = np.array([[0, 3, 0], [1, 2, 2], [0, 2, 0], [3, 2, 1], [1, 3, 2.0]])
    labels = np.array([1, 2, 0, 1, 2])
    assert right(labels, logits, best_biases(labels, logits, [0, 1])) == 4


def test_where_no_bias_is_better_there_is_none():
    labels = np.arange(10)
    assert best_biases(labels, np.eye(10), [3, 7]) == {3: 0.0, 7: 0.0}
    # there are others that are as good
    assert best_biases(labels, np.diag(np.arange(1.0, 11.0)), [3, 7]) == {3: 0.0, 7: 0.0}


def test_where_all_pictures_should_turn_the_bias_is_one_beyond_the_last():
    logits = np.array([[0, 1, 0], [0, 2, 0.5]])
    assert best_biases(np.array([0, 0]), logits, [0]) == {0: 3.0}
    assert best_biases(np.array([0, 0]), logits, [1]) == {1: -2.5}
    # no bias lies between equal leads
    assert best_biases(np.array([2, 0]), np.array([[0, 1, 0], [0, 1, 0]]), [2]) == {2: 2.0}


def test_biases_are_added_in_float64():
    for kind in (np.float32, int):
        shifted = with_biases(np.zeros((2, 3), kind), {1: 0.1})
        assert shifted.dtype == np.float64
        np.testing.assert_array_equal(shifted, [[0, 0.1, 0]] * 2)


def test_logits_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="labels"):
        best_biases(np.zeros(3, int), np.zeros((4, 10)), [3])
