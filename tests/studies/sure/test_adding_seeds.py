"""Seeds added one by one, against SciPy's paired t-test and every choice of seeds worked out one by one."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kd.studies.sure.adding_seeds import MOST_SEEDS, ORDERS, SIDES, adding_seeds, choices, running
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


def judged(gains: np.ndarray) -> str:
    test = stats.ttest_1samp(gains, 0)
    return "not shown" if test.pvalue >= 0.05 else "helps" if test.statistic > 0 else "hurts"


def test_mean_interval_and_verdict_of_the_first_seeds_are_scipys():
    found = running(GAINS)
    assert np.isnan(found[0][1])
    assert (found[0][0], found[0][3]) == (pytest.approx(0.56), "too few")
    for number, (mean, low, high, verdict) in enumerate(found[1:], 2):
        points = GAINS[:number] / 100
        interval = stats.ttest_1samp(points, 0).confidence_interval(0.95)
        assert (mean, low, high) == pytest.approx((points.mean(), interval.low, interval.high))
        assert verdict == judged(points)


@pytest.mark.parametrize(
    "gains", [GAINS, -GAINS, np.array([310, 120, 300]), np.array([0, 0]), np.array([5, 5])]
)
def test_all_seeds_together_are_judged_as_in_a_study(gains):
    row = verdicts(runs(gains), ()).iloc[0]
    mean, low, high, verdict = running(gains)[-1]
    expected = row[["difference", "low", "high"]].to_numpy(float)
    np.testing.assert_allclose([mean, low, high], expected, rtol=1e-9, atol=1e-9)
    assert verdict == row["verdict"]


@pytest.mark.parametrize("gains", [GAINS, np.array([-20, -30, -25, 1, -60]), np.array([7, 7, 7, 0])])
def test_every_choice_of_seeds_is_counted(gains):
    found = choices(gains)
    for number in range(2, len(gains) + 1):
        picked = [np.array(some) for some in itertools.combinations(gains, number)]
        expected = Counter("not shown" if np.ptp(some) == 0 else judged(some) for some in picked)
        assert found[number - 1].tolist() == [expected[side] for side in SIDES]


def test_many_seeds_are_counted_too():
    gains = np.random.default_rng(3).integers(-60, 200, MOST_SEEDS)
    found = choices(gains)
    assert found.sum(axis=1).tolist() == [math.comb(MOST_SEEDS, k) for k in range(1, MOST_SEEDS + 1)]
    assert found[-1].tolist() == [1, 0, 0] == [int(judged(gains) == side) for side in SIDES]


def test_one_seed_alone_is_judged_by_the_test_pictures():
    found = adding_seeds(runs(GAINS))
    expected = ["helps" if gain > 0 else "hurts" for gain in GAINS]
    for at, gain in enumerate(GAINS):
        p = stats.binomtest(500 + int(gain), 1_000 + int(gain), 0.5).pvalue
        expected[at] = expected[at] if p < 0.05 else "not shown"
    assert list(found.single.alone) == expected
    assert found.choices[0].tolist() == [expected.count(side) for side in SIDES]
    assert 0 < found.choices[0][1] < len(GAINS)


def test_an_order_changes_the_way_and_not_the_end():
    found = adding_seeds(runs(GAINS))
    assert [step.seed for step in found.steps["by_number"]] == [3, 4, 5, 6, 7, 8, 9]
    assert [step.own for step in found.steps["largest_first"]] == pytest.approx(sorted(GAINS / 100)[::-1])
    assert [step.own for step in found.steps["smallest_first"]] == pytest.approx(sorted(GAINS / 100))
    last = [found.steps[order][-1] for order in ORDERS]
    assert len({(step.difference, step.low, step.high, step.verdict) for step in last}) == 1
    assert found.single.together == last[0].verdict
    assert found.steps["largest_first"][1].difference > found.steps["smallest_first"][1].difference


@pytest.mark.parametrize("number", [0, MOST_SEEDS + 1])
def test_no_seed_and_too_many_are_refused(number):
    with pytest.raises(ValueError, match=f"between 1 and {MOST_SEEDS} seeds, got {number}"):
        adding_seeds(runs(np.arange(number)))
