"""Strokes of any pen end up as another pen would have drawn them."""

import numpy as np
import pytest

from data.pen_digits import CANVAS, draw
from kd.pictures import drawing, strokes
from kd.pictures.drawing import to_mnist
from kd.pictures.strokes import evened, scaled

CIRCLE = [[[0.5 + 0.5 * np.cos(turn), 0.5 + 0.5 * np.sin(turn)] for turn in np.linspace(0, 2 * np.pi, 60)]]
SEVEN = [[[0.1, 0.0], [0.9, 0.0], [0.4, 1.0]]]
LINE = [[[0.5, 0.0], [0.5, 1.0]]]


def drawn(shape: list, width: float, share: float) -> np.ndarray:
    """A drawing with strokes of this width, as a share of the side of the square that the pen went round."""
    return draw(shape, pen=width * share * CANVAS, share=share)


def as_measured(picture: np.ndarray) -> np.ndarray:
    return drawing._cropped(drawing._ink(picture)).astype(np.float32)


def density(digit: np.ndarray) -> float:
    """Ink in a digit, as a share of the square around it."""
    return digit.sum() / max(drawing._cropped(digit).shape) ** 2


@pytest.mark.parametrize("width", [0.03, 0.05, 0.1, 0.2, 0.3, 0.4])
@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("shape", [CIRCLE, SEVEN, LINE])
def test_a_pen_draws_what_one_nearer_to_mnists_draws(shape, share, width):
    nearer = max(width, strokes.NARROWEST)
    if width > strokes.WIDEST:
        nearer = strokes.WIDEST + strokes.KEPT * (width - strokes.WIDEST)
    digit, expected = (density(as_measured(drawn(shape, each, share))) for each in (width, nearer))
    assert density(evened(as_measured(drawn(shape, width, share)))) == pytest.approx(expected, rel=0.1)
    assert digit != pytest.approx(expected, rel=0.1)


def test_strokes_of_mnists_width_and_those_of_few_pixels_stay_as_they_are():
    for shape in (CIRCLE, LINE):
        digit = as_measured(drawn(shape, 0.14, 0.5))
        assert evened(digit) is digit
    small = as_measured(draw(CIRCLE, canvas=56, pen=2, share=0.6))
    assert max(small.shape) < strokes.LEAST_MEASURED
    assert evened(small) is small


def test_faint_and_very_thin_lines_are_strokes_too():
    picture = np.zeros((800, 800), np.uint8)
    picture[100:700, 400] = 255
    picture[100:102, 200:400] = 80  # fainter, as where a pencil was pressed less
    found = to_mnist(picture)
    assert (found.max(axis=1) > 0.7).sum() >= 19
    assert (found.max(axis=0) > 0.7).sum() >= 6


def test_depth_is_how_far_the_nearest_pixel_of_the_other_kind_is():
    random = np.random.default_rng(0)
    digit = np.pad((random.random((12, 9)) > 0.4).astype(np.float32), 1)
    inked = digit > 0
    places = np.argwhere(np.ones_like(inked)).reshape(*digit.shape, 2)
    for place in np.ndindex(digit.shape):
        others = places[inked != inked[place]]
        distance = np.sqrt(((others - place) ** 2).sum(axis=1)).min()
        assert strokes._depth(digit)[place] == pytest.approx((distance - 0.5) * (1 if inked[place] else -1))


def test_antialiasing_is_the_mean_of_the_pixels_under_each_cell():
    digit = np.random.default_rng(1).random((80, 40)).astype(np.float32)
    expected = digit.reshape(20, 4, 10, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(scaled(digit, 20), expected, atol=1e-6)
