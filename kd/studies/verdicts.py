"""Verdicts on the cells of a study: does it help, how sure is that, and how many seeds would show more?

Every seed gives a pair of accuracies that share their data, their order and, as far as they can, their
initial weights. So differences are taken within seeds, and tested with the paired t-test, which takes in that
other test pictures would give other differences. Verdicts are given at stations (`kd.studies.over_seeds`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kd.analysis.verdict import CONFIDENCE
from kd.config import MODELS, STUDENTS, TEST_IMAGES, RunConfig
from kd.studies.axes import values_in_order
from kd.studies.over_seeds import STATIONS, Gains, gains, level, next_station, over_seeds, station
from kd.studies.study import SCRATCH, Study

HELPS, HURTS, NOT_SHOWN, NOT_JUDGED, BASELINE = "helps", "hurts", "not shown", "not judged yet", "baseline"
"""The verdicts: NOT_JUDGED before the first station, BASELINE for the cell that is the baseline."""

DIFFERENCE_WORTH_SHOWING = 0.2
"""In points: `seeds_from` and `seeds_to` are about a difference of this size."""
POWER = 0.8

COUNTS = ("only_distilled", "only_scratch")
BLOCKS = tuple(f"{model}_blocks" for model in STUDENTS)
COLUMNS = ("seed", "run", *(f"{model}_accuracy" for model in MODELS), *COUNTS, *BLOCKS)
"""What `study_frame` has besides the axes."""
ACCURACIES = ("distilled_accuracy", "scratch_accuracy", "teacher_accuracy")

# In points: a smaller spread is not to be told from none in such steps.
_FINEST = 0.005


def study_frame(study: Study, result: Callable[[RunConfig], dict[str, Any] | None]) -> pd.DataFrame:
    """Returns a row for each finished run of a study, in the order of its runs; result: None if not stored.

    The axes' values, then COLUMNS: seed, run (its id), the models' test accuracies in [0, 1], the numbers of
    test images that only the distilled or only the scratch student gets right, and how many each gets right
    in each block (`kd.analysis.evaluation.right_in_blocks`): "483 479", None in an earlier result.
    """
    rows = []
    for cell, config in study.runs():
        found = result(config)
        if found is None:
            continue
        rows.append((*cell.values(), *run_row(config, found)))
    return pd.DataFrame(rows, columns=[*study.axes, *COLUMNS])


def run_row(config: RunConfig, result: Mapping[str, Any]) -> tuple[Any, ...]:
    """Returns the values of COLUMNS of one finished run."""
    blocks = [result[name].get("right_in_blocks") for name in STUDENTS]
    return (
        config.seed,
        config.run_id,
        *(result[name]["test_accuracy"] for name in MODELS),
        *(result["comparison"][f"{name}_right"] for name in COUNTS),
        *(None if right is None else " ".join(map(str, right)) for right in blocks),
    )


def verdicts(
    runs: pd.DataFrame, axes: Sequence[str], baseline: str | Mapping[str, Any] = SCRATCH
) -> pd.DataFrame:
    """Judges each cell of a study.

    Args:
        runs: a row for each cell and seed: the axes, seed, and distilled_accuracy, scratch_accuracy and
            teacher_accuracy (fractions; NaN for a model that is not there yet). Optionally distilled_blocks
            and scratch_blocks, as `study_frame` has them (NaN where they are not known).
        axes: the columns whose values make a cell; none for a study of one cell.
        baseline: what distilled is compared with: "scratch", or a cell, as its value on each axis (then
            its distilled student of the same seed).

    Returns:
        One row for each cell, in the order in which they first appear: the axes; seeds, how many pairs there
        are; the mean accuracies over these seeds (where there is no pair, over what there is); difference,
        the mean of distilled minus baseline in points of a percent; judged_seeds, on how many first seeds the
        rest rests (0 before the first station); next_seeds, with how many the next verdict comes (missing
        after the last); in points, low and high, the 95 % interval; p; p_corrected (Holm 1979, over the cells
        that can be tested); verdict; seeds_from and seeds_to: with how many seeds a difference of 0.2 points
        would be shown with 80 % power (missing where the question is settled, seeds_to also where the most
        seeds that a verdict can rest on may not be enough).

        An interval is its cell's own; a verdict is corrected for the number of cells and stricter than 5 %
        (`kd.studies.over_seeds`), so it can be "not shown" although the interval is without 0.
    """
    differences = in_blocks(runs, "distilled") - _of_baseline(runs, axes, baseline)
    cells = _numbered(runs, axes)
    firsts = np.unique(cells, return_index=True)[1]
    pairs = ~np.isnan(differences).any(axis=1)
    gained = gains(cells[pairs], runs["seed"].to_numpy()[pairs], differences[pairs], len(firsts))
    shown = pairs | (gained.seeds == 0)[cells]
    found = gained.found
    table = runs[list(axes)].iloc[firsts].reset_index(drop=True)
    is_baseline = np.zeros(len(table), bool)
    if not isinstance(baseline, str):
        is_baseline = _is_cell(table, axes, baseline)
    p = np.where(is_baseline, np.nan, found.p)
    corrected = _holm(p)
    allowed = np.array([level(seeds) for seeds in gained.judged])
    said = [is_baseline, gained.judged == 0, ~(corrected < allowed), found.low > 0]
    verdict = np.select(said, [BASELINE, NOT_JUDGED, NOT_SHOWN, HELPS], HURTS)
    needed = _needed(gained, verdict, int(np.isfinite(p).sum()))
    return table.assign(
        seeds=gained.seeds,
        **runs.loc[shown, list(ACCURACIES)].groupby(cells[shown]).mean(),
        difference=gained.mean,
        judged_seeds=gained.judged,
        next_seeds=_whole([next_station(seeds) for seeds in gained.seeds]),
        low=found.low,
        high=found.high,
        p=p,
        p_corrected=corrected,
        verdict=verdict.astype(object),
        seeds_from=_whole(needed[0]),
        seeds_to=_whole(needed[1]),
    )


def _whole(numbers: Any) -> pd.Series:
    return pd.Series(numbers, dtype=float).astype("Int64")


def _numbered(runs: pd.DataFrame, axes: Sequence[str]) -> np.ndarray:
    """Returns the number of each run's cell, in the order in which cells first appear."""
    if not axes or not len(runs):
        return np.zeros(len(runs), int)
    return runs.groupby(list(axes), sort=False, dropna=False).ngroup().to_numpy()


