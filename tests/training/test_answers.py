"""What a teacher answers: for each variant of a picture, with attention maps, with dropout, permuted."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kd.networks.architectures import Architecture
from kd.training.answers import milliseconds_a_picture, permuted_doubts, teacher_outputs
from kd.training.messages import TrainingStopped
from kd.training.student import keras_bytes
from tests.training.helpers import never

WIDE, NARROW = (Architecture("convolutional", size) for size in (128, 1))


@pytest.fixture(scope="module")
def teacher() -> keras.Sequential:
    keras.utils.set_random_seed(2)
    return Architecture("convolutional", 2).build("teacher")


def test_a_stop_is_felt_between_parts(teacher, mnist):
    asked = iter([False, True])
    with pytest.raises(TrainingStopped):
        teacher_outputs(keras_bytes(teacher, "teacher"), mnist.x_train[:501], False, lambda: next(asked))
    assert not [*asked]


def test_a_teacher_in_training_mode_drops_features_before_its_last_layer():
    """Of a layer that hands on ten pixels: each is left out, or as much more as others are left out."""
    share, model = 0.2, Architecture("linear").build("teacher")
    kernel, bias = np.zeros((784, 10)), np.arange(10)
    kernel[np.arange(10) * 70, np.arange(10)] = np.arange(1, 11)
    model.layers[-1].set_weights([kernel, bias])
    file, pictures = keras_bytes(model, "teacher"), np.full((300, 28, 28), 51, np.uint8)

    def said(seed: int) -> np.ndarray:
        return teacher_outputs(file, pictures, False, never, dropout=(share, seed)).logits

    kept = (said(1) - bias) / (np.arange(1, 11) * (51 / 255) / (1 - share))
    np.testing.assert_allclose(kept, kept.round(), atol=1e-5)
    assert {*kept.round().ravel().tolist()} == {0.0, 1.0}
    assert kept.mean() == pytest.approx(1 - share, abs=0.04)
    np.testing.assert_array_equal(said(1), said(1))
    assert (said(1) != said(2)).any()


def test_students_answer_faster_than_the_teacher():
    teacher, student = milliseconds_a_picture((WIDE, NARROW))
    assert 0 < student < teacher


LOGITS = np.random.default_rng(0).normal(0, 5, (3_000, 10)).astype(np.float32)


def test_permuted_doubts_keep_the_probabilities_and_the_largest_in_its_place():
    kept, permuted = LOGITS.copy(), permuted_doubts(LOGITS, 3)
    np.testing.assert_array_equal(LOGITS, kept)
    np.testing.assert_array_equal(np.sort(permuted), np.sort(LOGITS))
    np.testing.assert_array_equal(permuted.argmax(axis=1), LOGITS.argmax(axis=1))
    # the second largest is then in any of nine places, its own among them
    second, after = (np.argsort(logits)[:, -2] for logits in (LOGITS, permuted))
    assert np.mean(second == after) == pytest.approx(1 / 9, abs=0.02)
    counts = np.bincount(after[LOGITS.argmax(axis=1) == 4], minlength=10)
    assert counts[4] == 0
    assert np.delete(counts, 4).min() > 0.5 * counts.sum() / 9
