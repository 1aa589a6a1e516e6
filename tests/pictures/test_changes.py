"""Changed test pictures, against the plainest NumPy, and always the same."""

import numpy as np
import pytest

from kd.pictures.changes import CHANGES, changed


@pytest.fixture(scope="module")
def pictures(mnist):
    return mnist.x_test[:40]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_always_the_same_and_leaves_the_pictures_as_they_are(pictures, change):
    before = pictures.copy()
    found = changed(pictures, change)
    assert (found.shape, found.dtype) == (pictures.shape, np.uint8)
    np.testing.assert_array_equal(changed(pictures, change), found)
    np.testing.assert_array_equal(pictures, before)
    assert (change == "plain") == np.array_equal(found, pictures)


@pytest.mark.parametrize(("change", "extreme"), [("thick", np.max), ("thin", np.min)])
def test_a_stroke_grows_or_shrinks_by_a_pixel(pictures, change, extreme):
    """Each pixel is the extreme of a square of two by two pixels: itself, above, to the left, and both."""
    bordered = np.pad(pictures, ((0, 0), (1, 0), (1, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(bordered, (2, 2), axis=(1, 2))
    np.testing.assert_array_equal(changed(pictures, change), extreme(windows, axis=(3, 4)))


def test_shifts_go_to_four_sides_by_three_pixels(pictures):
    found = changed(pictures, "shifted")
    np.testing.assert_array_equal(found[0, 3:], pictures[0, :-3])
    np.testing.assert_array_equal(found[1, :-3], pictures[1, 3:])
    np.testing.assert_array_equal(found[2, :, 3:], pictures[2, :, :-3])
    np.testing.assert_array_equal(found[3, :, :-3], pictures[3, :, 3:])


def test_turns_go_by_25_degrees_to_either_side():
    """A bar along the horizontal ends where the angle says."""
    bar = np.zeros((2, 29, 29), np.uint8)
    bar[:, 14, :] = 255
    found = changed(bar, "turned")
    for picture, sign in zip(found, (-1, 1), strict=True):
        rows, columns = np.nonzero(picture > 100)
        slope = np.polyfit(columns, rows, 1)[0]
        assert sign * np.degrees(np.arctan(slope)) == pytest.approx(25, abs=1.5)


def test_noise_is_that_of_seed_0_and_inverted_is_black_on_white(pictures):
    np.testing.assert_array_equal(changed(pictures, "inverted").astype(int), 255 - pictures.astype(int))
    noise = np.random.default_rng(0).normal(0, 0.3 * 255, pictures.shape)
    np.testing.assert_array_equal(changed(pictures, "noisy"), (pictures + noise).round().clip(0, 255))
