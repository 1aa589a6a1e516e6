"""Verdicts of studies: as in R, by hand and in simulations, and honest where there is little to judge by."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from kd.analysis.evaluation import mcnemar, paired_difference_interval
from kd.studies.verdicts import verdicts
from tests.studies.rows import runs

# R's data set `sleep` (Student 1908): hours of sleep gained by ten people with each of two drugs.
DRUG_1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
DRUG_2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def one(distilled, scratch, **columns):
    """The verdict on a study of a single cell."""
    table = runs([({"alpha": 0.1}, distilled, scratch)]).assign(**columns)
    return verdicts(table, ["alpha"]).iloc[0]


def with_p(p_values):
    """Two seeds a cell whose paired t-test gives each p: with one degree of freedom, t = 1 / tan(πp / 2)."""
    cells = []
    for number, p in enumerate(p_values):
        mean, spread = 0.02, 0.02 * math.tan(math.pi * p / 2)
        cells.append(({"cell": number}, [0.5 + mean - spread, 0.5 + mean + spread], [0.5, 0.5]))
    return runs(cells)


def test_the_paired_t_test_is_the_one_r_prints():
    """`t.test(extra ~ group, data = sleep, paired = TRUE)`: df = 9, p-value = 0.002833."""
    row = one(0.5 + DRUG_1 / 100, 0.5 + DRUG_2 / 100)
    assert (row["seeds"], row["verdict"]) == (10, "hurts")
    assert row["difference"] == pytest.approx(-1.58)
    assert (row["low"], row["high"]) == pytest.approx((-2.4598858, -0.7001142), abs=1e-7)
    assert row["p"] == row["p_corrected"] == pytest.approx(0.002833, abs=5e-7)
    assert row["distilled_accuracy"] == pytest.approx(0.5 + DRUG_1.mean() / 100)
    assert row["scratch_accuracy"] == pytest.approx(0.5 + DRUG_2.mean() / 100)
    assert row["teacher_accuracy"] == pytest.approx(0.99)
    assert one(0.5 + DRUG_2 / 100, 0.5 + DRUG_1 / 100)["verdict"] == "helps"


def test_three_seeds_by_hand():
    """Differences of 1, 2 and 3 points: mean 2, s = 1, and Student's t is 4.30265."""
    row = one([0.81, 0.82, 0.83], [0.80, 0.80, 0.80])
    margin = 4.30265273 / math.sqrt(3)
    assert (row["low"], row["high"]) == pytest.approx((2 - margin, 2 + margin))
    t = 2 * math.sqrt(3)
    assert row["p"] == pytest.approx(1 - t / math.sqrt(t**2 + 2))
    assert row["verdict"] == "not shown"


def test_holms_correction_by_hand():
    """0.01 · 4, then 0.02 · 3, then 0.03 · 2 and 0.04 · 1, none below the one before."""
    row = verdicts(with_p([0.04, 0.01, 0.03, 0.02]), ["cell"])
    assert row["p"].tolist() == pytest.approx([0.04, 0.01, 0.03, 0.02])
    assert row["p_corrected"].tolist() == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert row["verdict"].tolist() == ["not shown", "helps", "not shown", "not shown"]
    alone = verdicts(with_p([0.04]), ["cell"])
    assert alone["verdict"].tolist() == ["helps"]


def test_holms_correction_is_that_of_statsmodels():
    random = np.random.default_rng(4)
    for cells in (1, 2, 7, 60):
        p_values = random.uniform(0.0001, 0.1, cells).round(2 if cells == 60 else 9) + 0.001  # also with ties
        found = verdicts(with_p(p_values), ["cell"])
        assert found["p_corrected"].tolist() == pytest.approx(multipletests(found["p"], method="holm")[1])


def test_cells_that_cannot_be_tested_take_no_part_in_the_correction():
    table = pd.concat([with_p([0.04]), runs([({"cell": 9}, [0.5], [0.4])])])
    assert verdicts(table, ["cell"])["p_corrected"].tolist() == pytest.approx([0.04, np.nan], nan_ok=True)


# Spread in points → seeds for 0.2 points at 5 % and 80 % power: the effects 0.5, 0.2, 0.8 and 1 of a standard
# deviation, for which G*Power's "means: difference between two dependent means" gives these sizes, and R's
# power.t.test(delta = .5, sd = 1, power = .8, type = "paired") 33.37 for the first.
@pytest.mark.parametrize(("spread", "needed"), [(0.4, 34), (1.0, 199), (0.25, 15), (0.2, 10)])
def test_the_seeds_that_are_needed_are_those_of_published_programs(spread, needed):
    half = spread / math.sqrt(2) / 100
    row = one([0.8 - half, 0.8 + half], [0.8, 0.8])
    assert row["more_seeds"] == needed - 2


