"""Charts of the loss: which parts are drawn, under which names, and how they are told apart."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from kd.charts.loss_charts import loss_rows
from kd.charts.parts import vega_lite
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES, Objective
from kd.text.chart_words import loss_words
from tests.charts.drawn import channel, loss_chart, rows_of, svg_of, texts_of

ALPHA = 0.25


@dataclass(frozen=True)
class InTwo(Objective):
    """Two terms of a weight of their own, and names of their own."""

    name = "in_two"
    term_labels: ClassVar = {"right": "right class", "wrong": "wrong classes"}

    def teacher_weight(self) -> float:
        return 9.0


def event(epoch, model="distilled", **terms):
    return {"model": model, "epoch": epoch, "epochs": 4, "loss": 1.0, "student_loss": 2.0 / epoch, **terms}


# As every version has stored them for soft targets; a scratch student has no teacher.
EVENTS = [event(epoch, distillation_loss=8.0 / epoch) for epoch in (1, 2, 3)]
EVENTS += [event(epoch, "scratch", distillation_loss=None) for epoch in (1, 2, 3)]
IN_TWO = [event(epoch, right=0.5 / epoch, wrong=3.0 / epoch) for epoch in (1, 2)]


def parts(chart):
    """Epoch → part → value."""
    shown = {}
    for row in rows_of(chart):
        shown.setdefault(row["epoch"], {})[row["part"]] = row["value"]
    return shown


def title(chart):
    return vega_lite(chart)["title"]["text"]


@pytest.mark.parametrize(
    "objective",
    [ALPHA, OBJECTIVES["soft_targets"](alpha=ALPHA), MISTAKES["alpha_reversed"](alpha=1 - ALPHA)],
    ids=type,
)
def test_parts_add_up_to_the_loss(objective):
    shown = parts(loss_chart(EVENTS, objective))
    assert shown.keys() == {1, 2, 3}
    for epoch, values in shown.items():
        assert values == pytest.approx({"teacher": 0.75 * 8 / epoch, "labels": 0.25 * 2 / epoch})


def test_soft_targets_are_the_teachers_part_and_the_axis_holds_every_value():
    chart = loss_chart(EVENTS, ALPHA)
    assert {(row["role"], row["part"]) for row in rows_of(chart)} == {
        ("teacher", "teacher"),
        ("labels", "labels"),
    }
    assert title(chart) == "The distilled student's loss, in two parts"
    assert {"Teacher 2", "Labels 0.17"} <= texts_of(chart)
    assert channel(chart, 1, "tooltip")[0]["title"] == "From"
    low, high = channel(chart, 0, "y")["scale"]["domain"]
    assert low <= min(row["value"] for row in rows_of(chart))
    assert max(row["value"] for row in rows_of(chart)) <= high


def test_every_term_has_its_objectives_weight_and_name_and_the_teachers_colour():
    chart = loss_chart(IN_TWO, InTwo(alpha=ALPHA))
    assert parts(chart)[2] == pytest.approx({"right": 9 * 0.25, "wrong": 9 * 1.5, "labels": 0.25})
    unweighted = {row["part"]: row["unweighted"] for row in rows_of(chart) if row["epoch"] == 2}
    assert unweighted == pytest.approx({"right": 0.25, "wrong": 1.5, "labels": 1.0})
    assert title(chart) == "The distilled student's loss, in three parts"
    assert {"Right class 2.2", "Wrong classes 14", "Labels 0.25"} <= texts_of(chart)
    assert channel(chart, 1, "tooltip")[0]["title"] == "Part"
    roles = {row["part"]: row["role"] for row in rows_of(chart)}
    assert roles == {"right": "teacher", "wrong": "teacher", "labels": "labels"}
    for layer, name in ((0, "strokeDash"), (1, "shape")):
        scale = channel(chart, layer, name)["scale"]
        assert scale["domain"] == ["right", "wrong", "labels"]
        assert len(set(map(str, scale["range"]))) == 3


def test_the_sentence_names_every_term_and_says_how_it_went():
    assert loss_words(loss_rows(EVENTS, ALPHA)[0]) == (
        "The distilled student's loss by epoch. Teacher's part: from 6 after epoch 1 to 2 after epoch 3. "
        "Labels' part: from 0.5 after epoch 1 to 0.17 after epoch 3."
    )
    assert loss_words(loss_rows([], ALPHA)[0]).endswith("by epoch. No epoch is finished yet.")
    shown, axes = loss_rows(IN_TWO, InTwo(alpha=0.0))
    assert loss_words(shown, axes["parts"]) == (
        "The distilled student's loss by epoch. "
        "Right class: from 4.5 after epoch 1 to 2.2 after epoch 2. "
        "Wrong classes: from 27 after epoch 1 to 14 after epoch 2."
    )


def test_a_part_without_weight_or_not_known_is_not_drawn():
    for alpha, part in ((0.0, "teacher"), (1.0, "labels")):
        chart = loss_chart(EVENTS, alpha)
        assert {row["part"] for row in rows_of(chart)} == {part}
        assert title(chart) == "The distilled student's loss"
        assert channel(chart, 0, "y")["title"] == "Loss (log scale)"
    unknown = [event(1, distillation_loss=None), {**event(2), "student_loss": None}]
    assert parts(loss_chart(unknown, ALPHA)) == {1: {"labels": 0.5}}


def test_labels_of_equal_parts_do_not_cover_each_other_and_a_long_name_has_more_room():
    def pixels(chart):
        low, high = channel(chart, 0, "y")["scale"]["domain"]
        ends = sorted(row["label_at"] for row in rows_of(chart) if row["role"] == "teacher")
        return [math.log(end / low) / math.log(high / low) * (320 - 110) for end in ends]

    assert min(np.diff(pixels(loss_chart([event(1, right=1 / 9, wrong=1 / 9)], InTwo(alpha=0.5))))) > 15
    attention = OBJECTIVES["attention"](alpha=ALPHA)
    chart = loss_chart([event(1, **dict.fromkeys(attention.term_labels, 1.0))], attention)
    drawn = svg_of(chart)
    for row in ("Attention after the", "first convolution", "0.75"):
        assert f">{row}</" in drawn
    assert min(np.diff(pixels(chart))) > 45


def test_a_line_of_many_points_has_no_marks_and_all_tooltips():
    for epochs, marked in ((15, 15), (16, 0)):
        many = [{**event(epoch, distillation_loss=1.0), "epochs": 40} for epoch in range(1, epochs + 1)]
        chart = loss_chart(many, 0.0)
        assert sum(row["marked"] for row in rows_of(chart)) == marked
    points = vega_lite(chart)["layer"][1]["encoding"]
    assert points["opacity"] == {"condition": {"test": "datum.marked", "value": 1}, "value": 0}
    assert points["tooltip"]
