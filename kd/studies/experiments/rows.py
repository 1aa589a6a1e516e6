"""The rows of an experiment: its finished runs, with their labels, gains and measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kd.studies.experiments.experiment import Experiment, Part
from kd.studies.measures import with_gains


def rows_of(
    parts: Sequence[Part],
    frame: Callable[[Part], pd.DataFrame],
    measures: Mapping[str, Callable[[str], float]],
) -> pd.DataFrame:
    """The rows of some studies.

    Args:
        frame: a study's finished runs, as `kd.studies.frame.study_frame` has them.
        measures: name → the number that it gives of a run with this id.

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
    """The columns in which an experiment's cells differ: axes and labels, in order."""
    return list(
        dict.fromkeys(name for part in experiment.parts(1) for name in (*part.study.axes, *part.labels))
    )


def points(rows: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """What an experiment's chart shows.

    Returns:
        One row for each point: x, line (the measure, or the value of the series), mean, low and high (the
        95 % interval over seeds, NaN where there is none) and seeds.
    """
    from kd.studies.experiments.judging import finding
    from kd.studies.measures import value

    chart, found = experiment.chart, []
    lines: list[tuple[Any, str, pd.DataFrame]] = (
        [(key, chart.y[0], part) for key, part in rows.groupby(chart.series, sort=False)]
        if chart.series
        else [(name, name, rows) for name in chart.y]
    )
    for line, name, part in lines:
        for x, cell in part.groupby(chart.x, sort=False):
            each = finding(cell.set_index("seed")[name], value(name).unit)
            found.append((x, line, each.mean, each.low, each.high, each.seeds))
    return pd.DataFrame(found, columns=["x", "line", "mean", "low", "high", "seeds"])
