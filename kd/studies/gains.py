"""Mean differences with their intervals for very many settings at once, each for itself."""

from __future__ import annotations

import numpy as np

from kd.analysis.verdict import CONFIDENCE
from kd.studies.over_seeds import NO_SPREAD
from kd.studies.sure.stations import STATIONS


def gains(
    groups: np.ndarray, seeds: np.ndarray, differences: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The difference of each setting and its 95 % interval, as `kd.studies.verdicts.verdicts` has them.

    It computes thousands of settings in a few milliseconds, but neither tests nor judges.

    Args:
        groups: which setting a run is of, whole numbers from 0 on (n,), ascending and without a gap.
        seeds: of the runs (n,).
        differences: of the runs, one for each seed and block of the test pictures, in points of a percent
            (n, blocks); one block where nothing is known of them.

    Returns:
        Means, lows and highs (settings,). The interval is that of the first seeds, as many as the last
        station; there is none (NaN) below the first, and where seeds make no difference.
    """
    from scipy.special import stdtrit

    if not len(groups):
        return np.empty(0), np.empty(0), np.empty(0)
    order = np.lexsort((seeds, groups))
    differences, count = differences[order], np.bincount(groups)
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    means = np.add.reduceat(differences.mean(axis=1), starts) / count
    first = np.array([0, *STATIONS])[np.searchsorted(STATIONS, count, side="right")]
    lows, highs = np.full((2, len(count)), np.nan)
    judged = np.flatnonzero(first)
    if not len(judged):
        return means, lows, highs
    n, chosen = first[judged], differences[np.arange(len(groups)) - starts[groups] < first[groups]]
    starts, where = np.concatenate([[0], np.cumsum(n)[:-1]]), np.repeat(np.arange(len(n)), n)
    blocks = chosen.shape[1]
    by_seed = chosen.mean(axis=1)
    by_block = np.add.reduceat(chosen, starts) / n[:, None]
    middle = by_block.mean(axis=1)
    of_seeds = np.add.reduceat((by_seed - middle[where]) ** 2, starts) / (n - 1) / n
    residual = chosen - by_seed[:, None] - by_block[where] + middle[where, None]
    of_residual = np.add.reduceat((residual**2).sum(axis=1), starts) / (n - 1) / max(blocks - 1, 1)
    of_blocks = n * ((by_block - middle[:, None]) ** 2).sum(axis=1) / max(blocks - 1, 1)
    variance = of_seeds + np.maximum(of_blocks - of_residual, 0) / (n * blocks)
    half = stdtrit(n - 1, (1 + CONFIDENCE) / 2) * np.sqrt(variance)
    half[np.maximum.reduceat(by_seed, starts) - np.minimum.reduceat(by_seed, starts) <= NO_SPREAD] = np.nan
    lows[judged], highs[judged] = middle - half, middle + half
    return means, lows, highs
