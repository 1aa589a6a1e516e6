"""What all measures on stored logits share: checks, softmax and entropy, in float64."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kd.distillation.objectives.objective import checked_temperature
from kd.text.translation import _

CLASSES = 10


def checked_logits(logits: Any, name: str = "logits") -> np.ndarray:
    """Logits as float64 (n, classes), n ≥ 1.

    Raises:
        ValueError: when they are not numbers, not two-dimensional, empty, or not finite.
    """
    try:
        array = np.asarray(logits, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {type(logits).__name__}.") from None
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] < 2:
        raise ValueError(f"{name} must have the shape (pictures, classes), got {array.shape}.")
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        raise ValueError(
            _(
                "{name} must be finite, but picture {picture} has NaN or infinity: the training diverged.",
                name=name,
                picture=int(np.argmin(finite)),
            )
        )
    return array


def checked_labels(labels: Any, count: int, classes: int = CLASSES) -> np.ndarray:
    """True classes as integers (count,), each in 0 … classes − 1.

    Raises:
        ValueError: when they are not whole numbers, not one for each picture, or out of range.
    """
    array = np.asarray(labels)
    if array.shape != (count,):
        raise ValueError(f"labels must be one for each of {count:,} pictures, got shape {array.shape}.")
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"labels must be whole numbers, got {array.dtype}.")
    if array.min() < 0 or array.max() >= classes:
        raise ValueError(f"labels must be between 0 and {classes - 1}, got {array.min()} to {array.max()}.")
    return array.astype(np.int64)


def log_softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """log softmax(logits / T) along the last axis, float64; stable for logits of any size.

    Raises:
        ValueError: when T is not a number above 0.
    """
    scaled = np.asarray(logits, np.float64) / checked_temperature(temperature)
    shifted = scaled - scaled.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """softmax(logits / T) along the last axis, float64: the soft targets (Hinton et al. 2015, eq. 1).

    Raises:
        ValueError: when T is not a number above 0.
    """
    scaled = np.asarray(logits, np.float64) / checked_temperature(temperature)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def entropy_bits(probabilities: np.ndarray) -> np.ndarray:
    """−Σ p log₂ p along the last axis: 0 bits if one class has all, log₂ 10 ≈ 3.32 if all ten are equal."""
    values = np.asarray(probabilities, np.float64)
    logarithms = np.log2(values, out=np.zeros_like(values), where=values > 0)
    return np.maximum(-(values * logarithms).sum(axis=-1), 0.0)


def divergence_bits(target_logits: np.ndarray, logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """KL(softmax(target / T) ‖ softmax(logits / T)) in bits, along the last axis.

    Raises:
        ValueError: when T is not a number above 0.
    """
    target, own = log_softmax(target_logits, temperature), log_softmax(logits, temperature)
    return np.maximum((np.exp(target) * (target - own)).sum(axis=-1) / math.log(2.0), 0.0)
