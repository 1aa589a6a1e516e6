"""Strokes about as wide as MNIST's, whichever pen drew a digit.

Once a digit is 20 pixels high, what a thin pen drew is grey, and a thick one has filled the holes of an 8.
Half of MNIST's digits have strokes 0.10 to 0.15 times as wide as their pens' way is long: a digit's longer
side, less the width of the stroke. Digits with narrower or wider ones are drawn anew.
"""

import numpy as np
from PIL import Image

# A digit is scaled down to SIDE pixels to measure its strokes; below LEAST_MEASURED, as in MNIST itself, they
# are too few pixels wide, and stay as they are.
SIDE = 100
LEAST_MEASURED = 40
# Narrower strokes are widened to the first, and wider ones lose what is above the second, all but the share
# KEPT: the corners and holes that a thick pen has filled do not come back.
NARROWEST, WIDEST, KEPT = 0.13, 0.15, 0.4
# What is fainter than this share of the strongest ink is paper.
LEAST_INK = 0.25
# Room around a digit for strokes that are widened, by 0.13 · SIDE / 2 and half a soft pixel at most.
_MARGIN = 8


def scaled(digit: np.ndarray, side: int) -> np.ndarray:
    """Returns the digit with its longer side so long, each pixel the mean of those that it covers.

    digit: float32 (height, width), and so is what is returned; at least one pixel high and wide.
    """
    scale = side / max(digit.shape)
    height, width = (max(1, round(length * scale)) for length in digit.shape)
    return np.asarray(Image.fromarray(digit).resize((width, height), Image.Resampling.BOX))


def evened(digit: np.ndarray) -> np.ndarray:
    """Returns the digit with strokes about as wide as MNIST's; unchanged where they are, or it is small.

    digit: float32 (height, width), 0 for paper to 1 for ink, with no empty rows and columns around it. There
    are some around what is returned.
    """
    if max(digit.shape) < LEAST_MEASURED:
        return digit
    smaller = scaled(digit, SIDE) if max(digit.shape) > SIDE else digit
    depth = _depth(np.pad(smaller, _MARGIN))
    # Across a stroke, depth grows evenly from 0 to half the width: its mean is a quarter of the width.
    width = 4.0 * depth[depth > 0].mean()
    length = max(smaller.shape) - width
    wanted = max(width, NARROWEST * length)
    if width > WIDEST * length:
        wanted = WIDEST * length + KEPT * (width - WIDEST * length)
    if wanted == width:
        return digit
    return np.clip(depth + (wanted - width) / 2 + 0.5, 0.0, 1.0).astype(np.float32)


def _depth(digit: np.ndarray) -> np.ndarray:
    """Returns how many pixels each pixel's middle lies within the ink, negative outside: (height, width)."""
    from scipy.ndimage import distance_transform_edt

    inked = digit > LEAST_INK * digit.max()
    return np.where(inked, distance_transform_edt(inked) - 0.5, 0.5 - distance_transform_edt(~inked))
