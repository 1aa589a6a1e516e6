"""How sure: the axis of gains stays where it is, and the charts show what the numbers say."""

from __future__ import annotations

import math

from kd.charts.parts import vega_lite
from kd.charts.sure_charts import (
    gain_ticks,
    leaderboard_chart,
    leaderboard_ends,
    leaderboard_rows,
    stopping_chart,
)
from kd.studies.sure.leaderboard import leaderboard
from kd.studies.sure.single_seeds import ORDERS, AddingSeeds, SingleSeeds, Step
from kd.studies.sure.stopping import stopping
from tests.charts.drawn import texts_of

NAN = math.nan
STEPS = (
    Step(0, 0.5, "helps", 0.5, 0, NAN, NAN, "not judged yet"),
    Step(1, -1.5, "hurts", -0.5, 0, NAN, NAN, "not judged yet"),
    Step(2, 1.6, "helps", 0.2, 0, NAN, NAN, "not judged yet"),
    Step(3, 0.0, "not shown", 0.15, 5, -1.9, 2.2, "not shown"),
)
SEEDS = AddingSeeds(
    SingleSeeds(("helps", "hurts", "helps", "not shown"), "not shown"), dict.fromkeys(ORDERS, STEPS)
)


def test_the_axis_has_room_for_every_seed_and_for_the_intervals():
    assert gain_ticks(SEEDS) == [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
    equal = Step(0, 0.0, "not shown", 0.0, 0, NAN, NAN, "not judged yet")
    nothing = AddingSeeds(SEEDS.single, dict.fromkeys(ORDERS, (equal,)))
    assert gain_ticks(nothing) == [0.0, 0.05]


def test_the_trap_has_a_line_for_each_rule():
    chart = stopping_chart(stopping(1, 20), 20)
    assert chart.to_dict(validate=True)["height"] == 340
    assert {"a verdict at every look", "verdicts at stations only", "Number of seeds", "25%"} <= texts_of(
        chart
    )


def test_the_leaderboard_is_sorted_and_its_baseline_has_no_interval():
    rows = leaderboard_rows(leaderboard())
    names = {name: name.upper() for name in rows["objective"]}
    chart = leaderboard_chart(rows, names, "soft targets", "640 steps", leaderboard_ends([leaderboard()]))
    axis = {"Accuracy in points above soft targets", "0", "+2"}
    assert {*names.values(), *axis, "Every objective after 640 steps"} <= texts_of(chart)
    base = rows.set_index("objective").loc["soft_targets"]
    assert math.isnan(base["low"])
    assert not base["shown"]
    longer = leaderboard_rows(leaderboard(length="long"))
    assert longer.loc[longer["shown"], "objective"].tolist() == ["attention", "relations", "virtual_teacher"]
    layers = vega_lite(chart)["layer"]
    assert all(layer["encoding"]["y"]["sort"]["order"] == "descending" for layer in layers[1:])
