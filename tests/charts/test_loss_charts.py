"""Charts of the loss: which parts are drawn, under which names, and how they are told apart."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from kd.charts.figure_file import figure_svg
from kd.charts.loss_charts import loss_chart, loss_rows
from kd.charts.parts import vega_lite
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES, Objective
from kd.text.chart_words import loss_words
from tests.charts.drawn import texts_of

ALPHA = 0.25


@dataclass(frozen=True)
class InTwo(Objective):
    """Two terms of a weight of their own, and names of their own."""

    name = "in_two"
    term_labels: ClassVar = {"right": "right class", "wrong": "wrong classes"}

    def teacher_weight(self) -> float:
        return 9.0


@dataclass(frozen=True)
class InFour(Objective):
    """More terms than titles have words for."""

    name = "in_four"
    term_labels: ClassVar = {f"term{number}": f"term {number}" for number in range(4)}


def event(epoch, model="distilled", **terms):
    return {"model": model, "epoch": epoch, "epochs": 4, "loss": 1.0, "student_loss": 2.0 / epoch, **terms}


@pytest.fixture
def events():
    """As every version has stored them for soft targets; a scratch student has no teacher."""
    distilled = [event(epoch, distillation_loss=8.0 / epoch) for epoch in (1, 2, 3)]
    return distilled + [event(epoch, "scratch", distillation_loss=None) for epoch in (1, 2, 3)]


@pytest.fixture
def in_two():
    return [event(epoch, right=0.5 / epoch, wrong=3.0 / epoch) for epoch in (1, 2)]


def rows(chart):
    return vega_lite(chart)["data"]["values"]


def parts(chart):
    """Epoch → part → value."""
    shown = {}
    for row in rows(chart):
        shown.setdefault(row["epoch"], {})[row["part"]] = row["value"]
    return shown


def encoding(chart, layer, name):
    return vega_lite(chart)["layer"][layer]["encoding"][name]


def figure_svg_of(chart):
    spec = vega_lite(chart)
    shown = pd.DataFrame(spec.pop("data")["values"])
    return figure_svg(spec, shown).decode()


def title(chart):
    return vega_lite(chart)["title"]["text"]


@pytest.mark.parametrize(
    "objective",
    [ALPHA, OBJECTIVES["soft_targets"](alpha=ALPHA), MISTAKES["alpha_reversed"](alpha=1 - ALPHA)],
    ids=type,
)
def test_parts_add_up_to_the_loss(events, objective):
    shown = parts(loss_chart(events, objective))
    assert shown.keys() == {1, 2, 3}
    for epoch, values in shown.items():
        assert values == pytest.approx({"teacher": 0.75 * 8 / epoch, "labels": 0.25 * 2 / epoch})


def test_soft_targets_are_the_teachers_part(events):
    chart = loss_chart(events, ALPHA)
    assert {(row["role"], row["part"]) for row in rows(chart)} == {
        ("teacher", "teacher"),
        ("labels", "labels"),
    }
    assert title(chart) == "The distilled student's loss, in two parts"
    assert {"Teacher 2", "Labels 0.17"} <= texts_of(chart)
    assert encoding(chart, 1, "tooltip")[0]["title"] == "From"


def test_every_term_is_weighted_as_its_objective_weights_it_and_has_its_name(in_two):
    chart = loss_chart(in_two, InTwo(alpha=ALPHA))
    assert parts(chart)[2] == pytest.approx({"right": 9 * 0.25, "wrong": 9 * 1.5, "labels": 0.25})
    unweighted = {row["part"]: row["unweighted"] for row in rows(chart) if row["epoch"] == 2}
    assert unweighted == pytest.approx({"right": 0.25, "wrong": 1.5, "labels": 1.0})
    assert title(chart) == "The distilled student's loss, in three parts"
    assert {"Right class 2.2", "Wrong classes 14", "Labels 0.25"} <= texts_of(chart)
    assert encoding(chart, 1, "tooltip")[0]["title"] == "Part"


def test_all_terms_have_the_teachers_colour_and_differ_in_dash_and_mark(in_two):
    chart = loss_chart(in_two, InTwo(alpha=ALPHA))
    assert {row["part"]: row["role"] for row in rows(chart)} == {
        "right": "teacher",
        "wrong": "teacher",
        "labels": "labels",
    }
    for layer, channel in ((0, "strokeDash"), (1, "shape")):
        scale = encoding(chart, layer, channel)["scale"]
        assert scale["domain"] == ["right", "wrong", "labels"]
        assert len(set(map(str, scale["range"]))) == 3


def test_the_sentence_names_every_term_and_says_how_it_went(in_two):
    shown, axes = loss_rows(in_two, InTwo(alpha=0.0))
    assert loss_words(shown, axes["parts"]) == (
        "The distilled student's loss by epoch. "
        "Right class: from 4.5 after epoch 1 to 2.2 after epoch 2. "
        "Wrong classes: from 27 after epoch 1 to 14 after epoch 2."
    )


@pytest.mark.parametrize(("alpha", "part"), [(0.0, "teacher"), (1.0, "labels")])
def test_a_part_without_weight_is_not_drawn(events, alpha, part):
    chart = loss_chart(events, alpha)
    assert {row["part"] for row in rows(chart)} == {part}
    assert title(chart) == "The distilled student's loss"
    assert encoding(chart, 0, "y")["title"] == "Loss (log scale)"


def test_many_parts_are_counted():
    shown = [event(1, **{f"term{number}": 1.0 for number in range(4)})]
    assert title(loss_chart(shown, InFour(alpha=0.5))) == "The distilled student's loss, in 5 parts"


def test_a_part_that_is_not_known_is_left_out():
    assert parts(
        loss_chart([event(1, distillation_loss=None), {**event(2), "student_loss": None}], ALPHA)
    ) == {1: {"labels": 0.5}}


def test_the_axis_holds_every_value(events):
    chart = loss_chart(events, ALPHA)
    low, high = encoding(chart, 0, "y")["scale"]["domain"]
    values = [row["value"] for row in rows(chart)]
    assert low <= min(values) <= max(values) <= high


def test_labels_of_equal_parts_do_not_cover_each_other():
    same = [event(1, right=1 / 9, wrong=1 / 9)]
    chart = loss_chart(same, InTwo(alpha=0.5), height=320)
    ends = sorted(row["label_at"] for row in rows(chart))
    low, high = encoding(chart, 0, "y")["scale"]["domain"]
    pixels = [math.log(end / low) / math.log(high / low) * (320 - 110) for end in ends]
    assert min(np.diff(pixels)) > 15
    assert ends[0] == 1.0


def test_a_new_epoch_changes_only_the_data(in_two):
    smaller = [{**each, "student_loss": 2.0, "right": 0.4} for each in in_two]
    charts = [vega_lite(loss_chart(shown, InTwo(alpha=ALPHA))) for shown in (smaller[:1], smaller)]
    for chart in charts:
        del chart["data"]
    assert charts[0] == charts[1]


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
@pytest.mark.parametrize("with_events", [True, False])
def test_every_objectives_loss_is_a_valid_chart_with_a_name_for_each_term(objective, with_events):
    terms = dict.fromkeys(objective.term_labels, 0.5)
    shown = [event(epoch, **terms) for epoch in (1, 2)] if with_events else []
    chart = loss_chart(shown, objective(alpha=ALPHA))
    spec = chart.to_dict(validate=True)
    assert spec["title"]["text"].startswith("The distilled student's loss, in ")
    assert len(spec["layer"][0]["encoding"]["strokeDash"]["scale"]["domain"]) == len(terms) + 1
    (words,) = [step["calculate"] for step in spec["transform"] if step["as"] == "part_words"]
    assert all(f'"{_name(label)}"' in words for label in ("labels", *objective.term_labels.values()))


def _name(label):
    return "Teacher" if label == "teacher's part" else label[0].upper() + label[1:]


def test_a_long_name_takes_several_lines_and_as_much_room():
    objective = OBJECTIVES["attention"](alpha=ALPHA)
    shown = [event(1, **dict.fromkeys(objective.term_labels, 1.0))]
    chart = loss_chart(shown, objective)
    said = figure_svg_of(chart)
    for row in ("Attention after the", "first convolution", "0.75"):
        assert f">{row}</" in said
    ends = sorted(row["label_at"] for row in rows(chart) if row["role"] == "teacher")
    low, high = encoding(chart, 0, "y")["scale"]["domain"]
    assert math.log(ends[1] / ends[0]) / math.log(high / low) * (320 - 110) > 45


@pytest.mark.parametrize(("epochs", "marked"), [(15, 15), (16, 0)])
def test_a_line_of_many_points_has_no_marks_and_all_tooltips(epochs, marked):
    many = [{**event(epoch, distillation_loss=1.0), "epochs": 40} for epoch in range(1, epochs + 1)]
    chart = loss_chart(many, 0.0)
    assert sum(row["marked"] for row in rows(chart)) == marked
    points = vega_lite(chart)["layer"][1]["encoding"]
    assert points["opacity"]["condition"] == {"test": "datum.marked", "value": 1}
    assert points["opacity"]["value"] == 0
    assert points["tooltip"]
