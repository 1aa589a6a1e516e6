"""The values on an axis of a study: in which order, and how far apart."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

# With two values alone, an axis is logarithmic if one is so many times the other.
_DECADE = 10


def values_in_order(column: pd.Series) -> list[Hashable]:
    """The values of a column, each once: numbers in order, others as they first appear."""
    return in_order(column.drop_duplicates().tolist())


def in_order(values: Sequence[Any]) -> list[Any]:
    """Numbers in order, others as they are."""
    return sorted(values) if are_numbers(values) else list(values)


def are_numbers(values: Sequence[Any]) -> bool:
    """Whether all of them are numbers, and none a switch."""
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def is_logarithmic(values: Sequence[Any]) -> bool:
    """Whether the values are chosen by their ratios: 1, 4, 20, and not 0.1, 0.5, 0.9."""
    if not are_numbers(values) or min(values) <= 0:
        return False
    ordered = np.unique(np.asarray(values, float))
    if len(ordered) < 3:
        return bool(ordered[-1] >= _DECADE * ordered[0])
    return _unevenness(np.diff(np.log(ordered))) < _unevenness(np.diff(ordered))


def _unevenness(steps: np.ndarray) -> float:
    return float(steps.std() / steps.mean())
