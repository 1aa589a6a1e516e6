"""An independent reference for intervals over seeds and test pictures: statsmodels' analysis of variance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm


def mean_squares(values: np.ndarray) -> tuple[float, float, float]:
    """Of seeds, blocks and the residual, of values (seeds, blocks)."""
    long = pd.DataFrame(values).melt(ignore_index=False, var_name="block").reset_index(names="seed")
    table = anova_lm(ols("value ~ C(seed) + C(block)", long).fit())
    return tuple(table["sum_sq"] / table["df"])


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Low and high of the 95 % interval of the mean, and the p-value of its being 0."""
    of_seeds, of_blocks, residual = mean_squares(values)
    error = np.sqrt((of_seeds + max(of_blocks - residual, 0)) / values.size)
    half = stats.t.ppf(0.975, len(values) - 1) * error
    mean = values.mean()
    return mean - half, mean + half, 2 * stats.t.sf(abs(mean) / error, len(values) - 1)


def points(blocks: pd.Series) -> np.ndarray:
    """The accuracies in points of each block, (seeds, blocks), from the text of a study's column."""
    return np.array([[int(right) for right in text.split()] for text in blocks]) / 5
