"""What several seeds say: the studies that come with the project, around the default setting.

data/make_default_study.py makes them, each at two lengths: short, with about as many steps as a default run,
and long, with five times as many. One varies α, T, T² and the number of training images, with five seeds;
epochs follow from the images, and the long part has fewer cells. The other is the experiment which_objective:
it varies the objective alone, with ten seeds; each has its own fields at their defaults.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kd.base.places import DATA
from kd.config import FIELDS, STUDENTS, RunConfig
from kd.studies.over_seeds import gains
from kd.studies.verdicts import in_blocks, verdicts

FILE = DATA / "studies" / "default.csv"
OBJECTIVES_FILE = DATA / "experiments" / "which_objective.csv"
AXES = ("train_size", "alpha", "temperature", "temperature_squared")
SHORT, LONG = "short", "long"
TIMES = {SHORT: 1, LONG: 5}
"""How many times as long as in the short part each is trained."""
_FOLLOWS = ("epochs", "seed")
# Whose steps are factors.
_LOGARITHMIC = ("train_size", "temperature")
# How far α may be from a cell's that is still near; a little more than 0.2, which a float may exceed.
_FAR_IN_ALPHA = 0.21


@cache
def shipped_study(length: str = SHORT) -> pd.DataFrame:
    """Reads a run a row: AXES, epochs, seed and what else `kd.studies.verdicts.study_frame` has."""
    return _read(FILE, length)


@cache
def objectives_study(length: str = SHORT) -> pd.DataFrame:
    """Reads the runs of every objective: as `shipped_study`, with objective instead of AXES."""
    default = RunConfig()
    same = {"train_size": default.train_size, "epochs": TIMES[length] * default.epochs}
    return _read(OBJECTIVES_FILE, length).drop(columns="late_gain").assign(**same)


def _read(file: Path, length: str) -> pd.DataFrame:
    runs = pd.read_csv(file)
    return runs[runs.pop("length") == length].reset_index(drop=True)


def length_of(config: RunConfig) -> str | None:
    """Returns the length of a setting, SHORT or LONG, up to a factor of two; None for neither."""
    usual = RunConfig().steps
    found = (length for length, times in TIMES.items() if 0.5 <= config.steps / (times * usual) <= 2)
    return next(found, None)


def other_length(config: RunConfig) -> str:
    """Returns the length that a setting is further from, SHORT or LONG."""
    halfway = math.sqrt(math.prod(TIMES.values())) * RunConfig().steps
    return LONG if config.steps < halfway else SHORT


def near(config: RunConfig, field: str, length: str | None = None) -> pd.DataFrame | None:
    """Returns verdicts along a field, in the cells that are nearest to a setting in the other fields.

    Sorted by the field, with the cell in `attrs["cell"]`. None if the study does not vary this field, or the
    setting differs from the default in another field or has neither length. length: None for its own.
    """
    length = length or length_of(config)
    if length is None or field not in AXES or differs(config) - {*AXES, *_FOLLOWS}:
        return None
    runs, cell = shipped_study(length), {}
    for name in AXES:
        if name != field:
            runs, cell[name] = _nearest(runs, name, config)
    found = verdicts(runs, [field]).sort_values(field, ignore_index=True)
    found.attrs["cell"] = cell
    return found


def nearest(config: RunConfig, length: str | None = None) -> tuple[RunConfig, pd.DataFrame] | None:
    """Returns the cell that is nearest to a setting, in the study that has more seeds of it, and its runs.

    None where nothing is near: where both students are the same, where T or the number of training images is
    not within a factor of two of the cell's, or α within 0.2, or where it is further off than `near` allows.
    """
    length = length or length_of(config)
    different = differs(config) - {*_FOLLOWS}
    of_objective = different <= {"objective"}
    if length is None or config.alpha == 1 or not (of_objective or different <= {*AXES}):
        return None
    if of_objective:
        runs = objectives_study(length)
        runs = runs[runs["objective"] == config.objective]
        return _setting(runs, objective=config.objective), runs
    runs, cell = shipped_study(length), {}
    for name in AXES:
        runs, cell[name] = _nearest(runs, name, config)
        if not is_near(name, cell[name], getattr(config, name)):
            return None
    setting = _setting(runs, **cell)
    return (setting, runs) if differs(setting) - {*_FOLLOWS} else nearest(setting)


def _setting(runs: pd.DataFrame, **cell: object) -> RunConfig:
    """Returns the setting of these runs, with their first seed."""
    first = runs.iloc[0]
    return RunConfig(**cell, epochs=int(first["epochs"]), seed=int(first["seed"]))


def differs(config: RunConfig) -> set[str]:
    """Returns the fields that count in a setting and are not at their default there."""
    default = RunConfig()
    return {
        name for name in FIELDS if config.counts(name) and getattr(config, name) != getattr(default, name)
    }


def nearest_value(name: str, values: Sequence[Any], value: Any) -> Any:
    """Returns which of a field's values is nearest to another; by ratio for T and training images."""
    return values[int(np.argmin(np.abs(_scale(name, values) - _scale(name, value))))]


