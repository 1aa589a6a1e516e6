"""The values on an axis of a study: in which order, and how far apart."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kd.base.data_sets import MNIST, known
from kd.config import FIELD_TYPES, FIELDS, OFFERED, RunConfig
from kd.config.fields import MOST_EPOCHS

# With two values alone, an axis is logarithmic if one is so many times the other.
_DECADE = 10
# What fields begin with whose other values are less telling.
_FIRST = {
    "train_size": (100, 500, 2_000),
    "temperature": (1.0, 4.0, 20.0),
    "alpha": (0.1, 0.5, 0.9),
    "label_noise": (0.0, 0.2, 0.4),
    "omitted_digits": ("", "3", "37"),
    "student_width": (4, 16, 64),
}
_OFFERED = {"label_noise": (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8), "omitted_digits": ("", "3", "8", "37", "378")}
# How many times as long as the setting training is worth trying.
_LONGER = (1, 2, 5, 10)
_AROUND_DEFAULT = (0.1, 0.25, 0.5, 1, 2, 4, 10)


def may_vary(base: RunConfig | None = None) -> list[str]:
    """Returns the fields that an axis may have, in the order in which people mostly want them.

    base: as for `offered`; digits alone can be left out in some cells and not in others.
    """
    of_mnist = () if base is None or base.data == MNIST else ("omitted_digits", "second_teacher")
    first = ("train_size", "temperature", "alpha", "epochs", "objective", "label_noise", "student_width")
    return [*first, *(name for name in OFFERED if name not in (*first, "seed", *of_mnist))]


def offered(name: str, base: RunConfig | None = None) -> tuple[Any, ...]:
    """Returns values of a field that are worth comparing; epochs are multiples of those of `base`."""
    if name == "epochs":
        epochs = (base or RunConfig()).epochs
        return tuple(dict.fromkeys(min(factor * epochs, MOST_EPOCHS) for factor in _LONGER))
    if name == "data":
        return tuple(each.id for each in known())
    if name == "train_size" and base is not None:
        return tuple(stop for stop in FIELDS[name].stops if stop <= base.about_data.train)
    spec, default = FIELDS[name], getattr(RunConfig(), name)
    if FIELD_TYPES[name] is bool:
        return True, False
    found = _OFFERED.get(name) or spec.choices or spec.stops
    if found:
        return tuple(found)
    low, high, step = float(spec.minimum or 0), float(spec.maximum or 0), float(spec.step or 1)
    near = [default * factor for factor in _AROUND_DEFAULT] if default else np.linspace(low, high, 5)
    on_grid = {min(max(low + round((value - low) / step) * step, low), high) for value in near}
    return tuple(FIELD_TYPES[name](round(value, 6)) for value in sorted({*on_grid, float(default)}))


def offered_first(name: str, base: RunConfig | None = None) -> tuple[Any, ...]:
    """Returns the few values that an axis begins with. base: as for `offered`."""
    values = offered(name, base)
    if name == "epochs":
        return values[:3]
    if name in _FIRST and {*_FIRST[name]} <= {*values}:
        return _FIRST[name]
    return tuple(values[at] for at in sorted({0, len(values) // 2, len(values) - 1}))


def values_in_order(column: pd.Series) -> list[Hashable]:
    """Returns the values of a column without duplicates: numbers in order, others as they first appear."""
    return in_order(column.drop_duplicates().tolist())


def in_order(values: Sequence[Any]) -> list[Any]:
    """Returns numbers in order, and other values as they are."""
    return sorted(values) if are_numbers(values) else list(values)


def are_numbers(values: Sequence[Any]) -> bool:
    """Tells whether all of them are numbers, and none a switch."""
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def is_logarithmic(values: Sequence[Any], axis: str = "") -> bool:
    """Tells whether the values are chosen by ratio: 1, 4, 20, and not 0.1, 0.5, 0.9; epochs always are."""
    if not are_numbers(values) or min(values) <= 0:
        return False
    if axis == "epochs":
        return True
    ordered = np.unique(np.asarray(values, float))
    if len(ordered) < 3:
        return bool(ordered[-1] >= _DECADE * ordered[0])
    return _unevenness(np.diff(np.log(ordered))) < _unevenness(np.diff(ordered))


def _unevenness(steps: np.ndarray) -> float:
    return float(steps.std() / steps.mean())
