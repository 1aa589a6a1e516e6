"""Findings of an experiment, and whether they are as somebody expected: decided by the interval alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.studies.over_seeds import over_seeds
from kd.text.translation import _

if TYPE_CHECKING:
    import pandas as pd

AGREES, DISAGREES, CANNOT_TELL = "agrees", "disagrees", "cannot tell"

POINTS, PERCENT, NATS, PARAMETERS, TIMES, PLAIN = "points", "percent", "nats", "parameters", "times", ""
"""Units of findings: points of a percent, percent of pictures, nats, numbers of parameters, factors."""

# Relative to the largest value, where values are no accuracies in points.
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Finding:
    """A number of an experiment over its seeds: the mean, its 95 % interval, the p-value of its being 0.

    NaN for what the seeds do not say. unit: one of POINTS, PERCENT … beyond: at how many seeds the number was
    beyond what was tried; they count with the limit, so the mean and the interval's low end are at least so
    large, and its high end says nothing.
    """

    mean: float
    low: float
    high: float
    p: float
    seeds: int
    unit: str = POINTS
    beyond: int = 0

    @property
    def is_known(self) -> bool:
        """Whether there is an interval to judge by."""
        return not math.isnan(self.low)


@dataclass(frozen=True)
class Expected:
    """Where somebody expects a finding: between two numbers, in the finding's unit."""

    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(
                _(
                    "low must be below high in what is expected, got {low} and {high}.",
                    low=self.low,
                    high=self.high,
                )
            )


def above(number: float) -> Expected:
    """More than a number."""
    return Expected(low=number)


def below(number: float) -> Expected:
    """Less than a number."""
    return Expected(high=number)


def between(low: float, high: float) -> Expected:
    """Between two numbers."""
    return Expected(low, high)


def judged(finding: Finding, expected: Expected) -> str:
    """Whether a finding is where it was expected.

    Returns:
        AGREES where its whole interval is inside, DISAGREES where all of it is outside, and CANNOT_TELL
        where it is on both sides of a limit or there is no interval.
    """
    if not finding.is_known:
        return CANNOT_TELL
    low, high = finding.low, math.inf if finding.beyond else finding.high
    if expected.low < low and (high < expected.high or expected.high == math.inf):
        return AGREES
    return DISAGREES if high <= expected.low or low >= expected.high else CANNOT_TELL


def judged_curve(
    points: pd.DataFrame, drawn: Mapping[Any, float], tolerance: float
) -> tuple[str, list[dict[str, Any]]]:
    """Whether a curve that was drawn is what came out.

    Args:
        points: one line of `kd.studies.experiments.rows.points`.
        drawn: x → how high the curve is there; other points do not count.
        tolerance: how far off is still right, in the unit of the points.

    Returns:
        A verdict: AGREES where every place does, DISAGREES where any does, otherwise CANNOT_TELL. And the
        places: x, verdict, and how far the curve is above the mean there (off).
    """
    places: list[dict[str, Any]] = []
    for point in points.itertuples(index=False):
        if point.x in drawn:
            height = drawn[point.x]
            found = Finding(point.mean, point.low, point.high, math.nan, point.seeds)
            says = judged(found, between(height - tolerance, height + tolerance))
            places.append({"x": point.x, "verdict": says, "off": height - point.mean})
    verdicts = {place["verdict"] for place in places}
    if DISAGREES in verdicts:
        return DISAGREES, places
    return AGREES if verdicts == {AGREES} else CANNOT_TELL, places


def by_seed(rows: pd.DataFrame, value: str, **where: Any) -> pd.Series:
    """A column of an experiment's rows by seed, in the one cell that has these values.

    Two of these can be subtracted: pandas pairs them by seed, and what has no partner is NaN.

    Raises:
        ValueError: when several rows of one seed have these values.
    """
    chosen = np.logical_and.reduce([np.ones(len(rows), bool), *(rows[n] == v for n, v in where.items())])
    found = rows.loc[chosen].set_index("seed")[value].astype(float)
    if found.index.has_duplicates:
        raise ValueError(
            _("{where} is more than one cell: name a value of each column that varies.", where=where)
        )
    return found


def finding(values: pd.Series, unit: str = POINTS, limit: float = math.inf) -> Finding:
    """What a number by seed comes to; seeds at which it is NaN or infinite do not count.

    Args:
        limit: the largest number that can be told; larger ones, and infinity too, count as beyond it.
    """
    numbers = values.to_numpy(float)
    beyond = int(np.count_nonzero(numbers > limit))
    numbers = np.minimum(numbers, limit)
    numbers = numbers[np.isfinite(numbers)]
    exact = {} if unit in (POINTS, PERCENT) else {"no_spread": _NO_SPREAD * np.abs(numbers).max(initial=0.0)}
    mean, low, high, p, _spread = map(float, over_seeds(numbers, **exact))
    if beyond == len(numbers) > 1:
        low = high = limit
    return Finding(mean, low, high, p, len(numbers), unit, beyond)