def test_more_cells_need_more_seeds_and_enough_need_none():
    noise = np.random.default_rng(0).normal(0, 0.004, 12)
    alone = one(0.8 + noise, np.full(12, 0.8))["more_seeds"]
    table = runs([({"cell": n}, 0.8 + noise, np.full(12, 0.8)) for n in range(20)])
    assert (verdicts(table, ["cell"])["more_seeds"] > alone).all()
    assert one(0.8 + noise / 20, np.full(12, 0.8))["more_seeds"] == 0
    assert one([0.1, 0.9, 0.1], [0.9, 0.1, 0.5])["more_seeds"] is pd.NA  # more than 10,000


def test_so_many_seeds_show_the_difference_as_often_as_promised():
    """At 10 seeds and a spread of 0.2 points, 0.2 points are shown in 80 % of studies of one cell."""
    draws = np.random.default_rng(1).normal(0.2, 0.2, (600, 10))
    shown = np.mean([one(0.8 + row / 100, np.full(10, 0.8))["verdict"] == "helps" for row in draws])
    assert shown == pytest.approx(0.8, abs=0.04)


def test_intervals_cover_the_truth_19_times_out_of_20():
    draws = 0.3 + np.random.default_rng(2).normal(0, 0.4, (2_000, 5))
    table = runs([({"cell": n}, 0.8 + row / 100, np.full(5, 0.8)) for n, row in enumerate(draws)])
    found = verdicts(table, ["cell"])
    covered = ((found["low"] <= 0.3) & (found["high"] >= 0.3)).mean()
    assert covered == pytest.approx(0.95, abs=0.012)  # 2.5 standard errors


def test_a_study_without_an_effect_seldom_shows_one():
    random, wrong = np.random.default_rng(3), 0
    for _ in range(200):
        draws = random.normal(0, 0.4, (10, 4))
        table = runs([({"cell": n}, 0.8 + row / 100, np.full(4, 0.8)) for n, row in enumerate(draws)])
        wrong += (verdicts(table, ["cell"])["verdict"] != "not shown").any()
    assert wrong / 200 <= 0.05 + 2.5 * math.sqrt(0.05 * 0.95 / 200)


def test_one_seed_is_judged_by_its_pictures():
    row = one([0.982], [0.979], only_distilled=70, only_scratch=40)
    low, high = paired_difference_interval(9_750, 70, 40, 140)
    assert (row["low"], row["high"]) == pytest.approx((100 * low, 100 * high))
    assert row["p"] == pytest.approx(mcnemar(70, 40))
    assert (row["seeds"], row["verdict"], row["more_seeds"]) == (1, "helps", pd.NA)
    assert row["difference"] == pytest.approx(0.3)
    assert one([0.979], [0.982], only_distilled=40, only_scratch=70)["verdict"] == "hurts"
    assert one([0.98], [0.98], only_distilled=40, only_scratch=40)["verdict"] == "not shown"


def test_one_seed_without_counts_is_too_few():
    for columns in ({}, {"only_distilled": np.nan, "only_scratch": np.nan}):
        row = one([0.982], [0.979], **columns)
        assert (row["verdict"], row["seeds"]) == ("too few", 1)
        assert row["difference"] == pytest.approx(0.3)
        assert np.isnan([row["low"], row["high"], row["p"], row["p_corrected"]]).all()


def test_counts_say_nothing_of_another_cell():
    table = runs([({"T": 1}, [0.98], [0.979]), ({"T": 4}, [0.985], [0.979])])
    found = verdicts(table.assign(only_distilled=70, only_scratch=40), ["T"], {"T": 1})
    assert found["verdict"].tolist() == ["baseline", "too few"]


def test_equal_differences_say_nothing_of_other_seeds():
    row = one([0.81, 0.82, 0.83], [0.80, 0.81, 0.82])
    assert (row["verdict"], row["seeds"], row["more_seeds"]) == ("too few", 3, pd.NA)
    assert row["difference"] == pytest.approx(1)
    assert np.isnan([row["low"], row["high"], row["p"]]).all()


def test_equal_students_show_no_difference():
    row = one([0.81, 0.82, 0.1 + 0.2], [0.81, 0.82, 0.3])
    assert (row["verdict"], row["difference"], row["p"], row["more_seeds"]) == ("not shown", 0, 1, pd.NA)


def test_a_seed_without_its_counterpart_does_not_count():
    row = one([0.81, np.nan, 0.83, 0.84], [0.80, 0.10, 0.80, np.nan])
    assert row["seeds"] == 2
    assert row["difference"] == pytest.approx(2)
    assert row["distilled_accuracy"] == pytest.approx(0.82)
    assert row["scratch_accuracy"] == pytest.approx(0.80)


def test_without_a_pair_there_are_still_accuracies():
    row = one([0.81, 0.83], [np.nan, np.nan])
    assert (row["seeds"], row["verdict"]) == (0, "too few")
    assert row["distilled_accuracy"] == pytest.approx(0.82)
    assert np.isnan([row["difference"], row["scratch_accuracy"]]).all()


