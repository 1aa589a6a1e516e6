"""What five seeds say: the study that comes with the project, around the default setting.

data/make_default_study.py makes it. It varies α, T, T² and the number of training images; epochs follow from
the images, as a student sees about as many pictures as in a default run.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from kd.config import FIELDS, RunConfig
from kd.places import DATA
from kd.studies.verdicts import verdicts
from kd.text.translation import _
from kd.unusable import Unusable

FILE = DATA / "studies" / "default.csv"
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
    try:
        runs = pd.read_csv(FILE)
        verdicts(runs.head(1), AXES)
    except (OSError, ValueError) as error:
        raise Unusable(
            _(
                "The study {path} cannot be read ({reason}): install KD Lab again.",
                path=FILE,
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
    default = RunConfig()
    differs = {
        name for name in FIELDS if config.counts(name) and getattr(config, name) != getattr(default, name)
    }
    if field not in AXES or differs - {*AXES, *_FOLLOWS}:
        return None
    if not 0.5 <= config.train_size * config.epochs / (default.train_size * default.epochs) <= 2:
        return None
    runs, cell = shipped_study(), {}
    for name in AXES:
        if name != field:
            values = runs[name].unique()
            cell[name] = values[np.argmin(np.abs(_scale(name, values) - _scale(name, getattr(config, name))))]
            runs = runs[runs[name] == cell[name]]
    found = verdicts(runs, [field]).sort_values(field, ignore_index=True)
    found.attrs["cell"] = {name: value.item() for name, value in cell.items()}
    return found


def _scale(name: str, values: object) -> np.ndarray:
    numbers = np.asarray(values, float)
    return np.log(numbers) if name in _LOGARITHMIC else numbers
