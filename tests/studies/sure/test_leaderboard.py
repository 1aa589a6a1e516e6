"""The leaderboard of objectives: differences, Holm's correction and verdicts, worked out again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from kd.distillation.objectives import OBJECTIVES
from kd.studies.shipped import LONG, OBJECTIVES_FILE, SHORT
from kd.studies.study import SCRATCH
from kd.studies.sure.leaderboard import USUAL, leaderboard
from tests.studies.two_way import interval, points


@pytest.mark.parametrize(("length", "baseline"), [(SHORT, USUAL), (LONG, SCRATCH)])
def test_each_objective_is_compared_seed_by_seed_and_corrected_for_all(baseline, length):
    runs = pd.read_csv(OBJECTIVES_FILE)
    by_seed = runs[runs["length"] == length].pivot(index="seed", columns="objective")
    distilled = {name: points(by_seed["distilled_blocks"][name]) for name in OBJECTIVES}
    other = points(by_seed["scratch_blocks"][USUAL]) if baseline == SCRATCH else distilled[baseline]
    table = leaderboard(baseline, length).set_index("objective")
    assert set(table.index) == set(OBJECTIVES)
    compared = [name for name in table.index if name != baseline]
    tests = {name: interval(distilled[name] - other) for name in compared}
    p_values = multipletests([tests[name][2] for name in compared], method="holm")[1]
    corrected = dict(zip(compared, p_values, strict=True))
    for name in compared:
        low, high, _p = tests[name]
        row = table.loc[name]
        assert row["seeds"] == 10
        figures = row[["difference", "low", "high", "p_corrected"]].to_numpy(float)
        gain = (distilled[name] - other).mean()
        np.testing.assert_allclose(figures, [gain, low, high, corrected[name]])
        shown = "helps" if gain > 0 else "hurts"
        assert row["verdict"] == (shown if corrected[name] < 0.01 else "not shown")
    if baseline != SCRATCH:
        assert table.loc[baseline, "verdict"] == "baseline"
    assert table["difference"].is_monotonic_decreasing
