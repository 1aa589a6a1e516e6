"""The figures of an experiment: axes that give nothing away, means with intervals, and whose each row is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kd.charts.experiment_charts import dot_names, dot_rows, experiment_dots, experiment_lines, line_labels
from kd.charts.experiment_plan import (
    GUESS,
    INCLUDED,
    PERCENT,
    POINTS,
    YOURS,
    guess_rows,
    is_drawable,
    planned,
    result_rows,
    values_axis,
)
from kd.studies.experiments import EXPERIMENTS
from kd.text.translation import _
from tests.charts.drawn import texts_of

NOTHING = pd.DataFrame()
LINES, ROWS = EXPERIMENTS["wrong_labels"], EXPERIMENTS["notebook_as_it_was"]


def runs_of(experiment, seeds: int = 5) -> pd.DataFrame:
    """Made-up rows of an experiment: its measures are the seed, and 10 for each cell before."""
    rows, cells = [], []
    for part in experiment.at("short").parts(seeds):
        for cell, config in part.study.runs():
            here = {**part.labels, **cell}
            cells += [here] if here not in cells else []
            values = dict.fromkeys(experiment.chart.y, 10.0 * cells.index(here) + config.seed)
            rows.append({**here, "seed": config.seed, **values})
    return pd.DataFrame(rows)


def test_an_axis_of_values_has_round_ends_around_them():
    for values, unit, low, high in (
        ([], POINTS, -0.2, 1.2),
        ([0.0, 10.0], "", 0.0, 12.0),
        ([40.0, 99.0], PERCENT, 20.0, 100.0),
        ([-3.0, 4.5, float("nan")], POINTS, -4.0, 6.0),
        ([5.0], "", 4.4, 5.6),
    ):
        axis = values_axis(values, unit)
        assert (axis.low, axis.high) == pytest.approx((low, high))
        assert (axis.ticks[0], axis.ticks[-1]) == pytest.approx((low, high))
        assert np.diff(axis.ticks) == pytest.approx(axis.step)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_a_chart_and_draws_what_came_out(name):
    experiment = EXPERIMENTS[name]
    plan = planned(experiment, NOTHING)
    assert plan.title == _(experiment.chart.y_label)
    assert len({one.code for one in plan.series}) == len({one.name for one in plan.series}) > 0
    assert {one.role for one in plan.series} <= {"teacher", "distilled", "scratch"}
    assert plan.signed == (plan.axis.low < 0)
    runs = runs_of(experiment).assign(parameters=1000.0)
    plan = planned(experiment, runs)
    rows = result_rows(plan, experiment, runs)
    assert {*rows["name"]} == {one.name for one in plan.series}
    if plan.is_line:
        chart = experiment_lines(line_labels(rows, plan.axis), plan.with_room_for(rows))
        assert not [text for text in texts_of(chart) if "e+" in text]  # as 2e+1 for 16
    else:
        named = dot_rows(rows, plan)
        names = dot_names(plan, named)
        assert {*named["row"]} <= {*names}
        chart = experiment_dots(named, plan, names)
    assert chart.to_dict(validate=True)["title"]["text"] == plan.title


def test_an_axis_is_chosen_by_what_is_known_and_does_not_say_where_the_result_is():
    plan = planned(ROWS, pd.DataFrame({"gain": [2.0, 6.0]}))
    assert plan.axis.low <= 0 - 0.35 * 6
    assert plan.axis.high >= 6 + 0.35 * 6
    rows = result_rows(plan, ROWS, runs_of(ROWS))
    wider = plan.with_room_for(rows).axis
    assert wider.high >= rows["value"].max()
    assert wider.low <= plan.axis.low
    assert plan.with_room_for(rows.head(1).assign(value=3.0)) == plan


def test_a_row_is_the_mean_over_seeds_with_students_interval():
    plan = planned(LINES, NOTHING)
    rows = result_rows(plan, LINES, runs_of(LINES))
    first = rows[(rows["series"] == "distilled_right") & (rows["x"] == 0.2)].iloc[0]
    # of 10 to 14: Student's quantile for four degrees of freedom is 2.7764
    half = 2.776445 * np.sqrt(2.5 / 5)
    assert (first["value"], first["low"], first["high"]) == pytest.approx((12, 12 - half, 12 + half))
    assert (first["seeds"], first["setting"], first["label"]) == (5, "0.2", "12")
    assert rows["x"].tolist() == 2 * list(plan.places)
    alone = result_rows(plan, LINES, runs_of(LINES, 1))
    assert (alone["low"] == alone["value"]).all()
    assert {*alone["interval"]} == {"–"}
    assert result_rows(plan, LINES, runs_of(LINES).head(0)).empty


def test_labels_at_the_ends_of_lines_are_apart_and_what_is_included_is_thin_beside_ones_own():
    plan = planned(LINES, NOTHING)
    own, included = (result_rows(plan, LINES, runs_of(LINES), source) for source in (YOURS, INCLUDED))
    guess = guess_rows(plan, [50.0] * len(plan.places))
    table = line_labels(pd.concat([own, included, guess], ignore_index=True), plan.axis)
    ends = table[table["end"] != ""]
    assert sorted(ends["end"]) == ["Distilled", "Scratch", "Your guess"]
    assert np.diff(np.sort(ends["label_at"])).min() > 3  # of a hundred: about a line of text
    assert table.groupby("source")["ghost"].first().to_dict() == {YOURS: False, INCLUDED: True, GUESS: False}
    assert not line_labels(included, plan.axis)["ghost"].any()
    assert line_labels(own.head(0), plan.axis).empty


def test_a_guess_is_drawn_where_it_was_made():
    plan = planned(LINES, NOTHING)
    assert is_drawable(plan)
    assert not is_drawable(planned(ROWS, NOTHING))
    values = [50.0 + number for number in range(len(plan.places))]
    rows = guess_rows(plan, values)
    assert rows["value"].tolist() == values
    assert rows["x"].tolist() == list(plan.places)
    with pytest.raises(ValueError, match="zip"):
        guess_rows(plan, values[1:])
