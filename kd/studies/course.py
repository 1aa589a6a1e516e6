"""How accurate each student is along one axis of a study, and how much that varies with the seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kd.analysis.verdict import CONFIDENCE
from kd.studies.axes import values_in_order
from kd.text.words import STUDENTS


def course(runs: pd.DataFrame, axis: str) -> pd.DataFrame:
    """The mean accuracy of both students for each value on an axis, with its interval.

    Args:
        runs: the finished runs, one row each, as `kd.studies.frame.study_frame` has them.
        axis: its column with the values; all runs with the same value count together.

    Returns:
        One row for each value, in order, and student: the axis, role, seeds (how many runs), mean (a
        fraction), low and high: Student's 95 % interval of the mean over seeds, NaN where fewer than two
        have finished.
    """
    from scipy.stats import t

    rows = []
    for value in values_in_order(runs[axis]):
        for role in STUDENTS:
            accuracies = runs.loc[runs[axis] == value, f"{role}_accuracy"].dropna().to_numpy(float)
            seeds = len(accuracies)
            half = np.nan
            if seeds > 1:
                half = t.ppf((1 + CONFIDENCE) / 2, seeds - 1) * accuracies.std(ddof=1) / np.sqrt(seeds)
            mean = accuracies.mean() if seeds else np.nan
            rows.append((value, role, seeds, mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=[axis, "role", "seeds", "mean", "low", "high"])
