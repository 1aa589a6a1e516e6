"""A drawing or an uploaded picture → the 28×28 picture that MNIST would have made of it.

MNIST's preparation (LeCun, Bottou, Bengio and Haffner 1998, section III.A): the digit is scaled to fit a
20×20 box with its aspect kept, antialiased to grey levels, and moved so that its centre of mass is at the
centre of a 28×28 field. Networks that learned from such pictures expect nothing else. Strokes of any
pen are made about as wide as MNIST's before that (kd/pictures/strokes.py). Other pictures than MNIST's may
be placed otherwise: then a drawing is only scaled, with the paper around it (`to_field`).
"""

import hashlib
import threading

import numpy as np
from cachetools import LRUCache, cached
from PIL import Image

from kd.base.unusable import Unusable
from kd.pictures.picture_file import WORKING_SIDE, Busy, check_pixels, decode_picture, in_turn
from kd.pictures.strokes import evened, scaled
from kd.text.translation import N_, language

ONLY_A_DOT = N_("There is only a dot: draw one whole digit, larger.")
_EMPTY = N_(
    "The picture is empty (nothing stands out from its background): draw one digit, light on dark or dark on "
    "light."
)

FIELD = 28
BOX = 20
# MNIST moves digits by whole pixels: their centres of mass lie within half a pixel of this one.
CENTRE = 14
# Where two places are as good, as for a digit that is its own mirror image, rounding does not decide.
_TIE = 1e-4

# Paper and ink that differ by fewer grey levels (of 255) cannot be told apart.
LEAST_CONTRAST = 24
# Paper is what differs less than this along the border, in half of its pixels.
MOST_GRAIN = 24
# A dot of the pen is a disc, which fills π/4 = 0.785 of its box. Of MNIST's 70,000 digits, none fills more
# than 0.78 of a box that is as nearly square.
DOT_FILL = 0.785
DOT_ASPECT = 1.4
# Below these (pixels; share of the picture's longer side), a digit cannot be told from a dot.
LEAST_SIDE = 5
LEAST_SHARE = 0.04


def prepared(content: bytes, centred: bool = True) -> np.ndarray:
    """Returns `to_mnist` of the picture in a file, or `to_field` for a data set that is not centred.

    It is read-only; each content, refused or not, is read once.
    """
    found = _read(content, centred, language())
    if isinstance(found, str):
        raise ValueError(found)
    return found


def _key(content: bytes, centred: bool, language: str) -> tuple[bytes, bool, str]:
    return hashlib.blake2b(content).digest(), centred, language


@cached(LRUCache(1000), key=_key, condition=threading.Condition())
def _read(content: bytes, centred: bool, _language: str) -> np.ndarray | str:
    """Returns the prepared picture, or the refusal in this language."""
    try:
        pixels = decode_picture(content)
        prepare = to_mnist if centred else to_field
        picture = in_turn(prepare, pixels, pixels=pixels.shape[0] * pixels.shape[1])
    except Busy:
        raise  # the same file may be read a moment later
    except ValueError as error:
        return str(error)
    picture.flags.writeable = False
    return picture


def to_mnist(image: np.ndarray) -> np.ndarray:
    """Prepares a picture of one digit as MNIST was prepared.

    Light ink on dark paper works as well as dark on light: the border shows which is the paper.

    Args:
        image: uint8, grey (height, width), RGB (height, width, 3) or RGBA (height, width, 4).

    Returns:
        float32 (28, 28), 0 for paper to 1 for ink. A picture from MNIST comes back unchanged.

    Raises:
        ValueError: one sentence, when the array is not such a picture, is too large or empty, or shows too
            little ink to be a digit.
    """
    _check(image)
    ink = _ink(_grey(_shrunk(image)))
    _check_more_than_a_dot(ink)
    return placed(evened(_cropped(ink)))


def placed(ink: np.ndarray) -> np.ndarray:
    """Returns ink (height, width), from 0 to 1, as large as MNIST's and in its place: float32 (28, 28)."""
    return _centred(_fitted(_cropped(ink)))


def to_field(image: np.ndarray) -> np.ndarray:
    """Scales a picture to 28 × 28, with the paper around what is on it; light paper becomes dark.

    Takes and raises what `to_mnist` does, but for little ink. One of 28 × 28 on dark comes back unchanged.

    Returns:
        float32 (28, 28), from 0 to 1.
    """
    _check(image)
    grey = _grey(_shrunk(image)).astype(np.float32)
    if grey.max() - grey.min() <= LEAST_CONTRAST:
        raise Unusable(_EMPTY)
    if on_light_paper(grey):
        grey = 255 - grey
    height, width = grey.shape
    side = max(height, width)
    field = np.full((side, side), np.median(grey[_border(grey.shape)]), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    field[top : top + height, left : left + width] = grey
    return np.asarray(Image.fromarray(field).resize((FIELD, FIELD), Image.Resampling.BILINEAR)) / 255


def on_light_paper(grey: np.ndarray) -> bool:
    """Returns whether the border of a picture (height, width), 0 to 255, is light and even, as paper is."""
    border = grey[_border(grey.shape)]
    paper = np.median(border)
    return bool(paper > 127 and np.median(np.abs(border - paper)) <= MOST_GRAIN)


def _check(image: np.ndarray) -> None:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        found = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
        raise ValueError(f"A picture must be a NumPy array of uint8, got {found}.")
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)) or 0 in image.shape:
        raise ValueError(
            "A picture must be grey (height, width), RGB (height, width, 3) or RGBA (height, width, 4), got "
            f"an array of shape {image.shape}."
        )
    check_pixels(image.shape[1], image.shape[0])


