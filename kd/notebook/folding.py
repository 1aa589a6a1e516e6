"""Runs that differ in their seed alone, as one: the mean of what they say, and how sure that is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from kd.analysis.evaluation import BLOCKS
from kd.config import FIELDS, TEST_IMAGES, RunConfig
from kd.runs.state import RunView
from kd.store.rows import Figures
from kd.studies.over_seeds import STATIONS, gains


@dataclass(frozen=True)
class Line:
    """A line of the notebook: a run, or the runs of one setting.

    entries: newest first. difference: the mean of distilled minus scratch in points of a percent; low and
    high: the 95 % interval, for several seeds that of kd.studies.verdicts, and for a single run Newcombe's
    for these two students; NaN where there is none. teacher, distilled, scratch: mean accuracies as
    fractions.
    """

    entries: tuple[RunView, ...]
    difference: float
    low: float
    high: float
    teacher: float
    distilled: float
    scratch: float

    @property
    def first(self) -> RunView:
        """The newest of its runs."""
        return self.entries[0]

    @property
    def tags(self) -> tuple[str, ...]:
        """Those of all its runs, each once."""
        return tuple(dict.fromkeys(tag for entry in self.entries for tag in entry.tags))

    @property
    def name(self) -> str:
        """That of its newest run which has one."""
        return next((entry.name for entry in self.entries if entry.name), "")

    @property
    def note(self) -> str:
        """That of its newest run which has one."""
        return next((entry.note for entry in self.entries if entry.note), "")


def lines(entries: Iterable[RunView], fold: bool = True) -> list[Line]:
    """The runs as lines, in the order of the newest of each.

    Args:
        fold: whether finished runs that differ in seed alone are one line. Others are always by themselves.
    """
    groups: dict[Hashable, list[RunView]] = {}
    for entry in entries:
        together = fold and entry.figures is not None
        groups.setdefault(_setting(entry.config) if together else entry.run_id, []).append(entry)
    count = np.array([len(group) for group in groups.values()], int)
    setting, every = np.repeat(np.arange(len(groups)), count), [*chain(*groups.values())]
    table = np.array([_numbers(entry) for entry in every]).reshape(-1, 6)
    differences = np.repeat(table[:, :1], BLOCKS, axis=1)
    for place in np.flatnonzero(np.repeat(count, count) >= STATIONS[0]):
        differences[place] = _in_blocks(every[place].figures, differences[place])
    seeds = np.array([entry.config.seed for entry in every], int)
    gained = gains(setting, seeds, differences, len(count))
    ends = (gained.found.low, gained.found.high)
    alone = table[np.cumsum(count) - 1, 1:3].T
    low, high = (np.where(count == 1, own, end) for own, end in zip(alone, ends, strict=True))
    accuracies = [np.bincount(setting, column, len(count)) / count for column in table[:, 3:].T]
    columns = np.column_stack([gained.mean, low, high, *accuracies]).tolist()
    return [Line(tuple(group), *row) for group, row in zip(groups.values(), columns, strict=True)]


def _numbers(entry: RunView) -> tuple[float, ...]:
    """Distilled minus scratch with its interval, in points, and the three accuracies."""
    found, nan = entry.figures, np.nan
    if found is None:
        return (nan,) * 6
    accuracies = (found.teacher, found.distilled, found.scratch)
    if found.difference is None or found.low is None or found.high is None:
        return (nan, nan, nan, *accuracies)
    return (100 * found.difference, 100 * found.low, 100 * found.high, *accuracies)


def _in_blocks(found: Figures | None, otherwise: np.ndarray) -> np.ndarray:
    """Distilled minus scratch of each block of the test pictures, in points."""
    if found is None or found.distilled_blocks is None or found.scratch_blocks is None:
        return otherwise
    distilled, scratch = (
        np.array(each.split(), int) for each in (found.distilled_blocks, found.scratch_blocks)
    )
    return 100 * (distilled - scratch) * BLOCKS / TEST_IMAGES


@lru_cache(maxsize=10_000)
def _setting(config: RunConfig) -> tuple:
    """What decides a run but its seed."""
    return tuple(getattr(config, name) if config.counts(name) else None for name in FIELDS if name != "seed")