def _is_cell(table: pd.DataFrame, axes: Sequence[str], cell: Mapping[str, Any]) -> np.ndarray:
    return np.logical_and.reduce([table[axis] == cell[axis] for axis in axes] or [np.ones(len(table), bool)])


def in_blocks(runs: pd.DataFrame, model: str) -> np.ndarray:
    """Returns the percentage of each block of the test pictures that a student gets right (runs, blocks).

    Where a run does not know its blocks, each is as right as all pictures, and says nothing of others.
    """
    percent = 100 * runs[f"{model}_accuracy"].to_numpy(float)[:, None]
    column = f"{model}_blocks"
    known = runs[column].notna().to_numpy() if column in runs.columns else np.zeros(len(runs), bool)
    if not known.any():
        return percent
    right = np.array([text.split() for text in runs.loc[known, column]], int)
    found = np.repeat(percent, right.shape[1], axis=1)
    found[known] = 100 * right * right.shape[1] / tested(runs)[known, None]
    found[np.isnan(percent[:, 0])] = np.nan
    return found


def tested(runs: pd.DataFrame) -> np.ndarray:
    """Returns how many test pictures each run was asked about, int (runs,).

    That is how many are right, in all blocks together, divided by the share that is right. Runs that do not
    know their blocks are of MNIST.
    """
    found = np.full(len(runs), TEST_IMAGES)
    for model in STUDENTS:
        if f"{model}_blocks" not in runs.columns:
            continue
        share = runs[f"{model}_accuracy"].to_numpy(float)
        known = runs[f"{model}_blocks"].notna().to_numpy() & (share > 0)
        right = [sum(map(int, text.split())) for text in runs.loc[known, f"{model}_blocks"]]
        found[known] = np.rint(np.array(right) / share[known])
    return found