def is_near(name: str, of_cell: Any, value: Any) -> bool:
    """Tells whether a cell's value says something of another: within a factor of two, α within 0.2 of it.

    At α = 1 nothing does: both students are the same.
    """
    if name == "alpha":
        return value < 1 and bool(abs(value - of_cell) <= _FAR_IN_ALPHA)
    return name not in _LOGARITHMIC or bool(0.5 <= value / of_cell <= 2)


def _nearest(runs: pd.DataFrame, name: str, config: RunConfig) -> tuple[pd.DataFrame, object]:
    """Returns the runs with the value of a field that is nearest to the setting's, and this value."""
    value = nearest_value(name, runs[name].unique(), getattr(config, name))
    return runs[runs[name] == value], value.item()


def _scale(name: str, values: object) -> np.ndarray:
    numbers = np.asarray(values, float)
    return np.log(numbers) if name in _LOGARITHMIC else numbers


@dataclass(frozen=True)
class Known:
    """One length of the study: its axes, and a cell for each combination of their values.

    axes: field → its values, in ascending order. cells: the gain over scratch, of the mean accuracies as they
    are shown, and its 95 % interval, in points, and scratch's mean accuracy, in percent; the last axis varies
    fastest. seeds: of every cell.
    """

    axes: Mapping[str, Sequence[Any]]
    cells: Sequence[tuple[float, float, float, float]]
    seeds: int

    def place(self, name: str, value: Any) -> int | None:
        """Returns the number of the axis' value that is nearest to another; None if none of them is near."""
        nearest = nearest_value(name, self.axes[name], value)
        return self.axes[name].index(nearest) if is_near(name, nearest, value) else None


@cache
def known(length: str) -> Known:
    """Computes what one length of the included study knows: SHORT or LONG."""
    runs = shipped_study(length)
    axes = {name: sorted(set(runs[name].tolist())) for name in AXES}
    cells = np.zeros(len(runs), int)
    for name, values in axes.items():
        cells = cells * len(values) + np.searchsorted(values, runs[name])
    number = math.prod(map(len, axes.values()))
    differences = in_blocks(runs, "distilled") - in_blocks(runs, "scratch")
    gained = gains(cells, runs["seed"].to_numpy(), differences, number)
    distilled, scratch = (
        (100 * np.bincount(cells, runs[f"{model}_accuracy"], number) / gained.seeds).round(2)
        for model in STUDENTS
    )
    rows = np.column_stack([distilled - scratch, gained.found.low, gained.found.high, scratch]).round(3)
    seeds = set(gained.seeds.tolist())
    assert len(seeds) == 1  # so one number says it for all
    return Known(axes, [tuple(row) for row in rows.tolist()], seeds.pop())
