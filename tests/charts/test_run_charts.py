"""Lines over epochs: what they show, that labels are apart, and that nothing is told by colour alone."""

import json
import re

import numpy as np
import pytest

from kd.charts.parts import COLORS, ROLES
from kd.charts.run_charts import accuracy_rows, courses_rows
from tests.charts.drawn import accuracy_chart, channel, loss_chart, rows_of, svg_of, texts_of, without_rows


def event(model, epoch, val_accuracy, epochs=4):
    accuracy = None if val_accuracy is None else val_accuracy - 0.01
    return {
        "model": model, "epoch": epoch, "epochs": epochs, "accuracy": accuracy, "val_accuracy": val_accuracy,
    }  # fmt: skip


@pytest.fixture
def events():
    return [
        event(model, epoch, top - 0.02 / epoch)
        for epoch in (1, 2, 3)
        for model, top in (("distilled", 0.975), ("scratch", 0.968))
    ]


def test_every_epoch_of_every_model_is_a_point_and_each_line_ends_in_its_name_and_last_value(events):
    chart = accuracy_chart(events)
    assert {(row["role"], row["epoch"]): row["value"] for row in rows_of(chart)} == pytest.approx(
        {(event["model"], event["epoch"]): event["val_accuracy"] for event in events}
    )
    assert {row["label"] for row in rows_of(chart) if row["epoch"] < 3} == {""}
    assert {"Distilled 96.83\u00a0%", "Scratch 96.13\u00a0%"} <= texts_of(chart)
    for layer, name in ((0, "strokeDash"), (1, "shape")):
        scale = channel(chart, layer, name)["scale"]
        assert scale["domain"] == list(ROLES)
        marks = {json.dumps(mark) for mark in scale["range"]}
        assert len(marks) >= len(ROLES) - 1  # two lines are drawn through
    assert all(len(set(colors)) == len(ROLES) for colors in COLORS.values())


def test_a_line_passes_over_epochs_after_which_the_test_images_were_not_seen(events):
    seen = [each if each["epoch"] != 2 else {**each, "val_accuracy": None} for each in events]
    shown = rows_of(accuracy_chart(seen))
    assert {(row["role"], row["epoch"]) for row in shown} == {
        (model, epoch) for model in ("distilled", "scratch") for epoch in (1, 3)
    }
    assert [row["training"] for row in shown] == pytest.approx([row["value"] - 0.01 for row in shown])
    assert without_rows(accuracy_chart(seen)) == without_rows(accuracy_chart(events))


def test_a_teacher_is_as_it_was_trained_here_or_a_level_line_across_all_epochs(events):
    def teacher(chart):
        return [(row["epoch"], row["value"]) for row in rows_of(chart) if row["role"] == "teacher"]

    assert teacher(accuracy_chart(events, 0.992)) == [(1, 0.992), (4, 0.992)]
    trained = [*events, event("teacher", 1, 0.95, epochs=6)]
    assert teacher(accuracy_chart(trained, 0.992)) == [(1, 0.95)]
    # an epoch whose accuracies are not known yet sets the axis already
    unseen = accuracy_chart([*events, event("teacher", 1, None, epochs=6)], 0.99)
    assert teacher(unseen) == []
    for chart in (accuracy_chart(trained), unseen):
        assert channel(chart, 0, "x")["scale"]["domain"] == [1, 6]


def test_labels_of_equal_lines_do_not_cover_each_other_and_stay_on_the_axis():
    def places(value):
        chart = accuracy_chart([event(model, 1, value) for model in ("teacher", "distilled", "scratch")])
        start, end = channel(chart, 0, "y")["scale"]["domain"]
        height_in_the_app = 250
        return sorted((row["label_at"] - start) / (end - start) * height_in_the_app for row in rows_of(chart))

    assert min(np.diff(places(0.95))) > 15
    at = places(0.999)
    assert at[-1] == pytest.approx(250)
    assert min(np.diff(at)) == pytest.approx(max(np.diff(at)))
    assert min(np.diff(at)) > 15


def test_no_line_runs_through_a_label(events):
    """Two of four epochs are done, and an earlier run went on for nine: labels are beside the plot."""
    earlier = [event("scratch", epoch, 0.9, epochs=9) for epoch in range(1, 10)]
    drawn = svg_of(accuracy_chart(events[:4], 0.99, 4, earlier={"T 4": earlier}), width=640)
    corners = [float(x) for path in re.findall(r'mark-line.*?d="M([^"]+)"', drawn, re.DOTALL)
               for x in re.findall(r"(?:^|L)([\d.]+),", path)]  # fmt: skip
    labels = re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>(?:Teacher|Distilled|Scratch) [\d.]', drawn)
    assert len(labels) == 3
    assert len(corners) > 9
    assert min(map(float, labels)) > max(corners)


def test_a_cut_axis_says_where_it_begins(events):
    assert channel(accuracy_chart(events), 0, "y")["title"] == "Test accuracy (axis from 92 %)"
    poor = channel(accuracy_chart([event("scratch", 1, 0.098)]), 0, "y")
    assert (poor["title"], poor["scale"]["domain"]) == ("Test accuracy", [0, 1])


def test_the_axis_of_epochs_is_there_before_the_first_event():
    for chart in (accuracy_chart([], epochs=7), loss_chart([], 0.25, epochs=7)):
        assert chart.to_dict(validate=True)["title"]["text"]
        assert channel(chart, 0, "x")["scale"]["domain"] == [1, 7]
        assert channel(chart, 0, "x")["axis"]["values"] == [1, 2, 3, 4, 5, 6, 7]
    assert channel(accuracy_chart([], epochs=40), 0, "x")["axis"]["values"] == [1, *range(4, 41, 4)]


def test_earlier_runs_are_thin_lines_on_the_same_axes_and_named_in_the_tooltip(events):
    models = ("teacher", "distilled", "scratch")
    lower = [event(model, epoch, 0.72, epochs=9) for model in models for epoch in (3, 9)]
    table, axes = accuracy_rows(events, epochs=4, earlier={"T 4": lower})
    assert axes == {"start": 0.7, "last_epoch": 9}
    earlier = table[table["ghost"] == "T 4"]
    assert sorted(set(earlier["role"])) == ["distilled", "scratch"]
    assert set(earlier["label"]) == {""}
    assert len(table[table["ghost"] == ""]) == len(events)
    layers = without_rows(accuracy_chart(events, earlier={"T 4": lower}))["layer"]
    thin = [layer for layer in layers if {"filter": "datum.ghost != ''"} in layer["transform"]]
    assert [layer["mark"]["type"] for layer in thin] == ["line", "point"]
    assert thin[0]["mark"]["strokeWidth"] < layers[2]["mark"]["strokeWidth"]
    assert thin[1]["encoding"]["tooltip"][0]["title"] == "Earlier run"


def test_several_settings_are_compared_by_their_distilled_students(events):
    rows, axes = courses_rows({"A": events, "B": [{**each, "val_accuracy": 0.75} for each in events]})
    assert axes == {"start": 0.7, "last_epoch": 4}
    own, thin = rows[rows["ghost"] == ""], rows[rows["ghost"] != ""]
    assert set(zip(own["setting"], own["role"], strict=True)) == {("A", "distilled"), ("B", "distilled")}
    assert set(thin["role"]) == {"scratch"}
    assert (thin["ghost"] == thin["setting"]).all()
    assert own.loc[own["epoch"] == 3, "label"].tolist() == ["96.83\u00a0%", "75.00\u00a0%"]
