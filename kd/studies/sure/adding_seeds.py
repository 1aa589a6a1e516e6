"""Seeds added one by one: what each says alone, their mean, and the verdict at each station."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kd.studies.sure.single_seeds import SingleSeeds, alone, single_seeds
from kd.studies.sure.stations import MOST_SEEDS, station
from kd.studies.verdicts import NOT_JUDGED, verdicts

ORDERS = ("by_number", "largest_first", "smallest_first")
"""In which order seeds may be added: as they are numbered, or picked by what they came to."""


@dataclass(frozen=True)
class Step:
    """What is known once a seed has been added to those before it.

    seed: the one that was added; own: its difference in points; says: its verdict alone. difference: the
    mean of all so far, in points. judged_seeds, low, high, verdict: as kd.studies.verdicts has them of all so
    far: those of the last station.
    """

    seed: int
    own: float
    says: str
    difference: float
    judged_seeds: int
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class AddingSeeds:
    """Seeds of one setting.

    single: their verdicts, in the order of their numbers. steps: order → a step for each seed.
    """

    single: SingleSeeds
    steps: dict[str, tuple[Step, ...]]


def adding_seeds(runs: pd.DataFrame) -> AddingSeeds:
    """What the seeds of one setting say, one after the other.

    Args:
        runs: as for `kd.studies.sure.single_seeds.alone`; at most MOST_SEEDS.

    Raises:
        ValueError: when there are none, or too many.
    """
    if not 1 <= len(runs) <= MOST_SEEDS:
        raise ValueError(f"There must be between 1 and {MOST_SEEDS} seeds, got {len(runs)}.")
    runs, table = runs.sort_values("seed"), alone(runs)
    steps = {order: tuple(_steps(runs, table, _in_order(order, table["difference"]))) for order in ORDERS}
    return AddingSeeds(single_seeds(runs), steps)


def _steps(runs: pd.DataFrame, table: pd.DataFrame, order: np.ndarray) -> Iterator[Step]:
    """A step for each seed. table: of `alone`; order: the places of the seeds in it."""
    # by new numbers, as verdicts take seeds in the order of theirs
    ordered = runs.iloc[order].assign(seed=range(len(order)))
    own = table["difference"].to_numpy(float)[order]
    judged = 0
    low, high, verdict = float("nan"), float("nan"), NOT_JUDGED
    for count, at in enumerate(order, 1):
        if station(count) > judged:
            judged = station(count)
            low, high, verdict = verdicts(ordered.head(judged), ()).loc[0, ["low", "high", "verdict"]]
        seed, says = int(table["seed"][at]), table["verdict"][at]
        mean = float(own[:count].mean())
        yield Step(seed, float(own[count - 1]), says, mean, judged, float(low), float(high), verdict)


def _in_order(order: str, differences: Sequence[float]) -> np.ndarray:
    if order == "by_number":
        return np.arange(len(differences))
    ascending = np.argsort(differences, kind="stable")
    return ascending if order == "smallest_first" else ascending[::-1]
