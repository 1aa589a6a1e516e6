"""Seeds added one by one: how the interval shrinks, and what so many of them would have said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kd.analysis.verdict import CONFIDENCE
from kd.run_fields import TEST_IMAGES
from kd.studies.sure.single_seeds import SingleSeeds, alone, single_seeds
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN, TOO_FEW
from kd.text.translation import _

ORDERS = ("by_number", "largest_first", "smallest_first")
"""In which order seeds may be added: as they are numbered, or picked by what they came to."""

SIDES = (HELPS, NOT_SHOWN, HURTS)
MOST_SEEDS = 20
# Points of a percent for each test picture.
_POINTS = 100 / TEST_IMAGES


@dataclass(frozen=True)
class Step:
    """What is known once a seed has been added to those before it.

    seed: the one that was added; own: its difference in points; says: its verdict alone. difference: the
    mean of all so far, in points; low, high: its 95 % interval over seeds, NaN with one seed or where all
    are equal. verdict: of all so far, by the paired t-test; TOO_FEW where there is no interval, unless all
    are 0.
    """

    seed: int
    own: float
    says: str
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class AddingSeeds:
    """Seeds of one setting.

    single: their verdicts, in the order of their numbers. steps: order → a step for each seed. choices:
    (n, 3), for each number of seeds from 1 on, how many of all choices of so many say each of SIDES.
    """

    single: SingleSeeds
    steps: dict[str, tuple[Step, ...]]
    choices: np.ndarray


def adding_seeds(runs: pd.DataFrame) -> AddingSeeds:
    """What the seeds of one setting say, one after the other.

    Args:
        runs: as for `kd.studies.sure.single_seeds.alone`; at most MOST_SEEDS.

    Raises:
        ValueError: when there are none, or too many.
    """
    if not 1 <= len(runs) <= MOST_SEEDS:
        raise ValueError(
            _("There must be between 1 and {most} seeds, got {count}.", most=MOST_SEEDS, count=len(runs))
        )
    table = alone(runs)
    pictures = np.rint(table["difference"].to_numpy(float) / _POINTS).astype(int)
    single = single_seeds(runs)
    counts = choices(pictures)
    counts[0] = [sum(each == side for each in single.alone) for side in SIDES]
    steps = {}
    for order in ORDERS:
        chosen = _in_order(order, pictures)
        means = running(pictures[chosen])
        steps[order] = tuple(
            Step(int(table["seed"][at]), float(pictures[at] * _POINTS), single.alone[at], *mean)
            for at, mean in zip(chosen, means, strict=True)
        )
    return AddingSeeds(single, steps, counts)


def running(pictures: np.ndarray) -> list[tuple[float, float, float, str]]:
    """Mean, interval and verdict of the first seeds, for each number of them.

    Args:
        pictures: how many more test pictures distilled gets right than scratch, by seed, (n,), whole numbers.

    Returns:
        For each number of seeds: mean, low and high in points, and the verdict, by the paired t-test, as
        `kd.studies.verdicts.verdicts` would have them for this many seeds.
    """
    numbers = np.arange(1, len(pictures) + 1)
    sums, squares = np.cumsum(pictures), np.cumsum(pictures**2)
    reach = _critical(len(pictures)) * np.sqrt(_spread(numbers, sums, squares) / numbers)
    mean, half = sums / numbers * _POINTS, np.where(reach > 0, reach, np.nan) * _POINTS
    sides = _sides(numbers, sums, squares)
    found = []
    for number, side, *figures in zip(numbers, sides, mean, mean - half, mean + half, strict=True):
        points, low, high = map(float, figures)
        unknown = math.isnan(low) and (number == 1 or points != 0)
        found.append((points, low, high, TOO_FEW if unknown else SIDES[side]))
    return found


def choices(pictures: np.ndarray) -> np.ndarray:
    """How many of all choices of k seeds show each of SIDES by the paired t-test, for k = 1 to n.

    Args:
        pictures: as for `running`.

    Returns:
        (n, 3). A choice that cannot be judged, such as any single seed, shows nothing.
    """
    numbers = sums = squares = np.zeros(1, int)
    for each in pictures:  # every choice without this seed, and then with it
        numbers = np.concatenate([numbers, numbers + 1])
        sums = np.concatenate([sums, sums + each])
        squares = np.concatenate([squares, squares + each**2])
    numbers, sums, squares = numbers[1:], sums[1:], squares[1:]
    cells = len(SIDES) * (numbers - 1) + _sides(numbers, sums, squares)
    return np.bincount(cells, minlength=len(SIDES) * len(pictures)).reshape(-1, len(SIDES))


def _sides(numbers: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """For seeds of these numbers, sums and sums of squares, the place in SIDES of what they show."""
    spread = _spread(numbers, sums, squares)
    critical = _critical(int(numbers.max()))[numbers - 1]
    shown = (spread > 0) & (np.abs(sums) > critical * np.sqrt(numbers * spread))
    return np.where(shown, 1 - np.sign(sums), 1).astype(int)


def _spread(numbers: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """The variance of the sample, 0 with one seed; exact where all are equal, as these are whole numbers."""
    return (numbers * squares - sums**2) / (numbers * np.maximum(numbers - 1, 1))


def _critical(most: int) -> np.ndarray:
    """Beyond which t is significant, for 1 to `most` seeds; 0 for one, which has no spread."""
    from scipy.stats import t

    beyond = t.isf((1 - CONFIDENCE) / 2, np.arange(1, most))
    return np.concatenate([[0.0], beyond])


def _in_order(order: str, pictures: Sequence[int]) -> np.ndarray:
    if order == "by_number":
        return np.arange(len(pictures))
    ascending = np.argsort(pictures, kind="stable")
    return ascending if order == "smallest_first" else ascending[::-1]
