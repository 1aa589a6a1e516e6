"""Findings of an experiment, and whether they are as somebody expected: decided by the interval alone."""

from __future__ import annotations

import math
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

    NaN for what the seeds do not say. unit: one of POINTS, PERCENT …
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
    if expected.low < finding.low and finding.high < expected.high:
        return AGREES
    return DISAGREES if finding.high <= expected.low or finding.low >= expected.high else CANNOT_TELL


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


def finding(values: pd.Series, unit: str = POINTS) -> Finding:
    """What a number by seed comes to; seeds at which it is NaN or infinite do not count."""
    numbers = values.to_numpy(float)
    numbers = numbers[np.isfinite(numbers)]
    exact = {} if unit in (POINTS, PERCENT) else {"no_spread": _NO_SPREAD * np.abs(numbers).max(initial=0.0)}
    found = over_seeds(numbers, **exact)
    return Finding(float(found.mean), float(found.low), float(found.high), float(found.p), len(numbers), unit)
