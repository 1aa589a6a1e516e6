"""What several seeds say of a number: its mean, how sure that is, and whether it differs from 0."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kd.analysis.verdict import CONFIDENCE

# In points. Accuracies move in steps of 0.01 points; what is closer differs by rounding.
NO_SPREAD = 1e-4


class OverSeeds(NamedTuple):
    """The mean, its 95 % interval from low to high, the p-value of its being 0, and the seeds' deviation."""

    mean: float
    low: float
    high: float
    p: float
    spread: float


def over_seeds(values: np.ndarray, no_spread: float = NO_SPREAD) -> OverSeeds:
    """Student's t-test of a number that each seed gives, such as a difference within this seed.

    Args:
        values: one for each seed (n,), finite.
        no_spread: values that are no further apart are equal.

    Returns:
        NaN for what the values do not say: all of it where there is none, all but the mean where there is
        one. Several that are equal say nothing about other seeds, so there is no interval either; if they
        are all 0, p is 1.
    """
    from scipy.stats import ttest_1samp

    if len(values) < 2:
        return OverSeeds(values.mean() if len(values) else np.nan, *[np.nan] * 4)
    if np.ptp(values) > no_spread:
        test = ttest_1samp(values, 0.0)
        interval = test.confidence_interval(CONFIDENCE)
        return OverSeeds(values.mean(), interval.low, interval.high, test.pvalue, values.std(ddof=1))
    if np.abs(values).max() <= no_spread:
        return OverSeeds(0.0, np.nan, np.nan, 1.0, np.nan)
    return OverSeeds(values.mean(), *[np.nan] * 4)
