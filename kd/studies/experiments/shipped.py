"""The results of experiments that come with the project: numbers only, for whoever cannot wait.

data/make_experiments.py makes them.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pandas as pd

from kd.base.places import DATA
from kd.base.unusable import Unusable
from kd.studies.experiments import EXPERIMENTS, experiment
from kd.studies.experiments.experiment import SHORT
from kd.studies.experiments.rows import columns, varied
from kd.studies.measures import with_gains
from kd.studies.verdicts import BLOCKS
from kd.text.translation import _

FOLDER = DATA / "experiments"


def has_shipped(name: str) -> bool:
    """Whether results of this experiment come with the project."""
    return name in EXPERIMENTS and shipped_file(name).is_file()


@cache
def shipped_rows(name: str) -> pd.DataFrame:
    """The rows of an experiment with its options as they are by default, as `rows_of` has them.

    Raises:
        ValueError: when there is no such experiment, or its file is missing or damaged.
    """
    asked, file = experiment(name), shipped_file(name)
    try:
        rows = pd.read_csv(file, dtype=_types(name), keep_default_na=False, na_values=["nan"])
        if "length" not in rows:  # made before experiments had two lengths
            rows = rows.assign(length=SHORT, **dict.fromkeys(("late_gain", *BLOCKS), math.nan))
        missing = [column for column in columns(asked) if column not in rows]
        if missing:
            raise ValueError(_("the columns {names} are missing", names=", ".join(missing)))
        rows = with_gains(rows)
        asked.findings(rows)
    except (OSError, ValueError, KeyError) as error:
        raise Unusable(
            _(
                "The experiment {path} cannot be read ({reason}): install KD Lab again.",
                path=file,
                reason=str(error).rstrip("."),
            )
        ) from None
    return rows


def written(name: str, rows: pd.DataFrame) -> str:
    """The content of an experiment's file, made of its rows."""
    kept = rows[columns(experiment(name))]
    return kept.to_csv(index=False, lineterminator="\n", na_rep="nan", float_format="%.10g")


def shipped_file(name: str) -> Path:
    """Where the results of an experiment are."""
    return FOLDER / f"{name}.csv"


def _types(name: str) -> dict[str, type]:
    """Those columns that would be read as something else: digits that are left out are a text."""
    cells = pd.DataFrame(
        [{**cell, **part.labels} for part in experiment(name).parts(1) for cell, _config in part.study.runs()]
    )
    texts = [column for column in varied(experiment(name)) if isinstance(cells[column].iloc[0], str)]
    return dict.fromkeys((*texts, *BLOCKS), str)
