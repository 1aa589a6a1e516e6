"""Shifted pictures, against SciPy's shift, and what a teacher finds in nonsense."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from kd.networks.numpy_model import NumpyModel
from kd.pictures.changes import drawn, shifted, variants
from kd.pictures.training_set import without_digits
from kd.teachers.shipped import shipped_teacher_path


def test_the_variants_are_all_shifts_of_so_many_pixels_each_once():
    # their order is that of the teachers' answers which are stored
    assert variants(2).tolist() == [[down, right] for down in range(-2, 3) for right in range(-2, 3)]


@pytest.mark.parametrize(("down", "right"), [(0, 0), (1, 0), (-2, 1), (2, -2)])
def test_a_shifted_picture_is_scipys_with_black_behind_it(mnist, down, right):
    pictures = np.maximum(mnist.x_train[:3], 1)  # so that what is uncovered can be told from what is black
    expected = ndimage.shift(pictures, (0, down, right), order=0, mode="constant", cval=0)
    np.testing.assert_array_equal(shifted(pictures, down, right), expected)


def test_shifts_are_drawn_evenly_anew_in_each_epoch_and_again_with_the_same_seed():
    first, second = drawn(1, 9_000, 0, 1), drawn(1, 9_000, 0, 2)
    np.testing.assert_array_equal(drawn(1, 9_000, 0, 1), first)
    assert 0.05 < np.mean(first == second) < 0.18
    assert 0.05 < np.mean(first == drawn(1, 9_000, 1, 1)) < 0.18
    counts = np.bincount(first, minlength=9)
    assert len(counts) == 9
    assert counts.min() > 850


def test_a_teacher_finds_each_digit_in_smooth_noise_and_hardly_any_0_1_or_6_in_plain_noise():
    teacher = NumpyModel.load(shipped_teacher_path("strong"))

    def shares(kind: str) -> np.ndarray:
        pictures = without_digits(kind, np.arange(300), 0)[..., np.newaxis] / np.float32(255)
        return np.bincount(teacher.logits(pictures).argmax(axis=1), minlength=10) / 300

    found = shares("smooth")
    assert 0.02 < found.min() < found.max() < 0.25
    assert shares("noise")[[0, 1, 6]].max() < 0.01
