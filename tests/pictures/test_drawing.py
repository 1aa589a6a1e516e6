"""to_mnist: the picture that MNIST's makers would have made from a drawing, or one sentence."""

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LinearRegression

from data.pen_digits import draw
from kd.pictures import drawing
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist

SEVEN = [[[0.1, 0.05], [0.8, 0.05], [0.4, 1.0]]]


def canvas(drawing: np.ndarray) -> np.ndarray:
    """White on black, as the canvas sends it: opaque RGBA."""
    return np.dstack([drawing] * 3 + [np.full_like(drawing, 255)])


@pytest.fixture(scope="module")
def seven() -> np.ndarray:
    return draw(SEVEN)


def test_an_mnist_picture_comes_back_unchanged():
    for picture in load_mnist().x_test[:300]:
        expected = picture.astype(np.float32) / picture.max()
        np.testing.assert_allclose(to_mnist(picture), expected, atol=1e-6)
        np.testing.assert_allclose(to_mnist(255 - picture), expected, atol=1e-6)


def test_a_block_is_scaled_to_twenty_pixels_and_centred_as_computed_by_hand():
    picture = np.zeros((100, 100), np.uint8)
    picture[30:66, 7:16] = 255  # 36 × 9, too small for its strokes to be measured → 20 × 5
    expected = np.zeros((28, 28), np.float32)
    # Rows 0–19 have their centre at 9.5: moved by 4 or 5 it is at 13.5 or 14.5, both half a pixel from 14
    # (MNIST rounds up). Columns 0–4 have theirs at 2: moved by 12 it is at 14.
    expected[5:25, 12:17] = 1.0
    np.testing.assert_array_equal(to_mnist(picture), expected)


def test_place_and_size_on_the_canvas_do_not_matter(seven):
    expected = to_mnist(seven)
    np.testing.assert_array_equal(to_mnist(np.roll(seven, (40, -30), axis=(0, 1))), expected)
    twice, four_times = (to_mnist(np.kron(seven, np.ones((n, n), np.uint8))) for n in (2, 4))
    np.testing.assert_array_equal(four_times, twice)  # averaged down to 560 pixels a side
    larger = np.asarray(Image.fromarray(seven).resize((840, 840)))
    assert np.abs(to_mnist(larger) - expected).mean() < 0.01


def test_dark_on_light_is_light_on_dark_and_on_transparent_paper_any_ink_shows(seven):
    for picture in (255 - seven, np.dstack([255 - seven] * 3), canvas(255 - seven)):
        np.testing.assert_allclose(to_mnist(picture), to_mnist(seven), atol=1e-6)
    for ink in (0, 255):
        picture = np.full((280, 280, 4), ink, np.uint8)
        picture[..., 3] = seven
        np.testing.assert_allclose(to_mnist(picture), to_mnist(seven), atol=0.01)


@pytest.mark.parametrize(
    ("inks", "expected"),
    [
        # an opaque grey paper: half transparent white becomes 100 + 127 / 255 · (255 − 100)
        ({(1, 1): (255, 127)}, [177, 100]),
        # transparent paper is black under light ink, and white under dark ink and between the two
        ({None: (0, 0), (1, 1): (128, 255)}, [128, 0]),
        ({None: (0, 0), (1, 1): (127, 255)}, [127, 255]),
        ({None: (255, 0), (1, 1): (10, 255), (1, 2): (255, 100)}, [10, 255]),
        ({None: (0, 0), (1, 1): (200, 255), (1, 2): (120, 255)}, [200, 0]),
    ],
)
def test_paper_shows_through_ink_as_computed_by_hand(inks, expected):
    picture = np.zeros((9, 9, 4), np.uint8)
    picture[...] = (100, 100, 100, 255)
    for place, (level, alpha) in inks.items():
        picture[place or ...] = (level, level, level, alpha)
    found = drawing._grey(Image.fromarray(picture))
    assert found[[1, 5], [1, 5]].tolist() == expected


def ink(grey: np.ndarray) -> np.ndarray:
    """Ink as the module describes it, with scikit-learn's plane through the border."""
    border = np.ones(grey.shape, bool)
    border[5:-5, 5:-5] = False
    places = np.argwhere(np.ones_like(border))
    levels = grey - np.median(grey[border])
    grain = np.median(np.abs(levels[border]))
    if grain:
        plane = LinearRegression().fit(np.argwhere(border), levels[border]).predict(places)
        levels = levels - plane.reshape(grey.shape)
        grain = np.median(np.abs(levels[border]))
    if (levels.clip(min=0) ** 2).sum() < (levels.clip(max=0) ** 2).sum():
        levels = -levels
    floor = max(8 * grain, levels.max() / 4) if grain else 0
    return np.where(levels > floor, levels, 0) / levels.max()


