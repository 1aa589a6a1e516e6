"""How sure: the axis of gains stays where it is, and the charts show what the numbers say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kd.charts.parts import vega_lite
from kd.charts.sure.leaderboard_chart import leaderboard_chart, leaderboard_ends, leaderboard_rows
from kd.charts.sure.seeds_charts import choices_chart, choices_rows, gain_ticks, seeds_chart, seeds_rows
from kd.studies.sure.adding_seeds import ORDERS, SIDES, AddingSeeds, Step
from kd.studies.sure.leaderboard import leaderboard
from kd.studies.sure.single_seeds import SingleSeeds
from tests.charts.drawn import texts_of

NAN = math.nan
STEPS = (
    Step(0, 0.5, "helps", 0.5, NAN, NAN, "too few"),
    Step(1, -1.5, "hurts", -0.5, -13.2, 12.2, "not shown"),
    Step(2, 1.6, "helps", 0.2, -3.6, 4.0, "not shown"),
    Step(3, 0.0, "not shown", 0.15, -1.9, 2.2, "not shown"),
)
COUNTS = np.array([[2, 1, 1], [1, 5, 0], [0, 4, 0], [0, 1, 0]])
SEEDS = AddingSeeds(
    SingleSeeds(("helps", "hurts", "helps", "not shown"), "not shown"), dict.fromkeys(ORDERS, STEPS), COUNTS
)


def test_the_axis_has_room_for_every_seed_and_for_the_interval_of_four():
    assert gain_ticks(SEEDS) == [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
    equal = Step(0, 0.0, "not shown", 0.0, NAN, NAN, "not shown")
    nothing = AddingSeeds(SEEDS.single, dict.fromkeys(ORDERS, (equal,)), COUNTS[:1])
    assert gain_ticks(nothing) == [0.0, 0.05]


def test_seeds_that_have_been_added_are_told_from_those_that_have_not():
    rows = seeds_rows(SEEDS, "by_number", 3)
    assert rows["added"].tolist() == [True, True, True, False]
    assert rows["here"].tolist() == [False, False, True, False]
    assert rows["own"].tolist() == [step.own for step in STEPS]
    assert {"Number of seeds", "Gain over scratch (points)", "−2", "+3", "4"} <= {
        text.replace("-", "−") for text in texts_of(seeds_chart(rows, gain_ticks(SEEDS), 4))
    }


def test_all_choices_of_so_many_seeds_are_shares_of_one():
    rows = choices_rows(COUNTS, 2)
    assert rows.groupby("number")["share"].sum().tolist() == pytest.approx([1, 1, 1, 1])
    assert rows.loc[rows["here"], "choices"].tolist() == [1, 5, 0]
    assert rows["side"].tolist() == [*SIDES] * 4
    assert {"helps", "not shown", "hurts", "100%"} <= texts_of(choices_chart(rows, 4))


def test_the_leaderboard_is_sorted_and_its_baseline_has_no_interval():
    rows = leaderboard_rows(leaderboard())
    names = {name: name.upper() for name in rows["objective"]}
    chart = leaderboard_chart(rows, names, "soft targets", "640 steps", leaderboard_ends([leaderboard()]))
    axis = {"Accuracy in points above soft targets", "0", "+2"}
    assert {*names.values(), *axis, "Every objective after 640 steps"} <= texts_of(chart)
    base = rows.set_index("objective").loc["soft_targets"]
    assert math.isnan(base["low"])
    assert not base["shown"]
    assert rows.loc[rows["shown"], "objective"].tolist() == ["standardized", "virtual_teacher"]
    layers = vega_lite(chart)["layer"]
    assert all(layer["encoding"]["y"]["sort"]["order"] == "descending" for layer in layers[1:])
