"""The leaderboard of objectives: differences, Holm's correction and verdicts, worked out again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from kd.distillation.objectives import OBJECTIVES
from kd.studies.shipped import LONG, OBJECTIVES_FILE, SHORT
from kd.studies.study import SCRATCH
from kd.studies.sure.leaderboard import USUAL, at_both_lengths, leaderboard, leaderboard_sentence
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


def rows(**verdicts):
    return [{"objective": name, "verdict": verdict, "difference": 1.0} for name, verdict in verdicts.items()]


def test_what_holds_at_both_lengths_comes_first_and_ranks_that_change_are_named():
    names = {name: name.upper() for name in "abcde"}
    tables = {
        "640 steps": rows(a="helps", b="helps", c="not shown", e="baseline", d="hurts"),
        "3,200 steps": rows(b="helps", a="not shown", c="not shown", e="baseline", d="helps"),
    }
    said, moved = at_both_lengths(tables, names, "E")
    assert said == (
        "At both lengths better than E: B. Not told apart at either: C. "
        "Better only after 640 steps: A (+1.0). Worse only after 640 steps: D (+1.0). "
        "Better only after 3,200 steps: D (+1.0)."
    )
    assert moved == "Ranked by mean, these move: A from 1 to 2 and B from 2 to 1."
    same = {"1 step": rows(a="hurts"), "5 steps": rows(a="hurts")}
    assert at_both_lengths(same, names, "E") == ("At both lengths worse than E: A.", "")
    table = rows(a="helps", c="not shown", b="baseline", d="hurts")
    assert leaderboard_sentence(table, names, "E") == (
        "Better than E: A (+1.0). Not to be told apart: C (+1.0). Worse: D (+1.0)."
    )
