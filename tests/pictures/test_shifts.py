"""Shifted pictures, against SciPy's shift, and where nonsense comes from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from kd.config import RunConfig
from kd.networks.numpy_model import NumpyModel
from kd.pictures.changes import drawn, shifted, variants
from kd.pictures.training_set import pictures_for_teacher, places, training_set, without_digits
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


def test_shuffled_pictures_have_the_pixels_of_their_digits_each_in_an_order_of_its_own(mnist):
    made = without_digits("shuffled", np.arange(40)).reshape(40, -1)
    digits = mnist.x_train[:40].reshape(40, -1)
    np.testing.assert_array_equal(np.sort(made), np.sort(digits))
    assert np.mean(made == digits) < 0.8  # most of both is black


def test_each_pixel_of_noise_is_drawn_from_all_images_by_itself(mnist):
    random, places = np.random.default_rng([2**31, 1]), np.arange(784)
    expected = [mnist.x_train.reshape(-1, 784)[random.integers(0, 60_000, 784), places] for _ in range(3)]
    np.testing.assert_array_equal(without_digits("noise", np.arange(3)).reshape(3, 784), expected)


def test_a_teacher_finds_each_digit_in_smooth_noise_and_hardly_any_0_1_or_6_in_plain_noise():
    teacher = NumpyModel.load(shipped_teacher_path("strong"))

    def shares(kind: str) -> np.ndarray:
        pictures = without_digits(kind, np.arange(300), 0)[..., np.newaxis] / np.float32(255)
        return np.bincount(teacher.logits(pictures).argmax(axis=1), minlength=10) / 300

    found = shares("smooth")
    assert 0.02 < found.min() < found.max() < 0.25
    assert shares("noise")[[0, 1, 6]].max() < 0.01


@pytest.mark.parametrize("kind", ["shuffled", "noise", "smooth"])
def test_only_pictures_without_a_label_are_nonsense(mnist, kind):
    config = RunConfig(train_size=60, labelled=20, omitted_digits="38", unlabelled_pictures=kind, seed=2)
    seen = places(config)
    rows = [row for row in range(60) if str(mnist.y_train[seen[row]]) not in "38"]
    chosen, nonsense = training_set(config), without_digits(kind, seen, 2)
    np.testing.assert_array_equal(chosen.images[:20], mnist.x_train[seen[rows[:20]]])
    np.testing.assert_array_equal(chosen.images[20:], nonsense[rows[20:]])
    np.testing.assert_array_equal(pictures_for_teacher(config)[rows], chosen.images)
    np.testing.assert_array_equal(chosen.with_labels().images, mnist.x_train[seen[rows[:20]]])
    # whoever learns nothing from them sees the digits
    alone = config.replace(alpha=1.0)
    np.testing.assert_array_equal(training_set(alone).images, mnist.x_train[seen[rows]])


def test_the_first_images_nonsense_is_always_the_same_and_that_of_drawn_ones_is_not():
    config = RunConfig(train_size=30, labelled=10, unlabelled_pictures="noise", pictures="first")
    again = training_set(config.replace(seed=1)).images
    np.testing.assert_array_equal(training_set(config).images, again)
    every = np.arange(30)
    assert not np.array_equal(without_digits("noise", every, 0), without_digits("noise", every, 1))
