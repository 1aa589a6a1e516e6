"""Findings of an experiment, and whether they are as somebody expected: decided by an interval alone.

As the verdicts of studies, they rest on the first 5, 10 or 20 seeds (`kd.studies.over_seeds`), and are
judged at the same level. The interval to show is the 95 % one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kd.analysis.evaluation import BLOCKS
from kd.analysis.verdict import CONFIDENCE
from kd.studies.over_seeds import STATIONS, level, over_seeds, station
from kd.text.experiment_words import AGREES, CANNOT_TELL, DISAGREES, NOT_YET

if TYPE_CHECKING:
    import pandas as pd

BySeed: TypeAlias = Any
"""A number by seed (a Series), or a row for each seed with its number in each block of test pictures."""

POINTS, PERCENT = "points", "percent"
"""Units of findings: points of a percent, and percent of pictures. Others: "nats", "parameters", ""."""

# Relative to the largest value, where values are no accuracies in points.
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Finding:
    """A number of an experiment over its seeds: the mean, its 95 % interval, the p-value of its being 0.

    seeds: how many it is about: the first ones, as many as the last station that is reached; all of them
    before the first, where there is no interval. NaN for what the seeds do not say.
    """

    mean: float
    low: float
    high: float
    p: float
    seeds: int
    unit: str = POINTS

    @property
    def is_known(self) -> bool:
        """Whether there is an interval to judge by."""
        return not math.isnan(self.low)

    @property
    def confidence(self) -> float:
        """The confidence of the interval by which it is judged, such as 0.99."""
        return 1 - level(self.seeds)

    @property
    def sure(self) -> tuple[float, float]:
        """The wider interval by which it is judged, at the level of its station."""
        from scipy.special import stdtrit

        if not self.is_known:
            return math.nan, math.nan
        wide, usual = stdtrit(self.seeds - 1, 1 - np.array([level(self.seeds), 1 - CONFIDENCE]) / 2)
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        return float(middle - wide / usual * half), float(middle + wide / usual * half)


@dataclass(frozen=True)
class Expected:
    """Where somebody expects a finding: between two numbers, in the finding's unit."""

    low: float = -math.inf
    high: float = math.inf


ABOVE_0 = Expected(low=0.0)


def above(number: float) -> Expected:
    """Expects more than a number."""
    return Expected(low=number)


def below(number: float) -> Expected:
    """Expects less than a number."""
    return Expected(high=number)


between = Expected


@dataclass(frozen=True)
class Quantity:
    """A number by seed, worked out of an experiment's rows. of: takes rows, and returns what `finding` takes.

    A difference of shares in percent is in points; otherwise the unit stays.
    """

    of: Callable[[pd.DataFrame], BySeed]
    unit: str = POINTS

    def finding(self, rows: pd.DataFrame) -> Finding:
        """Returns the finding in some rows."""
        return finding(self.of(rows), self.unit)

    def without_blocks(self) -> Quantity:
        """Returns it without the blocks of test pictures, a number for each seed: for ratios and maxima."""
        return Quantity(lambda rows: self.of(rows).mean(axis=1), self.unit)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(lambda rows: self.of(rows) + other.of(rows), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        unit = POINTS if self.unit == PERCENT else self.unit
        return Quantity(lambda rows: self.of(rows) - other.of(rows), unit)

    def __mul__(self, factor: float) -> Quantity:
        return Quantity(lambda rows: self.of(rows) * factor, self.unit)


def judged(finding: Finding, expected: Expected) -> str:
    """Returns AGREES where a whole interval (`Finding.sure`) is inside, DISAGREES where all of it is outside.

    NOT_YET with fewer seeds than a verdict takes; CANNOT_TELL otherwise.
    """
    if finding.seeds < STATIONS[0]:
        return NOT_YET
    if not finding.is_known:
        return CANNOT_TELL
    low, high = finding.sure
    if expected.low < low and high < expected.high:
        return AGREES
    return DISAGREES if high <= expected.low or low >= expected.high else CANNOT_TELL


def judged_curve(points: pd.DataFrame, drawn: Mapping[Any, float], tolerance: float) -> list[dict[str, Any]]:
    """Compares a drawn curve with the means it is a guess of: a row for each place that is known.

    points: one line of `kd.studies.experiments.rows.points`. drawn: x → how high the curve is there. found:
    the finding there; is_near: whether the interval that decides, to the tenth in which it is shown, reaches
    the curve, or the mean is within `tolerance` of it.
    """
    places: list[dict[str, Any]] = []
    for point in points.itertuples(index=False):
        if point.x in drawn and point.seeds:
            found, height = Finding(point.mean, point.low, point.high, math.nan, point.seeds), drawn[point.x]
            low, high = (round(end, 1) for end in found.sure)
            is_near = low <= height <= high or abs(height - found.mean) <= tolerance
            places.append({"x": point.x, "drawn": height, "found": found, "is_near": is_near})
    return places


def by_seed(rows: pd.DataFrame, value: str, **where: Any) -> BySeed:
    """Returns a column of an experiment's rows by seed, as `in_cell`, in the one cell that has these values.

    Two of these can be added or subtracted: pandas pairs them by seed, and what has no partner is NaN. Raises
    ValueError when several rows of one seed have these values.
    """
    chosen = np.logical_and.reduce([np.ones(len(rows), bool), *(rows[n] == v for n, v in where.items())])
    cell = rows.loc[chosen]
    if cell["seed"].duplicated().any():
        raise ValueError(f"{where} is more than one cell: name a value of each column that varies.")
    return in_cell(cell, value)


def in_cell(cell: pd.DataFrame, value: str) -> BySeed:
    """Returns a column of one cell's rows: a row for each seed, a column for each block of test pictures.

    So differences between cells tell how much other pictures would change them. Where blocks are not known,
    all have the seed's number.
    """
    import pandas as pd

    from kd.studies.verdicts import in_blocks

    seeds, numbers = pd.Index(cell["seed"], name="seed"), cell[value].to_numpy(float)[:, np.newaxis]
    if value in _FROM_BLOCKS and {f"{model}_accuracy" for model in _FROM_BLOCKS[value]} <= {*cell.columns}:
        first, *others = (in_blocks(cell, model) for model in _FROM_BLOCKS[value])
        numbers = first - sum(others)
    return pd.DataFrame(np.broadcast_to(numbers, (len(cell), BLOCKS)), seeds, _BLOCKS)


_BLOCKS = [f"block {number}" for number in range(BLOCKS)]
_FROM_BLOCKS = {
    "distilled_right": ("distilled",),
    "scratch_right": ("scratch",),
    "gain": ("distilled", "scratch"),
}


def finding(values: BySeed, unit: str = POINTS) -> Finding:
    """Returns the finding of a number by seed; seeds at which it is NaN or infinite do not count."""
    numbers = values.sort_index().to_numpy(float)
    numbers = numbers[np.isfinite(np.atleast_2d(numbers.T)).all(axis=0)]
    seeds = station(len(numbers))
    numbers = numbers[: seeds or None]
    exact = {} if unit in (POINTS, PERCENT) else {"no_spread": _NO_SPREAD * np.abs(numbers).max(initial=0.0)}
    found = over_seeds(numbers, **exact)
    low, high, p = map(float, (found.low, found.high, found.p) if seeds else (math.nan,) * 3)
    return Finding(float(found.mean), low, high, p, len(numbers), unit)
