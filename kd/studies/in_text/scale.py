"""Round numbers and short labels for pictures of text."""

from __future__ import annotations

import math
from typing import Any

from kd.text.study_words import axis_value, signed

_NICE = (1, 2, 3, 4, 5, 6, 8, 10)
_LONGEST_LABEL = 24


def round_step(size: float, parts: int) -> float:
    """The smallest round number that covers `size` (above 0) in at most so many steps."""
    unit = 10.0 ** math.floor(math.log10(size / parts))
    return next((nice * unit for nice in _NICE if nice * unit * parts >= size * (1 - 1e-9)), 10 * unit)


def decimals_of(step: float) -> int:
    """How many decimals a round step has: 0.2 → 1, 5 → 0."""
    return max(0, -math.floor(math.log10(step) + 1e-9))


def short(value: Any) -> str:
    """A value on an axis, cut to 24 characters."""
    text = axis_value(value)
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def difference(row: dict[str, Any], decimals: int = 2) -> str:
    """A cell's difference: '+6.52', '=' for the baseline, '?' where there is none."""
    if row["verdict"] == "baseline":
        return "="
    return "?" if math.isnan(row["difference"]) else signed(row["difference"], decimals)
