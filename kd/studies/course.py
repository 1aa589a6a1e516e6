"""How accurate each student is along one axis of a study, and how much that varies with the seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kd.studies.axes import values_in_order
from kd.studies.over_seeds import over_seeds
from kd.studies.sure.stations import station
from kd.studies.verdicts import in_blocks
from kd.text.words import STUDENTS


def course(runs: pd.DataFrame, axis: str) -> pd.DataFrame:
    """The mean accuracy of both students for each value on an axis, with its interval.

    Args:
        runs: the finished runs, one row each, as `kd.studies.frame.study_frame` has them.
        axis: its column with the values; all runs with the same value count together.

    Returns:
        One row for each value, in order, and student: the axis, role, seeds (how many runs), mean (a
        fraction), low and high: the 95 % interval of the mean over the first seeds, as many as the last
        station that is reached (`kd.studies.sure.stations`); NaN before the first.
    """
    runs = runs.sort_values("seed", kind="stable")
    rows = []
    for value in values_in_order(runs[axis]):
        for role in STUDENTS:
            known = (runs[axis] == value) & runs[f"{role}_accuracy"].notna()
            right = in_blocks(runs[known], role) / 100
            seeds = len(right)
            mean = right.mean() if seeds else np.nan
            found = over_seeds(right[: station(seeds)], no_spread=0.0)
            rows.append((value, role, seeds, mean, found.low, found.high))
    return pd.DataFrame(rows, columns=[axis, "role", "seeds", "mean", "low", "high"])
