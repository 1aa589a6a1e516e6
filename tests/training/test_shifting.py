"""Shifted pictures in a training: the step's are NumPy's, and both students see the same."""

from __future__ import annotations

import numpy as np
import pytest

from kd.pictures.shifts import drawn, shifted, variants
from kd.training.compiled import Lesson, shifted_each


@pytest.mark.parametrize("most", [1, 2])
def test_each_picture_is_shifted_in_its_own_way(mnist, most):
    ways = np.random.default_rng(1).permutation(len(variants(most)))
    pictures = mnist.x_train[: len(ways)]
    found = shifted_each(pictures, ways, most).numpy()
    for picture, way, moved in zip(pictures, ways, found, strict=True):
        np.testing.assert_array_equal(moved, shifted(picture[np.newaxis], *variants(most)[way])[0])


def lesson(shift: int) -> Lesson:
    return Lesson(None, np.zeros(70), None, {}, None, 32, shift)


def test_an_epoch_visits_the_same_pictures_in_the_same_order_whether_they_are_shifted_or_not():
    plain, moved = (lesson(shift).order(3, 2).numpy() for shift in (0, 1))
    np.testing.assert_array_equal(moved // 9, plain)
    np.testing.assert_array_equal(moved % 9, drawn(1, 70, 3, 2))
