"""Verdicts of studies: as in R, by hand and in simulations, and honest where there is little to judge by."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from kd.studies.over_seeds import STATIONS, level, over_seeds
from kd.studies.verdicts import POWER, _first_enough, verdicts
from tests.studies.rows import runs

# R's data set `sleep` (Student 1908): hours of sleep gained by ten people with each of two drugs.
DRUG_1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
DRUG_2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def one(distilled, scratch, **columns):
    """The verdict on a study of a single cell."""
    table = runs([({"alpha": 0.1}, distilled, scratch)]).assign(**columns)
    return verdicts(table, ["alpha"]).iloc[0]


def with_p(p_values):
    """Five seeds a cell whose paired t-test gives each p."""
    cells, shape = [], np.array([-2, -1, 0, 1, 2]) / math.sqrt(2.5)
    for number, p in enumerate(p_values):
        spread = 0.02 * math.sqrt(5) / stats.t.isf(p / 2, 4)
        cells.append(({"cell": number}, 0.52 + spread * shape, np.full(5, 0.5)))
    return runs(cells)


def in_blocks(right):
    """As `kd.studies.verdicts.study_frame` has them."""
    return [" ".join(map(str, row)) for row in right]


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


def test_holms_correction_is_that_of_statsmodels_and_one_in_a_hundred_is_asked():
    random = np.random.default_rng(4)
    for p_values in ([0.008, 0.002, 0.006, 0.004], [0.008], random.uniform(0.001, 0.1, 60).round(2) + 0.001):
        one_more = runs([({"cell": -1}, [0.5], [0.4])])  # it cannot be tested, and takes no part
        found = verdicts(pd.concat([with_p(p_values), one_more]), ["cell"])
        assert found["p"][:-1].tolist() == pytest.approx([*p_values])
        corrected = multipletests(p_values, method="holm")[1]
        assert found["p_corrected"].tolist() == pytest.approx([*corrected, np.nan], nan_ok=True)
        said = ["helps" if p < 0.01 else "not shown" for p in corrected]
        assert found["verdict"].tolist() == [*said, "not judged yet"]


def needed(spread, tests):
    """The first station with 80 % power for 0.2 points, from simulated studies of one cell."""
    random = np.random.default_rng(4)
    for seeds in STATIONS:
        error = spread * np.sqrt(random.chisquare(seeds - 1, 40_000) / (seeds - 1) / seeds)
        means = 0.2 + random.normal(0, spread / math.sqrt(seeds), 40_000)
        if np.mean(2 * stats.t.sf(means / error, seeds - 1) < level(seeds) / tests) >= POWER:
            return seeds
    return None


@pytest.mark.parametrize(("spread", "tests"), [(0.1, 1), (0.5, 1), (0.3, 12)])
def test_so_many_seeds_show_0_2_points_as_often_as_promised(spread, tests):
    found = _first_enough(np.array([spread]), np.zeros(1), tests)
    assert found.tolist() == [needed(spread, tests)]
    # where the pictures leave doubt, no number of seeds is enough
    assert np.isnan(_first_enough(np.array([spread]), np.array([0.2]), tests)).all()


def test_the_seeds_that_are_needed_are_a_range_from_the_deviation_s_interval():
    noise = np.random.default_rng(0).normal(0, 0.4, 10)
    row = one(0.8 + noise / 100, np.full(10, 0.8))
    ends = np.std(noise, ddof=1) * np.sqrt(9 / stats.chi2.isf([0.025, 0.975], 9))
    assert row["verdict"] == "not shown"
    assert [row["seeds_from"], row["seeds_to"]] == _first_enough(ends, np.zeros(2), 1).tolist()
    assert row["seeds_from"] < row["seeds_to"]


def test_settled_cells_and_a_few_seeds_need_no_more():
    noise = np.random.default_rng(0).normal(0, 0.4, 10)
    settled = noise + 3, noise - 3, noise / 20
    for values in settled:
        row = one(0.8 + values / 100, np.full(10, 0.8))
        assert row["seeds_from"] is row["seeds_to"] is pd.NA
    few = one(0.8 + noise[:4] / 100, np.full(4, 0.8))
    assert few["seeds_from"] is few["seeds_to"] is pd.NA
    torn = one([0.1, 0.9, 0.1, 0.9, 0.5], [0.9, 0.1, 0.5, 0.2, 0.6])  # more than any station
    assert (torn["seeds_from"], torn["seeds_to"]) == (STATIONS[-1], pd.NA)


def test_blocks_of_pictures_make_an_interval_wider_and_are_those_of_the_pair():
    random = np.random.default_rng(2)
    gain = random.integers(-15, 25, 20)
    scratch = random.integers(400, 430, (5, 20))
    distilled = scratch + gain + random.integers(-3, 4, (5, 20))
    counts = [each.sum(axis=1) / 10_000 for each in (distilled, scratch)]
    blocks = {"distilled_blocks": in_blocks(distilled), "scratch_blocks": in_blocks(scratch)}
    plain, wide = one(*counts), one(*counts, **blocks)
    expected = over_seeds((distilled - scratch) / 5)  # of 500 pictures each
    assert (wide["low"], wide["high"], wide["p"]) == pytest.approx((expected.low, expected.high, expected.p))
    assert wide["high"] - wide["low"] > 1.5 * (plain["high"] - plain["low"])
    assert wide["difference"] == pytest.approx(plain["difference"])
    unknown = one(*counts, distilled_blocks=np.nan, scratch_blocks=None)
    assert (unknown["low"], unknown["high"]) == pytest.approx((plain["low"], plain["high"]))
    # another cell's students are compared block by block, too, and equal ones are not told apart
    table = runs([({"T": n}, *counts) for n in (1, 4)]).assign(**{k: 2 * v for k, v in blocks.items()})
    assert verdicts(table, ["T"], {"T": 1})["p"].tolist() == pytest.approx([np.nan, 1], nan_ok=True)


def test_the_verdict_is_that_of_the_first_seeds_as_many_as_the_last_station():
    random = np.random.default_rng(3)
    values = random.normal(0.5, 0.4, 12)
    table = runs([({"alpha": 0.1}, 0.8 + values / 100, np.full(12, 0.8))])
    first = verdicts(table.head(10), ["alpha"]).iloc[0]
    row = verdicts(table.sample(frac=1, random_state=1), ["alpha"]).iloc[0]
    assert (row["seeds"], row["judged_seeds"], row["next_seeds"]) == (12, 10, 20)
    assert row["difference"] == pytest.approx(values.mean())
    for name in ("low", "high", "p", "verdict"):
        assert row[name] == pytest.approx(first[name]) if name != "verdict" else first[name]


def test_before_the_first_station_there_is_a_mean_and_nothing_is_judged():
    seeds = 4
    row = one(0.8 + np.arange(seeds) / 100, np.full(seeds, 0.8), only_distilled=70, only_scratch=40)
    assert (row["verdict"], row["seeds"]) == ("not judged yet", seeds)
    assert (row["judged_seeds"], row["next_seeds"]) == (0, 5)
    assert row["difference"] == pytest.approx((seeds - 1) / 2)
    assert np.isnan([row["low"], row["high"], row["p"], row["p_corrected"]]).all()


def test_equal_differences_say_nothing_of_other_seeds_and_equal_students_show_none():
    row = one(0.81 + np.arange(5) / 100, 0.8 + np.arange(5) / 100)
    assert (row["verdict"], row["seeds"], row["seeds_from"]) == ("not shown", 5, pd.NA)
    assert row["difference"] == pytest.approx(1)
    assert np.isnan([row["low"], row["high"], row["p"]]).all()
    row = one([0.81, 0.82, 0.1 + 0.2, 0.8, 0.8], [0.81, 0.82, 0.3, 0.8, 0.8])
    assert (row["verdict"], row["p"], row["seeds_from"]) == ("not shown", 1, pd.NA)
    assert row["difference"] == pytest.approx(0)


def test_a_seed_without_its_counterpart_does_not_count_but_where_there_is_no_pair():
    row = one([0.81, np.nan, 0.83, 0.84], [0.80, 0.10, 0.80, np.nan])
    assert row["seeds"] == 2
    figures = row[["difference", "distilled_accuracy", "scratch_accuracy"]].tolist()
    assert figures == pytest.approx([2, 0.82, 0.80])
    row = one([0.81, 0.83], [np.nan, np.nan])
    assert (row["seeds"], row["verdict"]) == (0, "not judged yet")
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
    without = verdicts(table[table["T"] == 1], ["T", "alpha"], {"alpha": 0.1, "T": 4})
    assert without["verdict"].tolist() == ["not judged yet"]


def test_cells_keep_their_order_and_a_study_may_have_no_axes_or_no_runs():
    cells = [(T, name) for T in (4, 1) for name in ("strong", "a")]
    found = verdicts(runs([({"T": T, "who": who}, [0.8], [0.7]) for T, who in cells]), ["T", "who"])
    assert list(found[["T", "who"]].itertuples(index=False, name=None)) == cells
    table = runs([({}, [0.81, 0.83], [0.80, 0.80])])
    assert verdicts(table, [])["difference"].tolist() == pytest.approx([2])
    assert verdicts(table[:0], []).empty
    assert verdicts(table[:0].assign(T=[]), ["T"]).empty
