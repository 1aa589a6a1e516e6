"""What several seeds say of a number: its mean, how sure that is, and when there is a verdict.

Looking after every seed and stopping at the first difference that is shown finds one sooner or later where
there is none (Armitage, McPherson & Rowe 1969). So a verdict waits for the next station, and rests on the
first so many seeds. The levels add up to 4.5 %: a method that does nothing gets "helps" or "hurts" less often
than that, at any station.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kd.analysis.verdict import CONFIDENCE

STATIONS = (5, 10, 20, 40, 80, 160, 320, 640)
"""The numbers of seeds at which a verdict is given."""

MOST_SEEDS = 20
"""With so many seeds a setting is shown, added one by one, and trained from the page Train."""


def station(seeds: int) -> int:
    """Returns on how many of so many seeds the verdict rests; 0 before the first station."""
    return max((each for each in STATIONS if each <= seeds), default=0)


def next_station(seeds: int) -> int | None:
    """Returns with how many seeds the next verdict comes; None after the last station."""
    return next((each for each in STATIONS if each > seeds), None)


def level(seeds: int) -> float:
    """Returns how small p must be, after correction, for a verdict that rests on so many seeds."""
    return 0.01 if seeds < 40 else 0.003


# In points. Accuracies move in steps of 0.01 points; what is closer differs by rounding.
NO_SPREAD = 1e-4


class OverSeeds(NamedTuple):
    """The mean, its 95 % interval from low to high, and the p-value of its being 0.

    spread: the standard deviation over seeds. pictures: the standard error of the mean that more seeds would
    not lower, as other test pictures might be easier for one of the two; 0 where nothing is known of them.
    """

    mean: float
    low: float
    high: float
    p: float
    spread: float
    pictures: float


def over_seeds(values: np.ndarray, no_spread: float = NO_SPREAD) -> OverSeeds:
    """Runs Student's t-test of a number that each seed gives, such as a difference within this seed.

    Args:
        values: one for each seed (n,), or one for each seed and block of the test pictures (n, blocks), whose
            mean is the seed's; finite.
        no_spread: seeds whose values are no further apart are equal.

    Returns:
        With blocks, p and interval are for other seeds and other test pictures: the variance of the mean is
        that of a two-way analysis of variance without replication, with seeds and blocks drawn at random
        (Cornfield & Tukey 1956), and never below that of the seeds alone; t has n − 1 degrees of freedom.

        NaN for what the values do not say: all of it where there is none, all but the mean where there is
        one. Several that are equal say nothing about other seeds, so there is no interval either; if they
        are all 0, p is 1.
    """
    from scipy.special import stdtr, stdtrit

    by_seed = values if values.ndim == 1 else values.mean(axis=1)
    seeds = len(by_seed)
    mean = float(by_seed.mean()) if seeds else np.nan
    if seeds < 2 or np.ptp(by_seed) <= no_spread:
        if seeds > 1 and np.abs(by_seed).max() <= no_spread:
            return OverSeeds(0.0, np.nan, np.nan, 1.0, np.nan, np.nan)
        return OverSeeds(mean, *[np.nan] * 5)
    spread = float(by_seed.std(ddof=1))
    pictures = _of_pictures(values) if values.size > seeds else 0.0
    error = np.hypot(spread / np.sqrt(seeds), pictures)
    half = stdtrit(seeds - 1, (1 + CONFIDENCE) / 2) * error
    p = 2 * stdtr(seeds - 1, -abs(mean) / error)
    return OverSeeds(mean, mean - half, mean + half, p, spread, pictures)


def _of_pictures(values: np.ndarray) -> float:
    """Returns the root of (MS_blocks − MS_residual) / (n · blocks), 0 where the difference is negative."""
    seeds, blocks = values.shape
    of_blocks = values.mean(axis=0)
    residual = values - values.mean(axis=1, keepdims=True) - of_blocks + values.mean()
    excess = seeds * of_blocks.var(ddof=1) - (residual**2).sum() / ((seeds - 1) * (blocks - 1))
    return float(np.sqrt(max(excess, 0.0) / (seeds * blocks)))


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
