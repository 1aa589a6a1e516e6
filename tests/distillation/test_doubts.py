"""Permuted doubts: what stays of a teacher's answer, what moves, and that it says nothing afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from kd.distillation.doubts import permuted_doubts

LOGITS = np.random.default_rng(0).normal(0, 5, (3_000, 10)).astype(np.float32)


def softmax(logits: np.ndarray, temperature: float) -> np.ndarray:
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64) / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("temperature", [1.0, 10.0])
def test_the_probabilities_are_the_same_and_the_largest_is_where_it_was(temperature):
    before, after = softmax(LOGITS, temperature), softmax(permuted_doubts(LOGITS, 3), temperature)
    np.testing.assert_allclose(np.sort(before), np.sort(after), rtol=1e-12)
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    np.testing.assert_allclose(before.max(axis=1), after.max(axis=1), rtol=1e-12)


def test_a_doubt_goes_to_each_of_the_nine_places_as_often():
    """Wherever the second largest was, it is in any of nine places afterwards, its own among them."""
    second = np.argsort(LOGITS)[:, -2]
    after = np.argsort(permuted_doubts(LOGITS, 3))[:, -2]
    assert np.mean(second == after) == pytest.approx(1 / 9, abs=0.02)
    counts = np.bincount(after[LOGITS.argmax(axis=1) == 4], minlength=10)
    assert counts[4] == 0
    assert np.delete(counts, 4).min() > 0.5 * counts.sum() / 9


def test_places_follow_the_seed_and_variants_of_a_picture_share_them():
    np.testing.assert_array_equal(permuted_doubts(LOGITS, 3), permuted_doubts(LOGITS, 3))
    assert np.any(permuted_doubts(LOGITS, 3) != permuted_doubts(LOGITS, 4))
    alike = permuted_doubts(LOGITS[:50].repeat(9, axis=0), 3, variants=9)
    np.testing.assert_array_equal(alike, permuted_doubts(LOGITS[:50], 3).repeat(9, axis=0))


def test_the_teachers_logits_stay_as_they_are():
    kept = LOGITS.copy()
    permuted_doubts(LOGITS, 0)
    np.testing.assert_array_equal(LOGITS, kept)
