"""What several seeds say: the studies that come with the project, around the default setting.

data/make_default_study.py makes them. One varies α, T, T² and the number of training images, with five seeds;
epochs follow from the images, as a student sees about as many pictures as in a default run. The other varies
the objective alone, with ten seeds; each has its own fields at their defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from kd.config import FIELDS, RunConfig
from kd.places import DATA
from kd.studies.verdicts import verdicts
from kd.text.translation import _
from kd.unusable import Unusable

FILE = DATA / "studies" / "default.csv"
OBJECTIVES_FILE = DATA / "studies" / "objectives.csv"
AXES = ("train_size", "alpha", "temperature", "temperature_squared")
_FOLLOWS = ("epochs", "seed")
# Whose steps are factors.
_LOGARITHMIC = ("train_size", "temperature")


@cache
def shipped_study() -> pd.DataFrame:
    """Its runs, one row each: AXES, epochs, seed, and the models' accuracies as `kd.studies.frame` has them.

    Raises:
        ValueError: when its file is missing or damaged.
    """
    return _read(FILE, AXES)


@cache
def objectives_study() -> pd.DataFrame:
    """The runs of every objective: objective instead of AXES, and otherwise as in `shipped_study`.

    Raises:
        ValueError: when its file is missing or damaged.
    """
    return _read(OBJECTIVES_FILE, ("objective",))


def _read(file: Path, axes: Sequence[str]) -> pd.DataFrame:
    try:
        runs = pd.read_csv(file)
        verdicts(runs.head(1), axes)
    except (OSError, ValueError) as error:
        raise Unusable(
            _(
                "The study {path} cannot be read ({reason}): install KD Lab again.",
                path=file,
                reason=str(error).rstrip("."),
            )
        ) from None
    return runs


def near(config: RunConfig, field: str) -> pd.DataFrame | None:
    """The study's verdicts along a field, in the cells that are nearest to a setting in the other fields.

    Args:
        field: one of AXES.

    Returns:
        Rows of `kd.studies.verdicts.verdicts`, sorted by the field, with the cell that was taken in
        `attrs["cell"]`; None if the study does not vary this field, or the setting differs from the default
        in another one, or in how many pictures a student sees by more than a factor of two.
    """
    if field not in AXES or differs(config) - {*AXES, *_FOLLOWS} or not _sees_as_many(config):
        return None
    runs, cell = shipped_study(), {}
    for name in AXES:
        if name != field:
            runs, cell[name] = _nearest(runs, name, config)
    found = verdicts(runs, [field]).sort_values(field, ignore_index=True)
    found.attrs["cell"] = cell
    return found


def nearest(config: RunConfig) -> tuple[RunConfig, pd.DataFrame] | None:
    """The cell that is nearest to a setting, in the study that has more seeds of it.

    Returns:
        The cell's setting, with its first seed, and its runs; None where nothing is near: where both students
        are the same, where T or the number of training images is not within a factor of two of the cell's, or
        where the setting is further off than `near` allows.
    """
    different = differs(config)
    if different <= {"objective", "seed"}:
        runs = objectives_study()
        runs = runs[runs["objective"] == config.objective]
        return config.replace(seed=int(runs["seed"].iloc[0])), runs
    if config.alpha == 1 or different - {*AXES, *_FOLLOWS} or not _sees_as_many(config):
        return None
    runs, cell = shipped_study(), {}
    for name in AXES:
        runs, cell[name] = _nearest(runs, name, config)
        if name in _LOGARITHMIC and not 0.5 <= getattr(config, name) / cell[name] <= 2:
            return None
    first = runs.iloc[0]
    setting = RunConfig(**cell, epochs=int(first["epochs"]), seed=int(first["seed"]))
    return (setting, runs) if differs(setting) else nearest(setting)


def differs(config: RunConfig) -> set[str]:
    """The fields that count in a setting and are not at their default there."""
    default = RunConfig()
    return {
        name for name in FIELDS if config.counts(name) and getattr(config, name) != getattr(default, name)
    }


def _sees_as_many(config: RunConfig) -> bool:
    """Whether a student sees as many pictures as in the study, up to a factor of two."""
    default = RunConfig()
    return 0.5 <= config.train_size * config.epochs / (default.train_size * default.epochs) <= 2


def _nearest(runs: pd.DataFrame, name: str, config: RunConfig) -> tuple[pd.DataFrame, object]:
    """The runs with the value of a field that is nearest to the setting's, and this value."""
    values = runs[name].unique()
    value = values[np.argmin(np.abs(_scale(name, values) - _scale(name, getattr(config, name))))]
    return runs[runs[name] == value], value.item()


def _scale(name: str, values: object) -> np.ndarray:
    numbers = np.asarray(values, float)
    return np.log(numbers) if name in _LOGARITHMIC else numbers
