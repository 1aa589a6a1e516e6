"""What a study shows of each cell: does it help, how sure is that, and how many seeds would say more?

Every seed gives a pair of accuracies that share their data, their order and, as far as they can, their
initial weights. So differences are taken within seeds, and tested with the paired t-test.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from kd.analysis.evaluation import mcnemar, paired_difference_interval
from kd.analysis.verdict import CONFIDENCE
from kd.run_fields import TEST_IMAGES
from kd.studies.over_seeds import OverSeeds, over_seeds
from kd.text.translation import _
from kd.text.words import quoted

SCRATCH = "scratch"
"""The usual baseline: the scratch student of the same cell and seed."""

HELPS, HURTS, NOT_SHOWN, TOO_FEW, BASELINE = "helps", "hurts", "not shown", "too few", "baseline"
"""The verdicts: TOO_FEW where there is nothing to judge by, BASELINE for the cell that is the baseline."""

DIFFERENCE_WORTH_SHOWING = 0.2
"""In points: `more_seeds` is about a difference of this size."""
POWER = 0.8
MOST_SEEDS = 10_000

ACCURACIES = ("distilled_accuracy", "scratch_accuracy", "teacher_accuracy")
COUNTS = ("only_distilled", "only_scratch")

_SIGNIFICANCE = 1 - CONFIDENCE
# While a study fills, most of its cells stay as they were.
_CELLS_KEPT = 4_096
# In points: a smaller spread is not to be told from none in such steps.
_FINEST = 0.005


def verdicts(
    runs: pd.DataFrame,
    axes: Sequence[str],
    baseline: str | Mapping[str, Any] = SCRATCH,
    pictures: int = TEST_IMAGES,
) -> pd.DataFrame:
    """A verdict on each cell of a study.

    Args:
        runs: the finished runs, one row for each cell and seed: the axes, seed, distilled_accuracy,
            scratch_accuracy and teacher_accuracy (fractions; NaN for a model that is not there yet).
            Optionally only_distilled and only_scratch: how many test pictures only one of the two gets
            right, with which a single seed is tested against scratch.
        axes: the columns whose values make a cell; none for a study of one cell.
        baseline: what distilled is compared with: "scratch", or a cell, as its value on each axis (then
            its distilled student of the same seed).
        pictures: how many test pictures the accuracies are of.

    Returns:
        One row for each cell, in the order in which they first appear: the axes; seeds, how many pairs there
        are; the mean accuracies over these seeds (where there is no pair, over what there is); and in points
        of a percent, difference (mean of distilled minus baseline), low and high (its 95 % interval); p;
        p_corrected (Holm 1979, over the cells that can be tested); verdict; and more_seeds: how many more
        seeds it would take to show a difference of 0.2 points with 80 % power, if seeds differ as much as
        they do so far.

        With two seeds or more, p and interval are the paired t-test's. With one, they are McNemar's exact
        test and Newcombe's interval, which cover the test pictures and not the seeds. An interval is its
        cell's own; a verdict is corrected for the number of cells, so it can be "not shown" although the
        interval is without 0. Seeds that make no difference at all say nothing about other seeds: then
        there is no interval, and the verdict is "too few", or "not shown" if the two are equal. Where
        seeds do not tell how much they differ, or more than 10,000 would be needed, more_seeds is missing.

    Raises:
        ValueError: when columns or axes of the baseline are missing, a run is there twice, accuracies are
            not fractions, or counts do not fit them.
    """
    _check(runs, axes, baseline)
    accuracies = runs[list(ACCURACIES)].to_numpy(float)
    other = _baseline_accuracy(runs, axes, baseline)
    counts = runs.reindex(columns=list(COUNTS)).to_numpy(float)
    rows = []
    for key, places in _cells(runs, axes):
        row = dict(zip(axes, key, strict=True))
        # of another cell's student, McNemar's counts say nothing
        figures = _compared(
            accuracies[places], other[places], counts[places], pictures if isinstance(baseline, str) else None
        )
        if not isinstance(baseline, str) and all(row[axis] == baseline[axis] for axis in axes):
            figures |= {"p": np.nan, "spread": np.nan, "verdict": BASELINE}
        rows.append(row | figures)
    table = pd.DataFrame(rows, columns=[*axes, *_RESULTS])
    table["p_corrected"] = _holm(table["p"].to_numpy(float))
    judged = table[["low", "high", "p_corrected"]].itertuples(index=False)
    table["verdict"] = [
        known if isinstance(known, str) else _verdict(*row)
        for known, row in zip(table["verdict"], judged, strict=True)
    ]
    tests = int(table["p"].notna().sum())
    spread, seeds = table["spread"].to_numpy(float), table["seeds"].to_numpy(int)
    table["more_seeds"] = pd.array(
        [
            pd.NA if np.isnan(n) else max(0, int(n) - have)
            for n, have in zip(_needed(spread, tests), seeds, strict=True)
        ],
        dtype="Int64",
    )
    return table.drop(columns="spread")


_RESULTS = (
    "seeds",
    *ACCURACIES,
    "difference",
    "low",
    "high",
    "p",
    "p_corrected",
    "verdict",
    "more_seeds",
    "spread",
)


def _check(runs: pd.DataFrame, axes: Sequence[str], baseline: str | Mapping[str, Any]) -> None:
    missing = [name for name in (*axes, "seed", *ACCURACIES) if name not in runs.columns]
    if missing:
        raise ValueError(_("The runs of a study must have the columns {names}.", names=", ".join(missing)))
    if isinstance(baseline, str) and baseline != SCRATCH:
        raise ValueError(
            _("baseline must be scratch or a value for each axis, got {value}.", value=quoted(baseline))
        )
    if not isinstance(baseline, str) and set(baseline) != set(axes):
        raise ValueError(
            _(
                "baseline must give a value for each axis, {axes}, got {value}.",
                axes=", ".join(axes),
                value=quoted(dict(baseline)),
            )
        )
    twice = runs.duplicated([*axes, "seed"])
    if twice.any():
        seed = runs.loc[twice, "seed"].iloc[0]
        raise ValueError(_("Each cell must have a seed once only, got seed {seed} twice.", seed=seed))
    values = runs[list(ACCURACIES)].to_numpy(float)
    wrong = ~(np.isnan(values) | ((values >= 0) & (values <= 1)))
    if wrong.any():
        raise ValueError(_("Accuracies must be between 0 and 1, got {value}.", value=values[wrong][0]))


def _baseline_accuracy(
    runs: pd.DataFrame, axes: Sequence[str], baseline: str | Mapping[str, Any]
) -> np.ndarray:
    """For each run, the accuracy that its distilled student is compared with, NaN where there is none."""
    if isinstance(baseline, str):
        return runs["scratch_accuracy"].to_numpy(float)
    chosen = np.logical_and.reduce([runs[axis] == baseline[axis] for axis in axes] or [np.ones(len(runs))])
    by_seed = runs[chosen.astype(bool)].set_index("seed")["distilled_accuracy"]
    return runs["seed"].map(by_seed).to_numpy(float)


def _cells(runs: pd.DataFrame, axes: Sequence[str]) -> Iterator[tuple[tuple[Hashable, ...], np.ndarray]]:
    """The values of each cell, in the order in which they first appear, and the places of its runs."""
    if not len(runs):
        return iter(())
    if not axes:
        return iter([((), np.arange(len(runs)))])
    numbers = runs.groupby(list(axes), sort=False, dropna=False).ngroup().to_numpy()
    ends = np.cumsum(np.bincount(numbers))
    places = np.split(np.argsort(numbers, kind="stable"), ends[:-1])
    firsts = runs[list(axes)].iloc[[each[0] for each in places]]
    return zip(firsts.itertuples(index=False, name=None), places, strict=True)


def _compared(
    accuracies: np.ndarray, other: np.ndarray, counts: np.ndarray, pictures: int | None
) -> dict[str, Any]:
    """The figures of one cell.

    Args:
        accuracies: of the models in ACCURACIES, a row for each seed (seeds, 3).
        other: what distilled is compared with (seeds,).
        counts: COUNTS (seeds, 2), NaN where they are not known.
        pictures: how many, if the counts are of this comparison.
    """
    distilled = accuracies[:, 0]
    pairs = ~np.isnan(distilled) & ~np.isnan(other)
    found = _over_seeds(tuple(100 * distilled[pairs] - 100 * other[pairs]))
    shown = accuracies[pairs] if pairs.any() else accuracies
    figures: dict[str, Any] = {
        "seeds": int(pairs.sum()),
        **{name: _mean(column) for name, column in zip(ACCURACIES, shown.T, strict=True)},
        "difference": found.mean,
        **{name: getattr(found, name) for name in ("low", "high", "p", "spread")},
    }
    if pairs.sum() == 1 and pictures and not np.isnan(counts[pairs]).any():
        figures |= _single_seed(*distilled[pairs], *other[pairs], *counts[pairs][0], pictures)
    return figures


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return known.mean() if len(known) else np.nan


@lru_cache(maxsize=_CELLS_KEPT)
def _over_seeds(differences: tuple[float, ...]) -> OverSeeds:
    return over_seeds(np.array(differences))


@lru_cache(maxsize=_CELLS_KEPT)
def _single_seed(
    distilled: float, scratch: float, only_distilled: float, only_scratch: float, pictures: int
) -> dict[str, float]:
    """p and interval over the test pictures."""
    both = round(distilled * pictures) - only_distilled
    neither = pictures - both - only_distilled - only_scratch
    if min(both, neither, only_distilled, only_scratch) < 0 or both + only_scratch != round(
        scratch * pictures
    ):
        raise ValueError(
            _(
                "only_distilled and only_scratch must fit the accuracies on {pictures} pictures, "
                "got {first} and {second}.",
                pictures=f"{pictures:,}",
                first=int(only_distilled),
                second=int(only_scratch),
            )
        )
    low, high = paired_difference_interval(
        *(int(number) for number in (both, only_distilled, only_scratch, neither))
    )
    return {"low": 100 * low, "high": 100 * high, "p": mcnemar(int(only_distilled), int(only_scratch))}


def _holm(p_values: np.ndarray) -> np.ndarray:
    """The p-values corrected for each other, NaN where there is none.

    Holm, "A simple sequentially rejective multiple test procedure" (1979): whatever the cells' true
    differences, the chance of a single wrong "helps" or "hurts" in the whole study is at most 5 %.

    Not statsmodels' `multipletests` (0.15): it collects garbage, which holds up a large process for 0.2 s.
    """
    corrected, tested = np.full(len(p_values), np.nan), np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested])]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return corrected


def _verdict(low: float, high: float, p_corrected: float) -> str:
    """A side is taken only if test and interval both take it, as kd.analysis.verdict does."""
    if np.isnan(p_corrected):
        return TOO_FEW
    if p_corrected < _SIGNIFICANCE and low > 0:
        return HELPS
    return HURTS if p_corrected < _SIGNIFICANCE and high < 0 else NOT_SHOWN


def _needed(spread: np.ndarray, tests: int) -> np.ndarray:
    """How many seeds would show DIFFERENCE_WORTH_SHOWING, for each standard deviation of differences.

    The smallest number with which the paired t-test has a power of 80 %: the share of Student's noncentral
    distribution beyond the critical value (Cohen 1988, chapter 2). The level is the strictest that Holm's
    correction can ask of one of `tests` cells, so the number is enough whatever the other cells show. NaN
    where the spread is not known, or more than MOST_SEEDS are needed.

    SciPy's functions rather than statsmodels' `ttest_power` (0.15), which is NaN for some large effects.
    """
    from scipy.stats import nct, t

    known = np.flatnonzero(~np.isnan(spread))
    effect = DIFFERENCE_WORTH_SHOWING / np.maximum(spread[known], _FINEST)

    def enough(seeds: np.ndarray) -> np.ndarray:
        critical = t.isf(_SIGNIFICANCE / 2 / max(tests, 1), seeds - 1)
        return nct.sf(critical, seeds - 1, effect * np.sqrt(seeds)) >= POWER

    # halving the range between a number that is too small and one that is not
    too_few, most = np.full(len(effect), 1), np.full(len(effect), 2)
    while (open_ended := ~enough(most) & (most < MOST_SEEDS)).any():
        too_few, most = np.where(open_ended, most, too_few), np.where(open_ended, 2 * most, most)
    while (most - too_few > 1).any():
        middle = (too_few + most + 1) // 2
        done = enough(middle)
        too_few, most = np.where(done, too_few, middle), np.where(done, middle, most)
    needed = np.full(len(spread), np.nan)
    needed[known] = np.where(most <= MOST_SEEDS, most, np.nan)
    return needed
