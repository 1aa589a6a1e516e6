"""Pictures shifted by whole pixels: which shifts there are, and what a shifted picture looks like.

There are few of them, so a teacher's answers to all can be computed once. Nothing comes in from outside: the
border that a shift uncovers is black, as MNIST's is.
"""

from __future__ import annotations

import numpy as np

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