def test_another_cell_is_the_baseline_at_the_same_seed():
    table = runs(
        [
            ({"T": 4, "alpha": 0.1}, [0.80, 0.85, 0.90], [0.1, 0.1, 0.1]),
            ({"T": 1, "alpha": 0.1}, [0.81, 0.87, 0.93], [0.1, 0.1, 0.1]),
        ]
    )
    table = table[~((table["T"] == 1) & (table["seed"] == 1))].sample(frac=1, random_state=0)
    found = verdicts(table, ["T", "alpha"], {"alpha": 0.1, "T": 4}).set_index("T")
    assert found.loc[4, "verdict"] == "baseline"
    assert (found.loc[4, "seeds"], found.loc[4, "difference"]) == (3, 0)
    assert math.isnan(found.loc[4, "p_corrected"])
    assert found.loc[1, "seeds"] == 2
    assert found.loc[1, "difference"] == pytest.approx(2)
    assert found.loc[1, "p"] == found.loc[1, "p_corrected"] == pytest.approx(1 - 2 / math.pi * math.atan(2))


def test_a_baseline_that_is_not_there_yet_leaves_too_few():
    table = runs([({"T": 1}, [0.8, 0.9], [0.7, 0.7])])
    assert verdicts(table, ["T"], {"T": 4})["verdict"].tolist() == ["too few"]


def test_cells_keep_their_order_and_axes_their_columns():
    cells = [({"T": t, "teacher": name}, [0.8, 0.9], [0.7, 0.7]) for t in (4, 1) for name in ("strong", "a")]
    found = verdicts(runs(cells), ["T", "teacher"])
    assert list(zip(found["T"], found["teacher"], strict=True)) == [
        (4, "strong"),
        (4, "a"),
        (1, "strong"),
        (1, "a"),
    ]
    assert list(found.columns) == [
        *("T", "teacher", "seeds", "distilled_accuracy", "scratch_accuracy", "teacher_accuracy"),
        *("difference", "low", "high", "p", "p_corrected", "verdict", "more_seeds"),
    ]


def test_a_study_may_have_no_axes_or_no_runs():
    table = runs([({}, [0.81, 0.83], [0.80, 0.80])])
    assert verdicts(table, [])["difference"].tolist() == pytest.approx([2])
    assert verdicts(table[:0], []).empty
    assert verdicts(table[:0].assign(T=[]), ["T"]).empty


@pytest.mark.parametrize(
    ("change", "axes", "baseline", "message"),
    [
        ({}, ["beta"], "scratch", "must have the columns beta"),
        ({}, ["T"], "teacher", "scratch or a value for each axis, got 'teacher'"),
        ({}, ["T"], {"alpha": 1}, "a value for each axis, T, got {'alpha': 1}"),
        ({"seed": 7}, ["T"], "scratch", "got seed 7 twice"),
        ({"distilled_accuracy": 98.0}, ["T"], "scratch", "between 0 and 1, got 98.0"),
    ],
)
def test_nonsense_is_refused(change, axes, baseline, message):
    table = runs([({"T": 1}, [0.8, 0.9], [0.7, 0.7])]).assign(**change)
    with pytest.raises(ValueError, match=message):
        verdicts(table, axes, baseline)


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="must fit the accuracies on 10,000 pictures, got 70 and 70"):
        one([0.982], [0.979], only_distilled=70, only_scratch=70)


fractions = st.one_of(st.none(), st.integers(0, 10_000).map(lambda right: right / 10_000))


@given(
    st.lists(st.lists(st.tuples(fractions, fractions), min_size=1, max_size=4), min_size=1, max_size=5),
    st.booleans(),
)
def test_whatever_there_is_gets_a_verdict_that_its_numbers_bear_out(cells, over_a_cell):
    table = runs([({"cell": n}, *zip(*pairs, strict=True)) for n, pairs in enumerate(cells)])
    table = table.astype({"distilled_accuracy": float, "scratch_accuracy": float})
    found = verdicts(table, ["cell"], {"cell": 0} if over_a_cell else "scratch")
    assert len(found) == len(cells)
    for row in found.to_dict("records"):
        known = not math.isnan(row["p_corrected"])
        assert known or row["verdict"] in ("too few", "baseline")
        if row["verdict"] == "helps":
            assert 0 < row["low"] <= row["difference"] <= row["high"]
        if row["verdict"] == "hurts":
            assert row["low"] <= row["difference"] <= row["high"] < 0
        assert (row["verdict"] in ("helps", "hurts")) <= (known and row["p_corrected"] < 0.05)
        assert not known or row["p"] <= row["p_corrected"] <= 1
        assert pd.isna(row["more_seeds"]) or row["more_seeds"] >= 0
