"""Seeds alone and added one by one, against SciPy's paired t-test, and in words that claim no more."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kd.studies.sure import single_seeds as single
from tests.studies import rows

SCRATCH = 8_400
GAINS = np.array([56, -143, 159, -49, 42, 310, 120])


def runs(gains: np.ndarray) -> pd.DataFrame:
    """Runs of seeds 3, 4, … in which distilled gets so many more pictures right, of 10,000."""
    scratch = np.full(len(gains), SCRATCH)
    found = rows.runs([({}, (scratch + gains) / 10_000, scratch / 10_000)])
    return found.assign(seed=found["seed"] + 3, only_distilled=500 + gains, only_scratch=500)


def test_mean_and_verdict_are_scipys_of_all_seeds_and_of_the_last_stations():
    steps = single.adding_seeds(runs(GAINS)).steps["by_number"]
    for number, step in enumerate(steps, 1):
        assert step.difference == pytest.approx(GAINS[:number].mean() / 100)
        if number < 5:
            assert (step.judged_seeds, step.verdict, math.isnan(step.low)) == (0, "not judged yet", True)
            continue
        test = stats.ttest_1samp(GAINS[:5] / 100, 0)
        interval = test.confidence_interval(0.95)
        assert (step.low, step.high) == pytest.approx((interval.low, interval.high))
        assert (step.judged_seeds, step.verdict) == (5, "not shown")
    helped = single.adding_seeds(runs(GAINS + 600)).steps["by_number"]
    assert [step.verdict for step in helped][3:] == ["not judged yet", "helps", "helps", "helps"]


def test_one_seed_alone_is_judged_by_the_test_pictures():
    expected = []
    for gain in GAINS.tolist():
        shown = stats.binomtest(500 + gain, 1_000 + gain, 0.5).pvalue < 0.05
        expected.append(("helps" if gain > 0 else "hurts") if shown else "not shown")
    assert list(single.adding_seeds(runs(GAINS)).single.alone) == expected
    assert {*expected} == {"helps", "hurts", "not shown"}


def test_an_order_changes_the_way_and_not_the_mean_at_the_end():
    found = single.adding_seeds(runs(GAINS))
    assert [step.seed for step in found.steps["by_number"]] == [3, 4, 5, 6, 7, 8, 9]
    assert [step.own for step in found.steps["largest_first"]] == pytest.approx(sorted(GAINS / 100)[::-1])
    assert [step.own for step in found.steps["smallest_first"]] == pytest.approx(sorted(GAINS / 100))
    last = [found.steps[order][-1] for order in single.ORDERS]
    assert [step.difference for step in last] == pytest.approx([GAINS.mean() / 100] * 3)
    middles = [(step.low + step.high) / 2 for step in last]
    assert middles[1] > middles[0] > middles[2]  # 5 of the 7, each order its own
    assert (found.single.together, found.single.difference) == (last[0].verdict, last[0].difference)
    assert found.single == single.single_seeds(runs(GAINS))


HELPED = "repeats the teacher helped every time."


@pytest.mark.parametrize(
    ("alone", "together", "said"),
    [
        (["helps"] * 10, "helps", f"In 10 {HELPED}"),
        (["helps", "hurts"] * 2, "not shown", "4 repeats: 2 wins and 2 losses. Too close to call."),
        ([*["hurts"] * 4, "not shown"], "hurts",
         "5 repeats: 1 draw and 4 losses. Together they show that it hurts."),
        (["helps"] * 5, "not shown", f"In 5 {HELPED} But by how much differs too widely for a verdict."),
        (["helps"] * 3, "not judged yet", f"In 3 {HELPED} A verdict comes with 5."),
        # fewer than three: the mean, and nothing of wins
        (["helps"] * 2, "not judged yet", "2 repeats: +1.25 points on average. Too few for a verdict."),
    ],
)  # fmt: skip
def test_repeats_one_by_one_are_told_as_wins_draws_and_losses(alone, together, said):
    assert single.alone_sentence(single.SingleSeeds(tuple(alone), together, 1.25)) == said


def step(says="helps", low=math.nan, high=math.nan, verdict="not judged yet", judged=0) -> single.Step:
    return single.Step(3, 0.5, says, 0.5, judged, low, high, verdict)


@pytest.mark.parametrize(
    ("number", "last", "sentence"),
    [
        (1, step(), "One repeat (seed 3): +0.50 points. Alone, it says that the teacher helps. "
         "The first verdict comes with 5."),
        (4, step(), "4 repeats: +0.50 points on average. The first verdict comes with 5."),
        (5, step(low=-0.61, high=1.61, verdict="not shown", judged=5),
         "5 repeats: +0.50 points on average. Verdict with 5: no difference is shown (likely −0.6 to +1.6)."),
        (7, step(low=0.41, high=0.59, verdict="helps", judged=5),
         "7 repeats: +0.50 points on average. Verdict with 5: it helps (likely +0.41 to +0.59). "
         "The next comes with 10."),
    ],
)  # fmt: skip
def test_what_the_repeats_so_far_say(number, last, sentence):
    assert single.step_sentences([last] * number, "by_number")[-1].startswith(sentence)


def test_who_picks_repeats_is_told_that_the_interval_means_nothing():
    seed = step(low=-1, high=2, verdict="not shown", judged=5)
    for order, which in (("largest_first", "largest"), ("smallest_first", "smallest")):
        said = single.step_sentences([seed] * 6, order)[-1]
        assert said.endswith(f"you picked the {which} gains, so the interval means nothing.")
        assert "picked" not in single.step_sentences([seed] * 5, order)[-1]
    assert "picked" not in single.step_sentences([seed] * 6, "by_number")[-1]
