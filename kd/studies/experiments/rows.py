"""The rows of an experiment, with their labels, gains and measures, and what they say of its lengths."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kd.config import RunConfig
from kd.pictures.training_set import training_set
from kd.studies.experiments.experiment import LONG, Experiment, Option, Part
from kd.studies.experiments.judging import finding, in_cell
from kd.studies.measures import MeasuredRun, measured, value, with_gains
from kd.studies.verdicts import COLUMNS

if TYPE_CHECKING:
    import pandas as pd


def rows_of(
    parts: Sequence[Part],
    frame: Callable[[Part], pd.DataFrame],
    measures: Mapping[str, Callable[[str], float]],
) -> pd.DataFrame:
    """The rows of some studies.

    Args:
        frame: a study's finished runs, as `kd.studies.verdicts.study_frame` has them.
        measures: column → the number that it has for a run with this id.

    Returns:
        One row for each finished run: the axes and labels, the columns of `study_frame`, what follows from
        the accuracies (`kd.studies.measures.with_gains`), and the measures.
    """
    frames = [frame(part).assign(**part.labels) for part in parts]
    found = [each for each in frames if len(each)] or frames[:1]
    rows = with_gains(pd.concat(found, ignore_index=True))
    return rows.assign(
        **{name: np.array([number(run) for run in rows["run"]], float) for name, number in measures.items()}
    )


def varied(experiment: Experiment) -> list[str]:
    """The columns in which an experiment's cells differ: the length, axes and labels, in order."""
    named = [name for part in experiment.parts(1) for name in (*part.study.axes, *part.labels)]
    return list(dict.fromkeys(("length", *named)))


def columns(experiment: Experiment) -> list[str]:
    """The columns of an experiment's rows from which the others follow, without the runs' ids."""
    of_runs = [name for name in COLUMNS if name != "run"]
    return [*varied(experiment), *of_runs, *experiment.measured]


def points(rows: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """What an experiment's chart shows.

    Returns:
        One row for each point: length, x, measure, series (its value; None without one), mean, low and high
        (the 95 % interval over seeds, NaN where there is none) and seeds. A line has one length, one measure
        and one value of the series.
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
    """The fewest and the most steps that its distilled students take at a length."""
    of_length = [part for part in experiment.parts(1) if part.labels["length"] == length]
    found = {_steps(config) for part in of_length for _cell, config in part.study.runs()}
    return min(found), max(found)


def _steps(config: RunConfig) -> int:
    images = len(training_set(config).rows) if config.omitted_digits else config.train_size
    return config.epochs * math.ceil(images / config.batch_size)


def late_gain(experiment: Experiment, rows: pd.DataFrame) -> tuple[float, float, float]:
    """What the last fifth of the long training changes in the gain, in points.

    Returns:
        The mean over all runs, and the lowest and the highest mean of a setting; NaN where nobody looked.
    """

    late = rows[rows["length"] == LONG] if "late_gain" in rows else rows.head(0)
    if not len(late) or late["late_gain"].isna().all():
        return math.nan, math.nan, math.nan
    settings = late.groupby(varied(experiment), dropna=False)["late_gain"].mean()
    return float(late["late_gain"].mean()), float(settings.min()), float(settings.max())


def explored(option: Option, runs: Sequence[MeasuredRun]) -> dict[str, np.ndarray]:
    """The mean over some runs, at each value that the option moves over.

    Args:
        runs: at least one.

    Returns:
        Measure → (len(option.moves),), in the measure's unit.
    """
    return {
        name: np.array(
            [np.mean([measured(f"{name}:{value:g}", run) for run in runs]) for value in option.moves]
        )
        for name in option.explores
    }
