"""Settings compared: runs that differ in seed alone as one line, and distilled students in pairs."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from kd.analysis.evaluation import BLOCKS, compare
from kd.config import FIELDS, MODELS, STUDENTS, TEST_IMAGES, RunConfig
from kd.runs.state import RunView
from kd.store.rows import Figures
from kd.studies.over_seeds import STATIONS, gains
from kd.studies.verdicts import verdicts

AHEAD, BEHIND, UNPAIRED = "ahead", "behind", "unpaired"
MCNEMAR, PAIRED_T = "mcnemar", "paired t"

_VERDICTS = {"helps": AHEAD, "hurts": BEHIND}


@dataclass(frozen=True)
class Line:
    """A line of the notebook: a run, or the runs of one setting, the newest first.

    difference: the mean of distilled minus scratch in points of a percent, with its 95 % interval: of
    kd.studies.verdicts for several seeds, Newcombe's for a single run. Accuracies are means, as fractions.
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
        """All tags of its runs, without duplicates."""
        return tuple(dict.fromkeys(tag for entry in self.entries for tag in entry.tags))

    @property
    def name(self) -> str:
        """The name of its newest run that has one."""
        return next((entry.name for entry in self.entries if entry.name), "")

    @property
    def note(self) -> str:
        """The note of its newest run that has one."""
        return next((entry.note for entry in self.entries if entry.note), "")


def lines(entries: Iterable[RunView], fold: bool = True) -> list[Line]:
    """Returns the runs as lines; fold: whether finished runs that differ in seed alone are one line."""
    groups: dict[Hashable, list[RunView]] = {}
    for entry in entries:
        together = fold and entry.figures is not None
        groups.setdefault(_setting(entry.config) if together else entry.run_id, []).append(entry)
    count = np.array([len(group) for group in groups.values()], int)
    setting, every = np.repeat(np.arange(len(groups)), count), [*chain(*groups.values())]
    table = np.array([_numbers(entry.figures) for entry in every]).reshape(-1, 6)
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


def _numbers(found: Figures | None) -> tuple[float, ...]:
    """Returns distilled minus scratch with its interval, in points, and the three accuracies."""
    if found is None:
        return (np.nan,) * 6
    gain = (found.difference, found.low, found.high)
    points = [np.nan if None in gain or value is None else 100 * value for value in gain]
    return (*points, found.teacher, found.distilled, found.scratch)


def _in_blocks(found: Figures | None, otherwise: np.ndarray) -> np.ndarray:
    """Returns distilled minus scratch of each block of the test pictures, in points."""
    if found is None or found.distilled_blocks is None or found.scratch_blocks is None:
        return otherwise
    distilled, scratch = (
        np.array(each.split(), int) for each in (found.distilled_blocks, found.scratch_blocks)
    )
    pictures = round(distilled.sum() / found.distilled) if found.distilled else TEST_IMAGES
    return 100 * (distilled - scratch) * BLOCKS / pictures


@lru_cache(maxsize=10_000)
def _setting(config: RunConfig) -> tuple:
    """Returns what decides a run but its seed."""
    return tuple(getattr(config, name) if config.counts(name) else None for name in FIELDS if name != "seed")


@dataclass(frozen=True)
class Between:
    """The difference between two settings' distilled students, in points of a percent, and its test.

    verdict: "ahead", "behind", "not shown", "not judged yet" with too few seeds, or "unpaired" where they
    have no seed in common. seeds: those of the pairs; a pair of one run each may have two. judged_seeds: how
    many of them the verdict rests on. test: MCNEMAR over the test images for one pair, or PAIRED_T.
    """

    verdict: str
    seeds: tuple[int, ...] = ()
    test: str = ""
    difference: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    judged_seeds: int = 0


def between(
    settings: Sequence[Sequence[RunView]], labels: np.ndarray, logits: Callable[[str], np.ndarray]
) -> list[Between]:
    """Compares each setting but the first with the first: distilled minus its distilled, seed by seed.

    With two seeds or more in common, it is judged as a study, and with several settings corrected for their
    number (`kd.studies.verdicts.verdicts`); with one, by McNemar's test. Two single runs of different seeds
    are compared, too: the test then holds for these two networks.

    settings: the finished runs of each setting, one for each seed. labels: of the test images (n,). logits: a
    run's id → those of its distilled student (n, 10).
    """
    first, *others = by_seed = [{entry.config.seed: entry for entry in runs} for runs in settings]
    rows = [_row(number, entry) for number, runs in enumerate(by_seed) for entry in runs.values()]
    table = verdicts(pd.DataFrame(rows), ["setting"], baseline={"setting": 0}).set_index("setting")
    found = []
    for number, other in enumerate(others, 1):
        shared = tuple(sorted(first.keys() & other.keys()))
        single = shared[:1] * 2 if shared else (*first, *other)
        if len(shared) > 1:
            row = table.loc[number]
            figures = {name: float(row[name]) for name in ("difference", "low", "high", "p")}
            code, judged = _VERDICTS.get(row["verdict"], row["verdict"]), int(row["judged_seeds"])
            found.append(Between(code, shared, PAIRED_T, **figures, judged_seeds=judged))
        elif len(single) == 2:
            mine, its = (logits(runs[seed].run_id) for runs, seed in zip((first, other), single, strict=True))
            paired = compare(labels, its, mine)
            points = {name: 100 * paired[name] for name in ("difference", "low", "high")}
            seeds = tuple(dict.fromkeys(single))
            found.append(Between(paired["verdict"], seeds, MCNEMAR, p=paired["p_value"], **points))
        else:
            found.append(Between(UNPAIRED))
    return found


def differing(configs: Sequence[RunConfig], but: Sequence[str] = ()) -> list[str]:
    """Returns the fields in which settings differ and which count for one of them, without those in `but`."""
    return [
        name
        for name in FIELDS
        if name not in but
        and len({getattr(config, name) for config in configs}) > 1
        and any(config.counts(name) for config in configs)
    ]


def figures_of_seeds(runs: Sequence[RunView]) -> dict[str, Any] | None:
    """Returns the verdict of a setting's seeds over its scratch students; None with fewer than two."""
    rows = [_row(0, entry) for entry in runs]
    return verdicts(pd.DataFrame(rows), ()).to_dict("records")[0] if len(rows) > 1 else None


def _row(setting: int, entry: RunView) -> dict[str, Any]:
    accuracies = {f"{name}_accuracy": getattr(entry.figures, name, np.nan) for name in MODELS}
    blocks = {f"{name}_blocks": getattr(entry.figures, f"{name}_blocks", None) for name in STUDENTS}
    return {"setting": setting, "seed": entry.config.seed, **accuracies, **blocks}
