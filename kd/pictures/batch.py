"""Pictures as people have them, uint8 or floats, one or many, as networks take them."""

from __future__ import annotations

from typing import Any

import numpy as np

from kd.pictures.mnist import to_model_input
from kd.text.words import plain

SIDE = 28
# Rounding, as of a picture that was resized or normalised in float32.
_BEYOND = 1e-5


def as_batch(pictures: Any) -> np.ndarray:
    """Pictures of digits, white on black, ready for a network: float32 (n, 28, 28, 1) in [0, 1].

    Args:
        pictures: an array or a list of shape (28, 28), (28, 28, 1), (n, 28, 28) or (n, 28, 28, 1): of uint8
            from 0 to 255, or of floats from 0 to 1.

    Raises:
        ValueError: for any other shape or type, values beyond [0, 1] (such as floats from 0 to 255), NaN or
            infinity.
    """
    try:
        given = np.asarray(pictures)
    except (TypeError, ValueError, RuntimeError):  # lists of different lengths, a tensor on another device
        given = np.empty(0, dtype=object)
    kind = given.dtype.kind
    if given.dtype != np.uint8 and kind != "f":
        raise ValueError(
            "The pictures must be an array of uint8 from 0 to 255 or of floats from 0 to 1, got "
            f"{type(pictures).__name__ if kind == 'O' else given.dtype}."
        )
    batch = _with_channel(given)
    if given.dtype == np.uint8:
        return to_model_input(batch[..., 0])
    if not np.isfinite(batch).all():
        raise ValueError("The pictures must be finite, got NaN or infinity in at least one pixel.")
    low, high = float(batch.min(initial=np.inf)), float(batch.max(initial=-np.inf))
    if low < -_BEYOND or high > 1 + _BEYOND:
        raise ValueError(
            f"Pictures of floats must be between 0 and 1, got values from {plain(low)} to {plain(high)}: "
            "divide by 255, or pass them as uint8."
        )
    return np.ascontiguousarray(batch, np.float32)


def _with_channel(given: np.ndarray) -> np.ndarray:
    """The same values in the shape (n, 28, 28, 1)."""
    single = given.shape in ((SIDE, SIDE), (SIDE, SIDE, 1))
    batch = given[np.newaxis] if single else given
    if batch.ndim == 3:
        batch = batch[..., np.newaxis]
    if batch.ndim != 4 or batch.shape[1:] != (SIDE, SIDE, 1):
        raise ValueError(
            f"The pictures must have the shape (28, 28), (n, 28, 28) or (n, 28, 28, 1), got {given.shape}."
        )
    return batch
