"""The leaderboard of objectives: differences, Holm's correction and verdicts, worked out again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kd.distillation.objectives import OBJECTIVES
from kd.studies.shipped import OBJECTIVES_FILE
from kd.studies.sure.leaderboard import BASELINES, USUAL, leaderboard
from kd.studies.verdicts import SCRATCH


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm (1979), step by step."""
    order, corrected, largest = np.argsort(p_values), np.empty(len(p_values)), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = largest
    return corrected


@pytest.mark.parametrize("baseline", BASELINES)
def test_each_objective_is_compared_seed_by_seed_and_corrected_for_all(baseline):
    runs = pd.read_csv(OBJECTIVES_FILE)
    short = runs[runs["length"] == "short"] if "length" in runs else runs
    by_seed = short.pivot(index="seed", columns="objective")
    distilled = by_seed["distilled_accuracy"]
    other = by_seed["scratch_accuracy"][USUAL] if baseline == SCRATCH else distilled[baseline]
    table = leaderboard(baseline).set_index("objective")
    assert set(table.index) == set(OBJECTIVES)
    compared = [name for name in table.index if name != baseline]
    tests = {name: stats.ttest_rel(distilled[name], other) for name in compared}
    corrected = dict(zip(compared, holm(np.array([tests[name].pvalue for name in compared])), strict=True))
    for name in compared:
        low, high = tests[name].confidence_interval(0.95)
        row = table.loc[name]
        assert row["seeds"] == 10
        figures = row[["difference", "low", "high", "p_corrected"]].to_numpy(float)
        gains = distilled[name] - other
        np.testing.assert_allclose(figures, [100 * gains.mean(), 100 * low, 100 * high, corrected[name]])
        shown = "helps" if gains.mean() > 0 else "hurts"
        assert row["verdict"] == (shown if corrected[name] < 0.05 else "not shown")
    if baseline != SCRATCH:
        assert table.loc[baseline, "verdict"] == "baseline"
    assert table["difference"].is_monotonic_decreasing


def test_what_is_returned_is_nobody_elses():
    leaderboard().drop(columns="verdict", inplace=True)
    assert "verdict" in leaderboard()
