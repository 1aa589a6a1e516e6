"""Runs that differ in their seed alone, as one: the mean of what they say, and how sure that is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kd.config import FIELDS, RunConfig
from kd.notebook.entries import Entry
from kd.studies.gains import gains


@dataclass(frozen=True)
class Line:
    """A line of the notebook: a run, or the runs of one setting.

    entries: newest first. difference: the mean of distilled minus scratch in points of a percent; low and
    high: its 95 % interval, the paired t-test's for several seeds, and Newcombe's over the test images for
    one; NaN where there is none. teacher, distilled, scratch: mean accuracies as fractions.
    """

    entries: tuple[Entry, ...]
    difference: float
    low: float
    high: float
    teacher: float
    distilled: float
    scratch: float

    @property
    def first(self) -> Entry:
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


def lines(entries: Iterable[Entry], fold: bool = True) -> list[Line]:
    """The runs as lines, in the order of the newest of each.

    Args:
        fold: whether finished runs that differ in seed alone are one line. Others are always by themselves.
    """
    groups: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        together = fold and entry.figures is not None
        groups.setdefault(_setting(entry.config) if together else entry.run_id, []).append(entry)
    seeds = np.repeat(np.arange(len(groups)), [len(group) for group in groups.values()])
    table = np.array([_numbers(entry) for group in groups.values() for entry in group]).reshape(-1, 6)
    found = gains(seeds, *table[:, :3].T)
    count = np.bincount(seeds)
    accuracies = np.array([np.bincount(seeds, column) / count for column in table[:, 3:].T]).reshape(3, -1)
    columns = np.column_stack([*found, *accuracies]).tolist()
    return [Line(tuple(group), *row) for group, row in zip(groups.values(), columns, strict=True)]


def _numbers(entry: Entry) -> tuple[float, ...]:
    """Distilled minus scratch with its interval, in points, and the three accuracies."""
    found, nan = entry.figures, np.nan
    if found is None:
        return (nan,) * 6
    accuracies = (found.teacher, found.distilled, found.scratch)
    if found.difference is None or found.low is None or found.high is None:
        return (nan, nan, nan, *accuracies)
    return (100 * found.difference, 100 * found.low, 100 * found.high, *accuracies)


@lru_cache(maxsize=10_000)
def _setting(config: RunConfig) -> tuple:
    """What decides a run but its seed."""
    return tuple(getattr(config, name) if config.counts(name) else None for name in FIELDS if name != "seed")
