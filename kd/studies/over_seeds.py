"""What several seeds say of a number: its mean, how sure that is, and when there is a verdict.

Looking after every seed and stopping at the first difference that is shown finds one sooner or later where
there is none (Armitage, McPherson & Rowe 1969). So a verdict waits for the next station, and rests on the
first so many seeds. The levels add up to 4.5 %: a method that does nothing gets "helps" or "hurts" less often
than that, at any station.
"""

from typing import Any, NamedTuple

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
    """Returns the significance level of a verdict that rests on this many seeds."""
    return 0.01 if seeds < 40 else 0.003


# In points. Accuracies move in steps of 0.01 points; what is closer differs by rounding.
NO_SPREAD = 1e-4


class OverSeeds(NamedTuple):
    """The mean, its 95 % interval from low to high, and the p-value of its being 0; or arrays of them.

    spread: the standard deviation over seeds. pictures: the standard error of the mean that more seeds would
    not lower, as other test pictures might be easier for one of the two; 0 where nothing is known of them.
    """

    mean: Any
    low: Any
    high: Any
    p: Any
    spread: Any
    pictures: Any


def over_seeds(values: np.ndarray, no_spread: float = NO_SPREAD) -> OverSeeds:
    """Runs Student's t-test of a number that each seed gives, such as a difference within this seed.

    values: finite, one for each seed (n,), or for each seed and block of the test pictures (n, blocks), whose
    mean is the seed's. no_spread: seeds whose values are no further apart are equal.

    With blocks, p and interval are for other seeds and other test pictures: the variance of the mean is that
    of a two-way analysis of variance without replication, with seeds and blocks drawn at random (Cornfield &
    Tukey 1956), and never below that of the seeds alone; t has n − 1 degrees of freedom. What the values do
    not say is NaN: an interval takes two that are not equal. If all are 0, p is 1.
    """
    in_blocks = values[:, None] if values.ndim == 1 else values
    found = _of_settings(in_blocks, np.array([len(values)]), no_spread)
    return OverSeeds(*(float(number[0]) for number in found))


def _of_settings(values: np.ndarray, counts: np.ndarray, no_spread: float = NO_SPREAD) -> OverSeeds:
    """Runs the test of `over_seeds` for many settings at once, in arrays (settings,).

    values: of the first setting's seeds, then of the second's (n, blocks). counts: how many seeds each has.
    """
    from scipy.special import stdtr, stdtrit

    found = np.full((6, len(counts)), np.nan)
    known = np.flatnonzero(counts)
    if not len(known):
        return OverSeeds(*found)
    n, free = counts[known], np.maximum(values.shape[1] - 1, 1)
    starts, setting = np.cumsum(n) - n, np.repeat(np.arange(len(n)), n)
    by_seed, by_block = values.mean(axis=1), np.add.reduceat(values, starts) / n[:, None]
    mean = by_block.mean(axis=1)
    residual = values - by_seed[:, None] - by_block[setting] + mean[setting, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.add.reduceat((by_seed - mean[setting]) ** 2, starts) / (n - 1))
        of_residual = np.add.reduceat((residual**2).sum(axis=1), starts) / (n - 1) / free
        of_blocks = n * ((by_block - mean[:, None]) ** 2).sum(axis=1) / free
        pictures = np.sqrt(np.maximum(of_blocks - of_residual, 0) / (n * values.shape[1]))
        error = np.hypot(spread / np.sqrt(n), pictures)
        half = stdtrit(n - 1, (1 + CONFIDENCE) / 2) * error
        p = 2 * stdtr(n - 1, -np.abs(mean) / error)
    lowest, highest = np.minimum.reduceat(by_seed, starts), np.maximum.reduceat(by_seed, starts)
    tested = np.array([mean - half, mean + half, p, spread, pictures])
    tested[:, highest - lowest <= no_spread] = np.nan
    nothing = (n > 1) & (np.maximum(-lowest, highest) <= no_spread)
    mean[nothing], tested[2, nothing] = 0.0, 1.0
    # accuracies are decimal: the last bit of a sum must not decide how a mean is rounded
    found[:, known] = [mean.round(9), *tested]
    return OverSeeds(*found)


class Gains(NamedTuple):
    """What sets two students apart in each of many settings, in points of a percent, in arrays (settings,).

    seeds: how many there are; mean: of all. judged: how many of them count for `found`: the first ones, as
    many as the last station; 0 before the first.
    """

    seeds: np.ndarray
    mean: np.ndarray
    judged: np.ndarray
    found: OverSeeds


def gains(settings: np.ndarray, seeds: np.ndarray, differences: np.ndarray, number: int) -> Gains:
    """Computes thousands of settings in a few milliseconds.

    settings: which setting a run is of, from 0 to number − 1 (n,); seeds: of the runs (n,); differences: by
    block of the test pictures (n, blocks), one block where nothing is known of them.
    """
    count = np.bincount(settings, minlength=number)
    judged = np.array([0, *STATIONS])[np.searchsorted(STATIONS, count, side="right")]
    with np.errstate(invalid="ignore"):
        means = np.bincount(settings, differences.mean(axis=1), number) / count
    place = np.arange(len(settings)) - np.repeat(np.cumsum(count) - count, count)
    first = np.lexsort((seeds, settings))[place < np.repeat(judged, count)]
    return Gains(count, means, judged, _of_settings(differences[first], judged))
