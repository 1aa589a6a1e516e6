"""How sure: the axis of gains stays where it is, and the charts show what the numbers say."""

import math

from kd.charts.study_charts import gain_ticks, stopping_chart
from kd.studies.sure.single_seeds import ORDERS, AddingSeeds, SingleSeeds, Step, stopping
from tests.charts.drawn import texts_of

NAN = math.nan
STEPS = (
    Step(0, 0.5, "helps", 0.5, 0, NAN, NAN, "not judged yet"),
    Step(1, -1.5, "hurts", -0.5, 0, NAN, NAN, "not judged yet"),
    Step(2, 1.6, "helps", 0.2, 0, NAN, NAN, "not judged yet"),
    Step(3, 0.0, "not shown", 0.15, 5, -1.9, 2.2, "not shown"),
)
SEEDS = AddingSeeds(
    SingleSeeds(("helps", "hurts", "helps", "not shown"), "not shown", 0.15), dict.fromkeys(ORDERS, STEPS)
)


def test_the_axis_has_room_for_every_seed_and_for_the_intervals():
    assert gain_ticks(SEEDS) == [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
    equal = Step(0, 0.0, "not shown", 0.0, 0, NAN, NAN, "not judged yet")
    nothing = AddingSeeds(SEEDS.single, dict.fromkeys(ORDERS, (equal,)))
    assert gain_ticks(nothing) == [0.0, 0.05]


def test_the_trap_has_a_line_for_each_rule():
    chart = stopping_chart(stopping())
    assert chart.to_dict(validate=True)["height"] == 300
    assert {"a verdict after every repeat", "the lab's verdicts", "Repeats", "30\u00a0%"} <= texts_of(chart)
