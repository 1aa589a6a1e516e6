"""Mean differences with their intervals for very many settings at once, each for itself."""

from __future__ import annotations

import numpy as np

from kd.analysis.verdict import CONFIDENCE
from kd.studies.over_seeds import NO_SPREAD


def gains(
    groups: np.ndarray, differences: np.ndarray, lows: np.ndarray, highs: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The difference of each setting and its 95 % interval, as `kd.studies.verdicts.verdicts` has them.

    It computes thousands of settings in a few milliseconds, but neither tests nor judges.

    Args:
        groups: which setting a run is of, whole numbers from 0 on (n,), ascending and without a gap.
        differences: of the runs, one for each seed, in points of a percent (n,).
        lows, highs: the interval of each run by itself (n,), for settings with a single run.

    Returns:
        Means, lows and highs (settings,). Of several seeds, the interval is the paired t-test's; there is
        none (NaN) where seeds make no difference.
    """
    from scipy.special import stdtrit

    if not len(groups):
        return np.empty(0), np.empty(0), np.empty(0)
    count = np.bincount(groups)
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    means = np.add.reduceat(differences, starts) / count
    spread = np.maximum.reduceat(differences, starts) - np.minimum.reduceat(differences, starts)
    squares = np.add.reduceat((differences - means[groups]) ** 2, starts)
    free = np.maximum(count - 1, 1)
    margin = stdtrit(free, (1 + CONFIDENCE) / 2) * np.sqrt(squares / free / count)
    margin[spread <= NO_SPREAD] = np.nan
    single = count == 1
    return (
        means,
        np.where(single, lows[starts], means - margin),
        np.where(single, highs[starts], means + margin),
    )
