"""The rows of an experiment: their labels, gains and measures, what they say, and those that are included.

data/make_experiments.py makes the rows that come with the project, numbers only.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from kd.base.places import DATA
from kd.config import RunConfig
from kd.pictures.training_set import training_set
from kd.studies.experiments import EXPERIMENTS, experiment
from kd.studies.experiments.experiment import LONG, Experiment, Findings, Option, Part
from kd.studies.experiments.judging import finding, in_cell
from kd.studies.measures import MeasuredRun, measured, value, with_gains
from kd.studies.verdicts import BLOCKS, COLUMNS


def rows_of(
    parts: Sequence[Part],
    frame: Callable[[Part], pd.DataFrame],
    measures: Mapping[str, Callable[[str], float]],
) -> pd.DataFrame:
    """Returns a row for each finished run: axes, labels, what `study_frame` and `with_gains` have, measures.

    frame: gives a study's finished runs, as `study_frame` does. measures: column → its number for a run's id.
    """
    frames = [frame(part).assign(**part.labels) for part in parts]
    found = [each for each in frames if len(each)] or frames[:1]
    rows = with_gains(pd.concat(found, ignore_index=True))
    return rows.assign(
        **{name: np.array([number(run) for run in rows["run"]], float) for name, number in measures.items()}
    )


def varied(experiment: Experiment) -> list[str]:
    """Returns the columns in which an experiment's cells differ: the length, axes and labels, in order."""
    named = [name for part in experiment.parts(1) for name in (*part.study.axes, *part.labels)]
    return list(dict.fromkeys(("length", *named)))


def columns(experiment: Experiment) -> list[str]:
    """Returns the columns of its rows from which the others follow, without the runs' ids."""
    of_runs = [name for name in COLUMNS if name != "run"]
    return [*varied(experiment), *of_runs, *experiment.measured]


def points(rows: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """Returns what an experiment's chart shows: a row for each point, by length, x, measure and series.

    mean, low and high: in the measure's unit, with the 95 % interval over seeds, NaN where there is none.
    """
    chart, found = experiment.chart, []
    lines = ["length", *([chart.series] if chart.series else [])]
    for (length, *series), part in rows.groupby(lines, sort=False):
        for measure in chart.y:
            for x, cell in part.groupby(chart.x, sort=False):
                each = finding(in_cell(cell, measure), value(measure).unit)
                at = (length, x, measure, *(series or [None]))
                found.append((*at, each.mean, each.low, each.high, each.seeds))
    names = ["length", "x", "measure", "series", "mean", "low", "high", "seeds"]
    return pd.DataFrame(found, columns=names)


def steps(experiment: Experiment, length: str) -> tuple[int, int]:
    """Returns the fewest and the most steps that its distilled students take at a length."""
    of_length = [part for part in experiment.parts(1) if part.labels["length"] == length]
    found = {_steps(config) for part in of_length for _cell, config in part.study.runs()}
    return min(found), max(found)


def _steps(config: RunConfig) -> int:
    images = len(training_set(config).rows) if config.omitted_digits else config.train_size
    return config.epochs * math.ceil(images / config.batch_size)


def late_gain(experiment: Experiment, rows: pd.DataFrame) -> tuple[float, float, float]:
    """Returns what the last fifth of the long training changes in the gain, in points; NaN if not measured.

    It is the mean over all runs, and the lowest and the highest mean of a setting.
    """
    late = rows[rows["length"] == LONG] if "late_gain" in rows else rows.head(0)
    if not len(late) or late["late_gain"].isna().all():
        return math.nan, math.nan, math.nan
    settings = late.groupby(varied(experiment), dropna=False)["late_gain"].mean()
    return float(late["late_gain"].mean()), float(settings.min()), float(settings.max())


def explored(option: Option, runs: Sequence[MeasuredRun]) -> dict[str, np.ndarray]:
    """Returns each measure's mean over some runs at each value that the option moves over, (values,)."""
    return {
        name: np.array(
            [np.mean([measured(f"{name}:{value:g}", run) for run in runs]) for value in option.moves]
        )
        for name in option.explores
    }


FOLDER = DATA / "experiments"


def has_shipped(name: str) -> bool:
    """Returns whether results of this experiment come with the project."""
    return name in EXPERIMENTS and shipped_file(name).is_file()


@cache
def shipped_rows(name: str) -> pd.DataFrame:
    """Returns the included rows of an experiment."""
    types = _types(experiment(name))
    return with_gains(pd.read_csv(shipped_file(name), dtype=types, keep_default_na=False, na_values=["nan"]))


@cache
def shipped_findings(name: str) -> dict[str, Findings]:
    """Returns what the included rows of an experiment come to at each length, if any."""
    return experiment(name).findings(shipped_rows(name) if has_shipped(name) else pd.DataFrame())


def shipped_file(name: str) -> Path:
    """Returns where the included results of an experiment are."""
    return FOLDER / f"{name}.csv"


def _types(experiment: Experiment) -> dict[str, type]:
    """Returns the columns that would be read as something else: digits that are left out are a text."""
    cells = pd.DataFrame(
        [{**cell, **part.labels} for part in experiment.parts(1) for cell, _config in part.study.runs()]
    )
    texts = [column for column in varied(experiment) if isinstance(cells[column].iloc[0], str)]
    return dict.fromkeys((*texts, *BLOCKS), str)
