"""Pictures that show no digit, for a student to learn its teacher's answers to them.

They follow from the digits in whose place they stand, and from the seed that drew these.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kd.pictures.mnist import load_mnist
from kd.run_fields.conditions import DIGITS, NOISE, SHUFFLED, SMOOTH

# Runs draw with [seed, …], and their seeds are below this: it is nobody else's.
_NONSENSE = 2**31
_KINDS = (SHUFFLED, NOISE, SMOOTH)

# How far neighbouring pixels of smooth noise go together, in pixels: at this reach, the strong teacher takes
# between 5 and 18 % of the pictures for each of the ten digits. It takes two thirds of plain noise for an 8.
_REACH = 4.5


def without_digits(kind: str, places: np.ndarray, seed: int | None = None) -> np.ndarray:
    """Some training images as pictures of this kind, uint8 (n, 28, 28).

    Args:
        kind: "digits" leaves them as they are. "shuffled": the pixels of each are in an order of its own.
            "noise": each pixel is that of a training image drawn for it alone, so that pixels are as grey as
            MNIST's are at their place, and independent of each other. "smooth": the lines along which smooth
            random numbers are near 0.
        places: of the images in MNIST's 60,000, int (n,); more of them begin with the same ones.
        seed: for pictures of its own; None for those of the first images, which are always the same.
    """
    digits = load_mnist().x_train
    if kind == DIGITS:
        return digits[places]
    random = np.random.default_rng([_NONSENSE, _KINDS.index(kind), *([] if seed is None else [seed])])
    flat = digits.reshape(len(digits), -1)
    pictures = [_MAKERS[kind](flat, place, random) for place in places]
    return np.stack(pictures).reshape(len(places), *digits.shape[1:])


def _shuffled(digits: np.ndarray, place: int, random: np.random.Generator) -> np.ndarray:
    return random.permutation(digits[place])


def _noise(digits: np.ndarray, place: int, random: np.random.Generator) -> np.ndarray:
    return digits[random.integers(0, len(digits), digits.shape[1]), np.arange(digits.shape[1])]


def _smooth(_digits: np.ndarray, _place: int, random: np.random.Generator) -> np.ndarray:
    distances = np.subtract.outer(np.arange(28), np.arange(28)) / _REACH
    weights = np.exp(-(distances**2) / 2)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)  # each number has the variance 1
    numbers = weights @ random.standard_normal((28, 28)) @ weights.T
    return np.rint(255 * np.clip(2 - 5 * np.abs(numbers), 0, 1)).astype(np.uint8).ravel()


_MAKERS: dict[str, Callable[[np.ndarray, int, np.random.Generator], np.ndarray]] = {
    SHUFFLED: _shuffled,
    NOISE: _noise,
    SMOOTH: _smooth,
}