def _of_baseline(runs: pd.DataFrame, axes: Sequence[str], baseline: str | Mapping[str, Any]) -> np.ndarray:
    """Returns what each run's distilled student is compared with, as `in_blocks`; NaN where there is none."""
    if isinstance(baseline, str):
        return in_blocks(runs, SCRATCH)
    others = in_blocks(runs, "distilled")
    place = pd.Series(np.arange(len(runs)), runs["seed"].to_numpy())[_is_cell(runs, axes, baseline)]
    found = place.reindex(runs["seed"]).to_numpy(float)
    known = ~np.isnan(found)
    other = np.full_like(others, np.nan)
    other[known] = others[found[known].astype(int)]
    return other


def _holm(p_values: np.ndarray) -> np.ndarray:
    """Corrects p-values for each other (Holm 1979); NaN stays NaN and does not count.

    Whatever the true differences, the chance of a single wrong verdict in the study is at most the level.

    Not statsmodels' `multipletests` (0.15): it collects garbage, which holds up a large process for 0.2 s.
    """
    corrected, tested = np.full(len(p_values), np.nan), np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested])]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return corrected


def _needed(gained: Gains, verdict: np.ndarray, tests: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns with how many seeds DIFFERENCE_WORTH_SHOWING would be shown in each cell: a range of stations.

    It belongs to the 95 % interval of the standard deviation over seeds, from the chi-square distribution.
    The level is the strictest that Holm's correction can ask of one of `tests` cells, so the number is enough
    whatever the other cells show. Both ends are NaN where the cell is settled, the second also where no
    station is surely enough, as where the test pictures alone leave too much in doubt.
    """
    from scipy.special import gammaincinv

    found, free = gained.found, np.maximum(gained.judged - 1, 1)
    within = np.maximum(-found.low, found.high) <= DIFFERENCE_WORTH_SHOWING
    settled = within | np.isin(verdict, [HELPS, HURTS, BASELINE])
    ends = []
    for quantile in ((1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2):
        chi_square = 2 * gammaincinv(free / 2, quantile)
        deviation = np.maximum(found.spread * np.sqrt(free / chi_square), _FINEST)
        ends.append(_first_enough(deviation, found.pictures, tests))
    low, high = (np.where(settled | np.isnan(found.spread), np.nan, end) for end in ends)
    return np.where(np.isnan(low) & ~np.isnan(found.pictures) & ~settled, STATIONS[-1], low), high


def _first_enough(spread: np.ndarray, pictures: np.ndarray, tests: int) -> np.ndarray:
    """Returns the first station with POWER to show DIFFERENCE_WORTH_SHOWING; NaN where there is none.

    The power of the t-test is the share of Student's noncentral distribution beyond the critical value
    (Cohen 1988, chapter 2).
    """
    from scipy.special import nctdtr, stdtrit

    seeds = np.array(STATIONS)
    critical = -stdtrit(seeds - 1, np.array([level(each) for each in STATIONS]) / 2 / max(tests, 1))
    error = np.hypot(spread[:, None] / np.sqrt(seeds), pictures[:, None])
    enough = 1 - nctdtr(seeds - 1, DIFFERENCE_WORTH_SHOWING / error, critical) >= POWER
    return np.where(enough.any(axis=1), seeds[enough.argmax(axis=1)], np.nan)


def course(runs: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Returns the mean accuracy of both students for each value on an axis; runs: of `study_frame`.

    Columns: the axis, role, seeds (how many runs), mean (a fraction), low and high: the 95 % interval of the
    mean over the first seeds, as many as the last station that is reached; NaN before the first.
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
