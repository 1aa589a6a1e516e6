"""Seeds added one by one, against SciPy's paired t-test."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kd.studies.sure.adding_seeds import ORDERS, adding_seeds
from kd.studies.sure.stations import MOST_SEEDS
from kd.studies.verdicts import verdicts

SCRATCH = 8_400
GAINS = np.array([56, -143, 159, -49, 42, 310, 120])


def runs(gains: np.ndarray) -> pd.DataFrame:
    """Runs of seeds 3, 4, … in which distilled gets so many more pictures right, of 10,000."""
    both = SCRATCH - 500
    rows = [
        {
            "seed": seed,
            "distilled_accuracy": (SCRATCH + gain) / 10_000,
            "scratch_accuracy": SCRATCH / 10_000,
            "teacher_accuracy": 0.99,
            "only_distilled": SCRATCH + gain - both,
            "only_scratch": SCRATCH - both,
        }
        for seed, gain in enumerate(gains.tolist(), 3)
    ]
    return pd.DataFrame(rows)


def test_mean_and_verdict_are_scipys_of_all_seeds_and_of_the_last_stations():
    steps = adding_seeds(runs(GAINS)).steps["by_number"]
    for number, step in enumerate(steps, 1):
        assert step.difference == pytest.approx(GAINS[:number].mean() / 100)
        if number < 5:
            assert (step.judged_seeds, step.verdict, math.isnan(step.low)) == (0, "not judged yet", True)
            continue
        test = stats.ttest_1samp(GAINS[:5] / 100, 0)
        interval = test.confidence_interval(0.95)
        assert (step.low, step.high) == pytest.approx((interval.low, interval.high))
        assert (step.judged_seeds, step.verdict) == (5, "not shown")
    helped = adding_seeds(runs(GAINS + 600)).steps["by_number"]
    assert [step.verdict for step in helped][3:] == ["not judged yet", "helps", "helps", "helps"]


def test_all_seeds_together_are_judged_as_in_a_study():
    gains = np.random.default_rng(3).integers(-60, 200, MOST_SEEDS)
    row = verdicts(runs(gains), ()).iloc[0]
    last = adding_seeds(runs(gains)).steps["by_number"][-1]
    names = ["difference", "low", "high"]
    assert [getattr(last, name) for name in names] == pytest.approx(row[names].tolist())
    assert (last.verdict, last.judged_seeds) == (row["verdict"], row["judged_seeds"])


def test_one_seed_alone_is_judged_by_the_test_pictures():
    found = adding_seeds(runs(GAINS))
    expected = ["helps" if gain > 0 else "hurts" for gain in GAINS]
    for at, gain in enumerate(GAINS):
        p = stats.binomtest(500 + int(gain), 1_000 + int(gain), 0.5).pvalue
        expected[at] = expected[at] if p < 0.05 else "not shown"
    assert list(found.single.alone) == expected
    assert 0 < expected.count("not shown") < len(GAINS)


def test_an_order_changes_the_way_and_not_the_mean_at_the_end():
    found = adding_seeds(runs(GAINS))
    assert [step.seed for step in found.steps["by_number"]] == [3, 4, 5, 6, 7, 8, 9]
    assert [step.own for step in found.steps["largest_first"]] == pytest.approx(sorted(GAINS / 100)[::-1])
    assert [step.own for step in found.steps["smallest_first"]] == pytest.approx(sorted(GAINS / 100))
    last = [found.steps[order][-1] for order in ORDERS]
    assert [step.difference for step in last] == pytest.approx([GAINS.mean() / 100] * 3)
    middles = [(step.low + step.high) / 2 for step in last]
    assert middles[1] > middles[0] > middles[2]  # 5 of the 7, each order its own
    assert found.single.together == last[0].verdict
    assert found.steps["largest_first"][1].difference > found.steps["smallest_first"][1].difference


@pytest.mark.parametrize("number", [0, MOST_SEEDS + 1])
def test_no_seed_and_too_many_are_refused(number):
    with pytest.raises(ValueError, match=f"between 1 and {MOST_SEEDS} seeds, got {number}"):
        adding_seeds(runs(np.arange(number)))
