"""Pictures changed: shifted by whole pixels in training, and test pictures as no student saw them.

There are few shifts, so a teacher's answers to all can be computed once. Nothing comes in from outside: the
border that a shift uncovers is black, as MNIST's is. A change gives the same test pictures every time.
"""

from collections.abc import Callable

import numpy as np

PIXELS, DEGREES, NOISE_DEVIATION = 3, 25.0, 0.3
WHITE = 255


def changed(pictures: np.ndarray, change: str) -> np.ndarray:
    """Returns pictures, uint8 (n, height, width), after one of CHANGES.

    "plain" leaves them as they are. "shifted": moved by 3 pixels, a quarter of them to each side. "turned":
    by 25 degrees, every second one clockwise. "noisy": with normal noise of deviation 0.3 of white. "thick"
    and "thin": each pixel is as light as the lightest, or as the darkest, of the four around its corner.
    "inverted": black on white.
    """
    return CHANGES[change](pictures)


def _shifted(pictures: np.ndarray) -> np.ndarray:
    moved = np.empty_like(pictures)
    for place, way in enumerate(((PIXELS, 0), (-PIXELS, 0), (0, PIXELS), (0, -PIXELS))):
        moved[place::4] = shifted(pictures[place::4], *way)
    return moved


def _turned(pictures: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    turned = np.empty_like(pictures)
    for place, degrees in enumerate((DEGREES, -DEGREES)):
        turned[place::2] = ndimage.rotate(pictures[place::2], degrees, (1, 2), reshape=False, order=1)
    return turned


def _noisy(pictures: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, NOISE_DEVIATION * WHITE, pictures.shape)
    return np.clip(np.rint(pictures + noise), 0, WHITE).astype(np.uint8)


def _corners(pictures: np.ndarray) -> list[np.ndarray]:
    """Returns for each pixel itself, the one above it, the one to its left, and the one above that."""
    return [shifted(pictures, down, right) for down in (0, 1) for right in (0, 1)]


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "plain": lambda pictures: pictures,
    "shifted": _shifted,
    "turned": _turned,
    "noisy": _noisy,
    "thick": lambda pictures: np.maximum.reduce(_corners(pictures)),
    "thin": lambda pictures: np.minimum.reduce(_corners(pictures)),
    "inverted": lambda pictures: WHITE - pictures,
}


# Part of the seed: an epoch's order is drawn with [seed, epoch], and label noise with [seed, 1_000_000].
_SHIFTS = 2_000_000


def variants(most: int) -> np.ndarray:
    """Returns all shifts of up to `most` pixels, int32 ((2 · most + 1)², 2): downwards, and to the right."""
    steps = np.arange(-most, most + 1, dtype=np.int32)
    down, right = np.meshgrid(steps, steps, indexing="ij")
    return np.stack([down.ravel(), right.ravel()], axis=1)


def shifted(pictures: np.ndarray, down: int, right: int) -> np.ndarray:
    """Returns pictures (n, height, width) moved by so many pixels; negative is up, or to the left."""
    height, width = pictures.shape[1:]
    moved = np.zeros_like(pictures)
    moved[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = pictures[
        :, max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return moved


def drawn(most: int, count: int, seed: int, epoch: int) -> np.ndarray:
    """Returns which of the variants each of `count` pictures has in an epoch, int64 (count,)."""
    random = np.random.default_rng([seed, _SHIFTS, epoch])
    return random.integers(0, len(variants(most)), count)
