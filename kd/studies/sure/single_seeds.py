"""What each seed of a setting says alone, and how often that is not what all of them say together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from kd.analysis.evaluation import mcnemar, paired_difference_interval
from kd.analysis.verdict import verdict
from kd.base.unusable import Unusable
from kd.config import TEST_IMAGES, RunConfig
from kd.studies.shipped import differs, nearest
from kd.studies.study import SCRATCH, Study
from kd.studies.sure.stations import STATIONS, station
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN, verdicts
from kd.text.study_words import study_notes as words_on_verdicts
from kd.text.sure_words import near_cells_words, near_words
from kd.text.verdicts import covers
from kd.text.words import STUDENTS

_CODES = {"ahead": HELPS, "behind": HURTS, "not shown": NOT_SHOWN}
_STATIONS_TO_NAME = 20
_OF_A_CELL = ("train_size", "alpha", "temperature", "temperature_squared")


@dataclass(frozen=True)
class SingleSeeds:
    """Verdicts of the seeds of one setting.

    alone: for each seed its verdict by McNemar's test, HELPS, HURTS or NOT_SHOWN, not corrected for the
    number of seeds. together: that of all, as kd.studies.verdicts has it.
    """

    alone: tuple[str, ...]
    together: str

    @property
    def judged(self) -> int:
        """How many of them the verdict of all rests on."""
        return station(len(self.alone))

    @property
    def disagreed(self) -> int:
        """How many seeds alone say something else than all together."""
        return sum(each != self.together for each in self.alone)


def alone(runs: pd.DataFrame) -> pd.DataFrame:
    """Each seed's difference in points, its interval over the test pictures and its verdict.

    Args:
        runs: of one setting, as `kd.studies.frame.study_frame` has them.

    Returns:
        Columns seed, difference, low, high (Newcombe's interval) and verdict, in the order of the seeds.

    Raises:
        ValueError: when the counts of pictures that one student alone gets right do not fit the accuracies.
    """
    models = (f"{model}_accuracy" for model in STUDENTS)
    right = np.rint(TEST_IMAGES * runs[[*models]].to_numpy(float)).astype(int)
    only = runs[["only_distilled", "only_scratch"]].to_numpy(int)
    both = right - only
    neither = TEST_IMAGES - right[:, 0] - only[:, 1]
    if (both[:, 0] != both[:, 1]).any() or min(both.min(), neither.min(), only.min()) < 0:
        raise ValueError("only_distilled and only_scratch must fit the accuracies.")
    rows = []
    for seed, gain, shared, (first, second), rest in zip(
        runs["seed"], right[:, 0] - right[:, 1], both[:, 0], only.tolist(), neither, strict=True
    ):
        low, high = paired_difference_interval(int(shared), first, second, int(rest))
        code = _CODES[verdict(low, high, mcnemar(first, second))]
        rows.append((seed, 100 * gain / TEST_IMAGES, 100 * low, 100 * high, code))
    columns = ["seed", "difference", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns).sort_values("seed", ignore_index=True)


def single_seeds(runs: pd.DataFrame) -> SingleSeeds:
    """The verdicts of these seeds. runs: as for `alone`."""
    return SingleSeeds(tuple(alone(runs)["verdict"]), str(verdicts(runs, ())["verdict"].iloc[0]))


def single_seeds_near(config: RunConfig) -> tuple[dict[str, Any], SingleSeeds] | None:
    """What single seeds say in the cell of the included studies that is nearest to a setting; cheap.

    Returns:
        The cell, as `cell_of` has it, and its seeds' verdicts; None where none is near
        (`kd.studies.shipped.nearest`).

    Raises:
        ValueError: when a study cannot be read.
    """
    found = nearest(config)
    return None if found is None else (cell_of(found[0]), _judged(found[0]))


@lru_cache(maxsize=512)
def _judged(cell: RunConfig) -> SingleSeeds:
    found = nearest(cell)
    assert found is not None  # a cell is near itself
    return single_seeds(found[1])


def near_note(config: RunConfig) -> str:
    """How often single seeds disagreed near a setting, in a sentence; nothing where no cell is near."""
    try:
        found = single_seeds_near(config)
    except Unusable as error:
        return str(error)
    return "" if found is None else near_words(*found)


def near_cells_note(configs: Iterable[RunConfig]) -> str:
    """How often single seeds disagreed near these settings, in a sentence; nothing where no cell is near."""
    cells = {}
    try:
        for config in configs:
            if (found := nearest(config)) is not None:
                cells[found[0].run_id] = _judged(found[0])
    except Unusable as error:
        return str(error)
    return near_cells_words([*cells.values()]) if cells else ""


def study_notes(study: Study, table: pd.DataFrame) -> list[str]:
    """What the verdicts of a study rest on, a sentence each.

    Args:
        table: its verdicts, of `kd.studies.verdicts.verdicts`.
    """
    first = [each for each in STATIONS if each <= _STATIONS_TO_NAME]
    notes = words_on_verdicts(table.to_dict("records"), first, covers(study.base))
    if study.seeds == 1 and study.baseline == SCRATCH:
        notes.append(near_cells_note(map(study.config, study.cells())))
    return [note for note in notes if note]


def cell_of(config: RunConfig) -> dict[str, Any]:
    """What names a cell of the included studies: the fields that count, its steps, an unusual objective."""
    cell = {name: getattr(config, name) for name in _OF_A_CELL if config.counts(name)}
    cell["steps"] = config.steps
    if "objective" in differs(config):
        cell["objective"] = config.objective_class.label
    return cell