@pytest.mark.parametrize(
    ("slope", "grain", "strongest"), [(40, 4, 140), (1, 0, 140), (0, 1.2, 60), (0, 3, 50)]
)
@pytest.mark.parametrize("side", [1, -1])
def test_ink_stands_out_from_light_and_grain_as_computed_with_scikit_learn(
    seven, slope, grain, strongest, side
):
    random = np.random.default_rng(0)
    light = (
        128 - 64 * side + np.linspace(-slope, slope, 280)[:, np.newaxis] + random.normal(0, grain, (280, 280))
    )
    photo = np.rint(light + side * strongest * (seven / 255.0)).astype(np.uint8)
    np.testing.assert_allclose(drawing._ink(photo), ink(photo), atol=1e-4)


def test_a_hairline_that_is_too_small_to_be_measured_is_a_pixel_wide():
    picture = np.zeros((100, 100), np.uint8)
    picture[40:78, 50] = 255
    for turned in (picture, picture.T):
        assert sorted(np.count_nonzero(to_mnist(turned).any(axis=axis)) for axis in (0, 1)) == [1, 20]


def test_a_digit_with_its_weight_at_one_end_stays_in_the_field():
    picture = np.zeros((100, 100), np.uint8)
    picture[10:90, 50], picture[80:90, 20:80] = 60, 255
    for turned, axis in ((picture, 1), (picture.T, 0)):
        assert np.flatnonzero(to_mnist(turned).any(axis=axis)).tolist() == list(range(20))


@pytest.mark.parametrize(
    "picture",
    [
        *[canvas(np.full((280, 280), level, np.uint8)) for level in (0, 128, 255)],
        np.zeros((280, 280, 4), np.uint8),  # a canvas before the first stroke
        np.pad(np.full((10, 3), 24, np.uint8), 9),  # ink that is as good as paper
    ],
)
def test_a_picture_on_which_nothing_stands_out_is_empty(picture):
    with pytest.raises(ValueError, match="empty"):
        to_mnist(picture)
    assert to_mnist(np.pad(np.full((10, 3), 25, np.uint8), 9)).max() == 1


def block(height: int, width: int, *, full: int | None = None, rest: int = 0) -> np.ndarray:
    """A block of ink on a small field, of which only `full` pixels, all over it, have all the ink."""
    filled = np.arange(height * width) * 7 % (height * width) < (full or height * width)
    return np.pad(np.where(filled, 200, rest).astype(np.uint8).reshape(height, width), 12)


@pytest.mark.parametrize(
    "picture",
    [
        *[draw([[[0.5, 0.5]]], pen=pen) for pen in (2, 22, 40)],
        block(13, 10),
        block(20, 20, full=315),
        block(4, 1),
    ],
)
def test_a_dot_is_too_little_ink_and_what_is_a_little_longer_or_emptier_is_none(picture):
    with pytest.raises(ValueError, match="only a dot"):
        to_mnist(picture)
    for digit in (block(14, 10), block(20, 20, full=314), block(20, 20, full=314, rest=100), block(5, 1)):
        assert to_mnist(digit).max() == 1


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.zeros((28, 28), np.float32), "NumPy array of uint8, got float32"),
        ([[0, 255]], "got list"),
        *[
            (np.zeros(shape, np.uint8), f"grey (height, width), .* got an array of shape {shape}")
            for shape in ((784,), (28, 28, 2), (1, 28, 28, 3), (0, 28))
        ],
        (np.broadcast_to(np.uint8(0), (20_000, 4_000)), "(4,000 × 20,000 pixels): .* at most 25 million"),
    ],
)
def test_a_value_that_is_no_picture_gets_a_sentence_that_names_it(picture, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace(")", r"\)")):
        to_mnist(picture)


def test_pictures_that_are_not_centred_are_only_scaled():
    field = np.zeros((56, 56), np.uint8)
    field[4:44, 2:12] = 200
    expected = field.reshape(28, 2, 28, 2).mean(axis=(1, 3)) / 255
    for drawn in (field, 255 - field, np.stack([field] * 3, axis=-1)):
        found = drawing.to_field(drawn)
        assert found.dtype == np.float32
        # a triangle as wide as two pixels of the 28 reaches into its neighbours
        np.testing.assert_allclose(found.mean(), expected.mean(), atol=1e-3)
        assert found[8, 3] == pytest.approx(200 / 255, abs=1e-3)
        assert not found[25:].any()
    small = field[::2, ::2]
    np.testing.assert_allclose(drawing.to_field(small), small / 255, atol=1e-6)
    # what is not square gets paper on both sides
    np.testing.assert_allclose(drawing.to_field(small[:, 1:-1]), small / 255, atol=1e-6)
    with pytest.raises(ValueError, match="empty"):
        drawing.to_field(np.full((28, 28), 255, np.uint8))
