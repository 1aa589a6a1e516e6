"""to_mnist: the picture that MNIST's makers would have made from a drawing, or one sentence."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy
from PIL import Image

from benchmarks.pen_digits import draw
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist

SEVEN = [[[0.1, 0.05], [0.8, 0.05], [0.4, 1.0]]]
ONE_SENTENCE = re.compile(r"[A-Z].{5,200}\.", re.DOTALL)


def canvas(drawing: np.ndarray) -> np.ndarray:
    """White on black, as the canvas sends it: opaque RGBA."""
    return np.dstack([drawing] * 3 + [np.full_like(drawing, 255)])


def centre_of_mass(picture: np.ndarray) -> np.ndarray:
    return (np.indices(picture.shape) * picture).sum(axis=(1, 2)) / picture.sum()


@pytest.fixture(scope="module")
def seven() -> np.ndarray:
    return draw(SEVEN)


def test_an_mnist_picture_comes_back_unchanged():
    for picture in load_mnist().x_test[:500]:
        expected = picture.astype(np.float32) / picture.max()
        np.testing.assert_allclose(to_mnist(picture), expected, atol=1e-6)


def test_the_result_is_the_models_input(seven):
    result = to_mnist(canvas(seven))
    assert result.shape == (28, 28)
    assert result.dtype == np.float32
    assert result.min() == 0.0
    assert result.max() == 1.0


def test_a_block_is_scaled_to_twenty_pixels_and_centred_as_computed_by_hand():
    picture = np.zeros((280, 280), np.uint8)
    picture[30:230, 7:57] = 255  # 200 × 50 → 20 × 5
    expected = np.zeros((28, 28), np.float32)
    # Rows 0–19 have their centre at 9.5: moved by 4 or 5 it is at 13.5 or 14.5, both half a pixel from 14
    # (MNIST rounds up). Columns 0–4 have theirs at 2: moved by 12 it is at 14.
    expected[5:25, 12:17] = 1.0
    np.testing.assert_array_equal(to_mnist(picture), expected)


def test_antialiasing_is_the_mean_of_the_pixels_under_each_cell():
    picture = np.zeros((100, 100), np.uint8)
    digit = np.zeros((80, 40), np.uint8)
    digit[:, :10] = 255
    digit[::2, 10:] = 100  # every second row: cells of 4 × 4 average to 50
    picture[10:90, 30:70] = digit
    levels = np.unique(to_mnist(picture))
    np.testing.assert_allclose(levels, [0.0, 0.5 * 100 / 255, (2 * 255 + 100) / 4 / 255, 1.0], atol=1e-3)


def test_place_and_size_on_the_canvas_do_not_matter(seven):
    expected = to_mnist(seven)
    np.testing.assert_array_equal(to_mnist(np.roll(seven, (40, -30), axis=(0, 1))), expected)
    larger = np.asarray(Image.fromarray(seven).resize((840, 840)))
    assert np.abs(to_mnist(larger) - expected).mean() < 0.01


def test_the_centre_of_mass_is_at_the_centre(seven):
    assert np.abs(centre_of_mass(to_mnist(seven)) - 14).max() <= 0.5


@pytest.mark.parametrize("channels", ["grey", "rgb", "rgba"])
def test_dark_on_light_is_light_on_dark(seven, channels):
    shaped = {"grey": lambda grey: grey, "rgb": lambda grey: np.dstack([grey] * 3), "rgba": canvas}[channels]
    np.testing.assert_allclose(to_mnist(shaped(255 - seven)), to_mnist(seven), atol=1e-6)


@pytest.mark.parametrize("ink", [0, 255])
def test_on_transparent_paper_any_ink_shows(seven, ink):
    picture = np.full((280, 280, 4), ink, np.uint8)
    picture[..., 3] = seven
    np.testing.assert_allclose(to_mnist(picture), to_mnist(seven), atol=0.01)


def test_transparent_ink_on_opaque_paper_shows(seven):
    picture = canvas(np.zeros_like(seven))
    picture[..., :3] = np.dstack([seven] * 3)
    picture[..., 3] = 255 - seven // 2
    assert np.abs(to_mnist(picture) - to_mnist(seven)).mean() < 0.02


def test_coloured_ink_on_coloured_paper_is_read_by_its_lightness(seven):
    share = seven[..., np.newaxis] / 255.0
    picture = np.rint((1 - share) * [250, 240, 200] + share * [20, 40, 160]).astype(np.uint8)
    np.testing.assert_allclose(to_mnist(picture), to_mnist(seven), atol=0.03)


def test_a_photo_with_uneven_light_and_grain_gives_nearly_the_same_picture(seven):
    light = 190 + np.linspace(-40, 40, 280)[:, np.newaxis] + np.random.default_rng(0).normal(0, 4, (280, 280))
    photo = np.clip(light * (1 - 0.75 * seven / 255.0), 0, 255).astype(np.uint8)
    found, expected = to_mnist(photo), to_mnist(seven)
    # The paler ink in the shade may shift the centre of mass to the next pixel.
    assert min(np.abs(np.roll(found, rows, axis=0) - expected).mean() for rows in (-1, 0, 1)) < 0.02


def test_ink_that_runs_over_the_border_is_still_ink():
    picture = np.zeros((280, 280), np.uint8)
    picture[:, 120:150] = 255
    result = to_mnist(picture)
    assert result[:, 14].sum() == 20.0
    assert np.flatnonzero(result.any(axis=0)).size == 2


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_is_empty(level):
    with pytest.raises(ValueError, match="The picture is empty"):
        to_mnist(canvas(np.full((280, 280), level, np.uint8)))


def test_a_canvas_before_the_first_stroke_is_empty():
    with pytest.raises(ValueError, match="The picture is empty"):
        to_mnist(np.zeros((280, 280, 4), np.uint8))


@pytest.mark.parametrize("pen", [2, 5, 8, 22, 40])
def test_a_dot_is_too_little_ink(pen):
    with pytest.raises(ValueError, match="only a dot"):
        to_mnist(draw([[[0.5, 0.5]]], pen=pen))


@pytest.mark.parametrize("pen", [4, 12, 22, 40])
def test_a_short_one_is_not_a_dot(pen):
    assert to_mnist(draw([[[0.5, 0.2], [0.5, 0.8]]], pen=pen)).sum() > 10


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((28, 28), np.float32), "uint8, got float32"),
        ([[0, 255]], "uint8, got list"),
        (np.zeros(784, np.uint8), r"\(784,\)"),
        (np.zeros((28, 28, 2), np.uint8), r"\(28, 28, 2\)"),
        (np.zeros((1, 28, 28, 3), np.uint8), r"\(1, 28, 28, 3\)"),
        (np.zeros((0, 28), np.uint8), r"\(0, 28\)"),
        (np.broadcast_to(np.uint8(0), (10_000, 10_000)), "10,000 × 10,000 pixels"),
    ],
)
def test_a_value_that_is_no_picture_gets_a_sentence_that_names_it(picture, words):
    with pytest.raises(ValueError, match=words) as error:
        to_mnist(picture)
    assert ONE_SENTENCE.fullmatch(str(error.value))


def test_the_given_array_is_left_alone(seven):
    picture = canvas(seven)
    picture.flags.writeable = False
    before = picture.copy()
    to_mnist(picture)
    np.testing.assert_array_equal(picture, before)


def shapes() -> st.SearchStrategy:
    side = st.integers(1, 40)
    return st.one_of(st.tuples(side, side), st.tuples(side, side, st.sampled_from([3, 4])))


@settings(max_examples=150)
@given(hypothesis_numpy.arrays(np.uint8, shapes()))
def test_any_array_gives_a_picture_or_a_sentence(picture):
    sentence = "A picture."
    try:
        result = to_mnist(picture)
    except ValueError as error:
        sentence = str(error)
    else:
        assert result.shape == (28, 28)
        assert result.min() >= 0.0
        assert result.max() == 1.0
    assert ONE_SENTENCE.fullmatch(sentence)
