"""What the figures of an experiment have in common: where an axis ends, and how its numbers are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from kd.text.translation import _

_STEPS = (1, 2, 5)
_MOST_STEPS = 6


@dataclass(frozen=True)
class Values:
    """An axis of values: where it ends, what it says, and how fine a guess on it is."""

    low: float
    high: float
    step: float
    title: str

    @property
    def ticks(self) -> list[float]:
        """Where it has numbers."""
        count = round((self.high - self.low) / self.step)
        return [round(self.low + number * self.step, 6) for number in range(count + 1)]

    @property
    def finest(self) -> float:
        """The steps in which one guesses."""
        return self.step / 10


def values_axis(
    values: Iterable[float], title: str, floor: float | None = None, ceiling: float | None = None
) -> Values:
    """An axis with round ends that has room for these values.

    Args:
        values: any number of finite ones; without any, the axis goes from 0 to 1.
        floor, ceiling: what no value is below or above, such as 0 and 100 of a percentage.
    """
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = 0.08 * (high - low) or 0.5
    low, high = low - room, high + room
    low = low if floor is None else max(low, floor)
    high = high if ceiling is None else min(high, ceiling)
    step = _round_step((high - low) / _MOST_STEPS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Values(round(first * step, 6), round(last * step, 6), step, title)


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power = 10 ** math.floor(math.log10(least))
    return next(factor * power for factor in (*_STEPS, 10) if factor * power >= least * (1 - 1e-9))


def places(values: Sequence[float], log: bool) -> list[float]:
    """Where numbers stand on an axis from the first to the last: 0 to 1."""
    numbers = [math.log(value) for value in values] if log else [float(value) for value in values]
    low, high = numbers[0], numbers[-1]
    if high == low:
        return [0.5] * len(numbers)
    return [(number - low) / (high - low) for number in numbers]


def note(axis: Values, *more: str) -> str:
    """What stands below the title of a chart: where the axis begins if that is not 0, and more."""
    start = [] if axis.low <= 0 <= axis.high else [_("Axis from {start}.", start=f"{axis.low:,g}")]
    return " ".join([*start, *filter(None, more)])


def value_channel(kind: Any, axis: Values, field: str = "value", signed: bool = False) -> Any:
    """The channel x or y of values.

    Args:
        kind: alt.X or alt.Y.
        signed: whether positive numbers have a sign.
    """
    words = "datum.value == 0 ? '0' : replace(format(datum.value, '+~g'), '-', '−')"
    return kind(
        f"{field}:Q",
        title=None,
        scale=alt.Scale(domain=[axis.low, axis.high], nice=False, zero=False),
        axis=alt.Axis(values=axis.ticks, labelExpr=words if signed else alt.Undefined, labelFlush=False),
    )


def zero_rule(kind: Any, axis: Values, signed: bool) -> list[alt.Chart]:
    """A line at no difference, where that is on the axis."""
    if not signed or not axis.low < 0 < axis.high:
        return []
    at = {"x" if kind is alt.X else "y": alt.datum(0, type="quantitative")}
    return [alt.Chart().mark_rule(color="#888888", strokeDash=[2, 3]).encode(**at)]
