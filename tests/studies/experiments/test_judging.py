"""Findings and verdicts of experiments, against figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kd.studies.experiments.judging import (
    AGREES,
    CANNOT_TELL,
    DISAGREES,
    NATS,
    TIMES,
    Expected,
    Finding,
    above,
    below,
    between,
    by_seed,
    finding,
    judged,
    judged_curve,
)


def found(low, high, beyond=0):
    return Finding((low + high) / 2, low, high, 0.5, 3, "points", beyond)


def test_a_finding_is_the_mean_over_seeds_with_students_interval():
    """t(2) has closed forms: its 97.5 % point is 0.95 · √(2 / (1 − 0.95²)), and p = 1 − t / √(2 + t²)."""
    values = pd.Series([1.0, 2.0, 4.0], index=[0, 1, 2])
    deviation = np.sqrt((np.square([1 - 7 / 3, 2 - 7 / 3, 4 - 7 / 3]).sum() / 2) / 3)
    t = 7 / 3 / deviation
    half = 0.95 * np.sqrt(2 / (1 - 0.95**2)) * deviation
    result = finding(values, NATS)
    assert (result.seeds, result.unit, result.beyond) == (3, NATS, 0)
    assert result.mean == pytest.approx(7 / 3)
    assert (result.low, result.high) == pytest.approx((7 / 3 - half, 7 / 3 + half))
    assert result.p == pytest.approx(1 - t / np.sqrt(2 + t**2))


@pytest.mark.parametrize("values", [[], [1.5], [1.5, 1.5], [np.nan, 1.5], [np.inf, 1.5, -np.inf]])
def test_seeds_that_do_not_say_how_others_would_differ_give_no_interval(values):
    result = finding(pd.Series(values, dtype=float))
    assert not result.is_known
    assert judged(result, above(0)) == CANNOT_TELL
    assert math.isnan(result.mean) == (len(values) == 0)


def test_a_small_unit_is_not_taken_for_no_spread():
    values = pd.Series([1.0e-5, 2.0e-5, 3.0e-5])
    assert finding(values, NATS).is_known
    assert not finding(values).is_known  # in points, that is rounding


def test_what_is_beyond_what_was_tried_counts_as_the_limit_and_has_no_high_end():
    result = finding(pd.Series([2.0, 3.0, np.inf]), TIMES, limit=4.0)
    assert (result.mean, result.beyond) == (3.0, 1)
    assert result.high < 10
    assert judged(result, below(10)) == CANNOT_TELL
    assert judged(result, above(0)) == AGREES
    nowhere = finding(pd.Series([np.inf, 7.0]), TIMES, limit=4.0)
    assert (nowhere.mean, nowhere.low, nowhere.beyond) == (4.0, 4.0, 2)
    assert judged(nowhere, above(3)) == AGREES
    assert judged(nowhere, below(3)) == DISAGREES
    assert judged(nowhere, between(3, 5)) == CANNOT_TELL


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (0.1, 0.9, above(0), AGREES),
        (-0.1, 0.9, above(0), CANNOT_TELL),
        (-0.9, -0.1, above(0), DISAGREES),
        (-0.9, 0.0, above(0), DISAGREES),
        (-0.9, -0.1, below(0), AGREES),
        (0.1, 0.9, below(0), DISAGREES),
        (0.1, 0.9, between(0, 1), AGREES),
        (0.1, 1.1, between(0, 1), CANNOT_TELL),
        (-1.0, 2.0, between(0, 1), CANNOT_TELL),
        (1.0, 2.0, between(0, 1), DISAGREES),
    ],
)
def test_the_interval_alone_decides(low, high, expected, verdict):
    assert judged(found(low, high), expected) == verdict


def test_nothing_can_be_expected_between_two_numbers_the_wrong_way_round():
    with pytest.raises(ValueError, match="low must be below high in what is expected, got 2 and 1"):
        Expected(2, 1)


def test_cells_are_paired_by_seed():
    rows = pd.DataFrame(
        {"images": [1, 1, 2, 2], "seed": [0, 1, 1, 2], "gain": [5.0, 7.0, 4.0, 9.0], "alpha": 0.1}
    )
    difference = by_seed(rows, "gain", images=1) - by_seed(rows, "gain", images=2, alpha=0.1)
    assert difference.dropna().to_dict() == {1: 3.0}
    assert finding(difference).seeds == 1
    assert finding(by_seed(rows, "gain", images=3)).seeds == 0
    with pytest.raises(ValueError, match="is more than one cell"):
        by_seed(rows, "gain")


def test_a_curve_is_right_where_it_is_within_the_tolerance_of_the_interval():
    points = pd.DataFrame(
        {"x": [1, 2, 3], "mean": [10.0, 20.0, 30.0], "low": [9.5, 19, 29], "high": [10.5, 21, 31], "seeds": 3}
    )
    verdict, places = judged_curve(points, {1: 10, 2: 21, 3: 30, 4: 99}, tolerance=3)
    assert verdict == AGREES
    assert [(place["x"], place["off"]) for place in places] == [(1, 0), (2, 1), (3, 0)]
    assert judged_curve(points, {1: 10, 2: 22.5}, tolerance=3)[0] == CANNOT_TELL
    assert judged_curve(points, {1: 10, 2: 30}, tolerance=3)[0] == DISAGREES
    assert judged_curve(points, {}, tolerance=3) == (CANNOT_TELL, [])
