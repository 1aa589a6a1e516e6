"""Checks the two numbers of distillation, α and T."""

from __future__ import annotations

import math
from typing import Any

from kd.text.words import quoted


def checked_alpha(alpha: Any) -> float:
    """Returns α, the weight of the true labels, as a float.

    Raises:
        ValueError: when it is not a number in [0, 1].
    """
    if not _is_finite_number(alpha) or not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be a number between 0 and 1, got {quoted(alpha)}.")
    return float(alpha)


def checked_temperature(temperature: Any) -> float:
    """Returns T as a float.

    Raises:
        ValueError: when it is not a finite number above 0.
    """
    if not _is_finite_number(temperature) or temperature <= 0:
        raise ValueError(f"temperature must be a finite number above 0, got {quoted(temperature)}.")
    return float(temperature)


def _is_finite_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool | str) and math.isfinite(value)
    except (TypeError, OverflowError):
        return False
