"""What all measures on stored logits share: checks, softmax and entropy, in float64.

A temperature that is not above 0 raises ValueError.
"""

import math
from typing import Any

import numpy as np

from kd.base.unusable import Unusable
from kd.distillation.objectives.objective import checked_temperature

CLASSES = 10


def checked_logits(logits: Any, name: str = "logits") -> np.ndarray:
    """Returns logits as float64 (n, classes); raises ValueError when they are not such or not finite."""
    try:
        array = np.asarray(logits, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {type(logits).__name__}.") from None
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] < 2:
        raise ValueError(f"{name} must have the shape (pictures, classes), got {array.shape}.")
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        raise Unusable(
            "{name} must be finite, but picture {picture} has NaN or infinity: the training diverged.",
            name=name,
            picture=int(np.argmin(finite)),
        )
    return array


def checked_labels(labels: Any, count: int, classes: int = CLASSES) -> np.ndarray:
    """Returns true classes as int64 (count,); raises ValueError when one is not in 0 … classes − 1."""
    array = np.asarray(labels)
    if array.shape != (count,):
        raise ValueError(f"labels must be one for each of {count:,} pictures, got shape {array.shape}.")
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"labels must be whole numbers, got {array.dtype}.")
    if array.min() < 0 or array.max() >= classes:
        raise ValueError(f"labels must be between 0 and {classes - 1}, got {array.min()} to {array.max()}.")
    return array.astype(np.int64)


def checked_pair(**logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the logits of two models; raises ValueError when their shapes differ."""
    first, second = (checked_logits(values, name) for name, values in logits.items())
    if first.shape != second.shape:
        raise ValueError(
            f"{' and '.join(logits)} must be of the same pictures and classes, got shapes {first.shape} and "
            f"{second.shape}."
        )
    return first, second


def log_softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Returns log softmax(logits / T) along the last axis, float64; stable for logits of any size."""
    scaled = np.asarray(logits, np.float64) / checked_temperature(temperature)
    shifted = scaled - scaled.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Returns softmax(logits / T) along the last axis: the soft targets (Hinton et al. 2015, eq. 1)."""
    scaled = np.asarray(logits, np.float64) / checked_temperature(temperature)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def entropy_bits(probabilities: np.ndarray) -> np.ndarray:
    """Returns −Σ p log₂ p along the last axis: from 0 bits to log₂ n, where all n are equal (10: 3.32)."""
    values = np.asarray(probabilities, np.float64)
    logarithms = np.log2(values, out=np.zeros_like(values), where=values > 0)
    return np.maximum(-(values * logarithms).sum(axis=-1), 0.0)


def divergence_bits(target_logits: np.ndarray, logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Returns KL(softmax(target / T) ‖ softmax(logits / T)) in bits, along the last axis."""
    target, own = log_softmax(target_logits, temperature), log_softmax(logits, temperature)
    return np.maximum((np.exp(target) * (target - own)).sum(axis=-1) / math.log(2.0), 0.0)
