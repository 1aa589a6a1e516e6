"""How long an experiment trains, in steps, and whether that is long enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kd.config import RunConfig
from kd.pictures.training_set import training_set
from kd.studies.experiments.experiment import LONG, Experiment

if TYPE_CHECKING:
    import pandas as pd


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
    from kd.studies.experiments.rows import varied

    late = rows[rows["length"] == LONG] if "late_gain" in rows else rows.head(0)
    if not len(late) or late["late_gain"].isna().all():
        return math.nan, math.nan, math.nan
    settings = late.groupby(varied(experiment), dropna=False)["late_gain"].mean()
    return float(late["late_gain"].mean()), float(settings.min()), float(settings.max())