def _shrunk(image: np.ndarray) -> Image.Image:
    picture = Image.fromarray(np.ascontiguousarray(image))
    return picture.reduce(-(-max(picture.size) // WORKING_SIDE))


def _grey(picture: Image.Image) -> np.ndarray:
    """Returns luminance (height, width), 0 to 255; transparent pixels show the paper below."""
    grey = np.asarray(picture.convert("L"))
    if picture.mode != "RGBA":
        return grey
    alpha = np.asarray(picture.getchannel("A")) / 255.0
    border = _border(alpha.shape)
    if np.median(alpha[border]) > 0.5:
        paper = np.median(grey[border])
    else:  # the paper is transparent: make it the opposite of what is visible
        paper = 0.0 if (alpha * (grey - 127.5)).sum() > 0 else 255.0
    return np.rint(paper + alpha * (grey - paper))


def _border(shape: tuple[int, int]) -> np.ndarray:
    """Returns a mask of the picture's outermost fiftieth, at least one pixel deep: bool (height, width)."""
    depth = max(1, min(shape) // 50)
    mask = np.ones(shape, bool)
    mask[depth:-depth, depth:-depth] = False
    return mask


def _ink(grey: np.ndarray) -> np.ndarray:
    """Returns how much ink lies on each pixel: (height, width), 0 for paper to 1 for the strongest ink."""
    border = _border(grey.shape)
    difference = grey - np.float32(np.median(grey[border]))
    grain = np.median(np.abs(difference[border]))
    if grain > 0:  # a photo: even out the light, then measure the paper's grain
        difference -= _plane(difference, border)
        grain = np.median(np.abs(difference[border]))
    lighter, darker = np.maximum(difference, 0.0), np.maximum(-difference, 0.0)
    difference = lighter if np.square(lighter).sum() >= np.square(darker).sum() else darker
    contrast = difference.max()
    # Clean paper (a canvas) keeps every grey level; a photo loses its grain.
    floor = max(8.0 * grain, 0.25 * contrast) if grain > 0 else 0.0
    if contrast <= max(LEAST_CONTRAST, floor):
        raise Unusable(_EMPTY)
    return np.where(difference > floor, difference, 0.0) / contrast


def _plane(levels: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Returns the plane nearest to the levels at the pixels in `where` (least squares), for all pixels."""
    rows, columns = np.indices(levels.shape)
    axes = np.stack([np.ones_like(rows), rows, columns], axis=-1)
    return axes @ np.linalg.lstsq(axes[where], levels[where])[0]


def _cropped(ink: np.ndarray, above: float = 0.0) -> np.ndarray:
    """Returns the part of the picture in which there is ink."""
    marked = ink > above
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _check_more_than_a_dot(ink: np.ndarray) -> None:
    dense = _cropped(ink, above=0.5) > 0.5
    longer, shorter = max(dense.shape), min(dense.shape)
    solid = dense.mean() > DOT_FILL and longer < DOT_ASPECT * shorter
    if solid or longer < max(LEAST_SIDE, LEAST_SHARE * max(ink.shape)):
        raise Unusable(ONLY_A_DOT)


def _fitted(digit: np.ndarray) -> np.ndarray:
    """Returns the digit scaled to fit 20×20 with its aspect kept, its strongest ink at 1."""
    fitted = scaled(digit, BOX)
    return fitted / fitted.max()


def _centred(fitted: np.ndarray) -> np.ndarray:
    """Returns the digit in an empty 28×28 field, its centre of mass within half a pixel of the centre."""
    height, width = fitted.shape
    field = np.zeros((FIELD, FIELD), np.float32)
    top, left = (_offset(fitted.sum(axis=axis, dtype=np.float64)) for axis in (1, 0))
    field[top : top + height, left : left + width] = fitted
    return field


def _offset(profile: np.ndarray) -> int:
    """Returns where a digit starts along one axis, given its ink in each row (or column)."""
    centre_of_mass = profile @ np.arange(len(profile)) / profile.sum()
    return int(np.clip(np.floor(CENTRE - centre_of_mass + 0.5 + _TIE), 0, FIELD - len(profile)))
