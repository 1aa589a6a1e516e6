"""A number that a callback may set while a Distiller trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


class Annealed:
    """α or T: a number for those who read it, a variable for the traced step, so no value traces again.

    Args:
        checked: returns the number as a float, or raises a ValueError.
    """

    def __init__(self, checked: Callable[[Any], float], value: Any):
        self._checked, self._value = checked, checked(value)
        self._variable = keras.Variable(self._value, dtype="float32", trainable=False, autocast=False)

    @property
    def value(self) -> float:
        """The number, as it was set."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        self._value = self._checked(value)
        self._variable.assign(self._value)

    def tensor(self, dtype: str) -> Any:
        """The number now, where a step is traced."""
        return keras.ops.cast(self._variable, dtype)
