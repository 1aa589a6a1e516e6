"""Findings and verdicts of experiments, against figures worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kd.studies.experiments import judging
from kd.studies.experiments.card import distilled, gain, teacher
from kd.studies.measures import with_gains
from kd.studies.over_seeds import over_seeds


def found(low, high):
    """Of five seeds, with this interval at 99 %."""
    middle, half = (low + high) / 2, (high - low) / 2 * stats.t.ppf(0.975, 4) / stats.t.ppf(0.995, 4)
    return judging.Finding(middle, middle - half, middle + half, 0.5, 5, "points")


def test_a_finding_is_the_mean_over_seeds_with_students_interval():
    values = pd.Series([1.0, 2.0, 4.0, 3.5, 1.5], index=[0, 1, 2, 3, 4])
    test = stats.ttest_1samp(values, 0)
    result = judging.finding(values, "nats")
    assert (result.seeds, result.unit) == (5, "nats")
    assert (result.mean, result.p) == pytest.approx((2.4, test.pvalue))
    assert (result.low, result.high) == pytest.approx(tuple(test.confidence_interval(0.95)))
    assert result.sure == pytest.approx(tuple(test.confidence_interval(0.99)))


def test_a_finding_is_about_the_first_seeds_as_many_as_the_last_station():
    values = pd.Series(np.random.default_rng(0).normal(1, 1, 12), index=range(12))
    assert judging.finding(values.sample(frac=1, random_state=2)) == judging.finding(values.head(10))
    assert judging.finding(values.head(10)).seeds == 10
    few = judging.finding(values.head(4))
    assert (few.mean, few.seeds, few.is_known) == (pytest.approx(values.head(4).mean()), 4, False)
    assert judging.judged(few, judging.above(-100)) == judging.NOT_YET


def test_seeds_that_do_not_say_how_others_would_differ_give_no_interval():
    for values in ([], [1.5] * 5, [1.0, 2.0, 3.0, 4.0], [np.inf, 1.5, -np.inf]):
        result = judging.finding(pd.Series(values, dtype=float))
        assert not result.is_known
        assert judging.judged(result, judging.above(0)) == (
            judging.CANNOT_TELL if len(values) == 5 else judging.NOT_YET
        )
        assert math.isnan(result.mean) == (len(values) == 0)


def test_a_small_unit_is_not_taken_for_no_spread():
    values = pd.Series([1.0e-5, 2.0e-5, 3.0e-5, 4.0e-5, 5.0e-5])
    assert judging.finding(values, "nats").is_known
    assert not judging.finding(values).is_known  # in points, that is rounding


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (0.1, 0.9, judging.above(0), judging.AGREES),
        (-0.1, 0.9, judging.above(0), judging.CANNOT_TELL),
        (-0.9, 0.0, judging.above(0), judging.DISAGREES),
        (-0.9, -0.1, judging.below(0), judging.AGREES),
        (0.1, 0.9, judging.between(0, 1), judging.AGREES),
        (0.1, 1.1, judging.between(0, 1), judging.CANNOT_TELL),
        (-1.0, 2.0, judging.between(0, 1), judging.CANNOT_TELL),
        (1.0, 2.0, judging.between(0, 1), judging.DISAGREES),
    ],
)
def test_the_wider_interval_alone_decides(low, high, expected, verdict):
    # a hair inside, as what is worked out back and forth is rounded
    assert judging.judged(found(low, high - 1e-12), expected) == verdict


def of_two_cells():
    """Rows of two cells, five seeds each, with their blocks; cell 1 is better in some blocks alone."""
    random = np.random.default_rng(1)
    rows, right = [], {0: random.integers(430, 450, (5, 20))}
    right[1] = right[0] + random.integers(-10, 20, 20) + random.integers(-2, 3, (5, 20))
    for cell, each in right.items():
        for seed, blocks in enumerate(each):
            text = " ".join(map(str, blocks))
            models = {f"{name}_accuracy": blocks.sum() / 10_000 for name in ("distilled", "scratch")}
            rows.append(
                {"cell": cell, "seed": seed, **models, "distilled_blocks": text, "scratch_blocks": text}
            )
    return with_gains(pd.DataFrame(rows).assign(teacher_accuracy=0.99)), (right[1] - right[0]) / 5


def test_differences_between_cells_take_their_blocks_along():
    rows, blocks = of_two_cells()
    difference = distilled(cell=1) - distilled(cell=0)
    expected, result = over_seeds(blocks), difference.finding(rows)
    assert (result.mean, result.low, result.high) == pytest.approx(
        (blocks.mean(), expected.low, expected.high)
    )
    assert expected.pictures > 0
    assert (result.unit, distilled(cell=1).finding(rows).unit) == ("points", "percent")
    for one_way in (
        difference.without_blocks().finding(rows),
        difference.finding(rows.drop(columns=["distilled_blocks", "scratch_blocks"])),
    ):
        assert one_way.mean == pytest.approx(result.mean)
        assert one_way.high - one_way.low < result.high - result.low
    assert (difference * 0.5 + difference).finding(rows).mean == pytest.approx(1.5 * blocks.mean())
    assert gain(cell=1).finding(rows).mean == 0
    mixed = (distilled(cell=1) - teacher(cell=0)).finding(rows)
    assert mixed.mean == pytest.approx(distilled(cell=1).finding(rows).mean - 99)


def test_cells_are_paired_by_seed():
    rows = pd.DataFrame(
        {"images": [1, 1, 2, 2], "seed": [0, 1, 1, 2], "gain": [5.0, 7.0, 4.0, 9.0], "alpha": 0.1}
    )
    found = (gain(images=1) - gain(images=2, alpha=0.1)).finding(rows)
    assert (found.mean, found.seeds) == (3.0, 1)
    assert gain(images=3).finding(rows).seeds == 0
    with pytest.raises(ValueError, match="is more than one cell"):
        gain().finding(rows)


def test_a_curve_is_right_where_the_interval_reaches_it_or_the_mean_is_close():
    points = pd.DataFrame(
        {"x": [1, 2, 3], "mean": [10.0, 20.0, 30.0], "low": [9.5, 19, 29], "high": [10.5, 21, 31], "seeds": 5}
    )
    high = points["mean"] + 1 * stats.t.ppf(0.995, 4) / stats.t.ppf(0.975, 4)  # of the interval that decides
    assert 21.65 < high[1] < 21.7  # shown as 21.7
    places = judging.judged_curve(points, {1: 10.6, 2: 21.7, 3: 31.71, 4: 99}, tolerance=0.7)
    assert [(place["x"], place["is_near"]) for place in places] == [(1, True), (2, True), (3, False)]
    (near,) = judging.judged_curve(points, {3: 30.65}, tolerance=0.7)  # although an interval may be narrow
    assert near["is_near"]
    assert (near["drawn"], near["found"].mean) == (30.65, 30)
    assert judging.judged_curve(points, {}, tolerance=3) == []
    (few,) = judging.judged_curve(points.assign(seeds=1, low=math.nan, high=math.nan), {1: 11}, tolerance=1)
    assert few["is_near"]
