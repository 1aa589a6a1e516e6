"""Charts: what they show, that they hold still, and that nothing is told by colour alone."""

import json
import re

import altair as alt
import numpy as np
import pytest

from kd.charts import run_charts
from kd.charts.figure_file import figure_svg
from tests.charts.drawn import texts_of

ALPHA = 0.25


def event(model, epoch, val_accuracy, epochs=4):
    distance = {"distilled": 8.0 / epoch}.get(model)
    return {
        "model": model,
        "epoch": epoch,
        "epochs": epochs,
        "loss": 1.0,
        "student_loss": 2.0 / epoch,
        "distillation_loss": distance,
        "accuracy": val_accuracy - 0.01,
        "val_accuracy": val_accuracy,
        "seconds": 0.5,
    }


@pytest.fixture
def events():
    return [
        event(model, epoch, top - 0.02 / epoch)
        for epoch in (1, 2, 3)
        for model, top in (("distilled", 0.975), ("scratch", 0.968))
    ]


def rows(chart):
    return run_charts.vega_lite(chart)["data"]["values"]


def without_data(chart):
    spec = run_charts.vega_lite(chart)
    del spec["data"]
    return spec


def channel(chart, layer, name):
    return run_charts.vega_lite(chart)["layer"][layer]["encoding"][name]


def test_accuracy_chart_shows_every_epoch_of_every_model(events):
    shown = {(row["role"], row["epoch"]): row["value"] for row in rows(run_charts.accuracy_chart(events))}
    expected = {(event["model"], event["epoch"]): event["val_accuracy"] for event in events}
    assert shown == pytest.approx(expected)


def test_a_line_passes_over_epochs_after_which_the_test_images_were_not_seen(events):
    seen = [event if event["epoch"] != 2 else {**event, "val_accuracy": None} for event in events]
    shown = rows(run_charts.accuracy_chart(seen))
    assert {(row["role"], row["epoch"]) for row in shown if row["point"]} == {
        (model, epoch) for model in ("distilled", "scratch") for epoch in (1, 3)
    }
    assert [row["training"] for row in shown] == pytest.approx([row["value"] - 0.01 for row in shown])
    assert sorted(row["label"] for row in shown if row["label"]) == ["96.13\u00a0%", "96.83\u00a0%"]
    assert without_data(run_charts.accuracy_chart(seen)) == without_data(run_charts.accuracy_chart(events))


def test_epochs_whose_accuracies_are_not_known_yet_already_set_the_axis(events):
    unseen = {**event("teacher", 1, 0.95, epochs=6), "val_accuracy": None}
    chart = run_charts.accuracy_chart([*events, unseen], 0.99)
    assert channel(chart, 0, "x")["scale"]["domain"] == [1, 6]
    assert {row["role"] for row in rows(chart)} == {"distilled", "scratch"}


def test_a_teacher_trained_before_is_a_level_line_across_all_epochs(events):
    level = [row for row in rows(run_charts.accuracy_chart(events, 0.992)) if row["role"] == "teacher"]
    assert [(row["epoch"], row["value"]) for row in level] == [(1, 0.992), (4, 0.992)]


def test_a_teacher_trained_here_is_shown_as_it_was_trained(events):
    events.append(event("teacher", 1, 0.95, epochs=6))
    shown = [
        row["value"] for row in rows(run_charts.accuracy_chart(events, 0.992)) if row["role"] == "teacher"
    ]
    assert shown == [0.95]
    assert channel(run_charts.accuracy_chart(events), 0, "x")["scale"]["domain"] == [1, 6]


def test_models_differ_by_colour_dash_and_shape(events):
    chart = run_charts.accuracy_chart(events)
    for layer, name in ((0, "strokeDash"), (1, "shape")):
        scale = channel(chart, layer, name)["scale"]
        marks = [json.dumps(mark) for mark in scale["range"]]
        assert scale["domain"] == list(run_charts.ROLES)
        assert len(marks) == len(run_charts.ROLES)
    assert len(set(channel(chart, 1, "shape")["scale"]["range"])) == len(run_charts.ROLES)
    assert channel(chart, 0, "color")["scale"]["domain"][: len(run_charts.ROLES)] == list(run_charts.ROLES)
    for colors in run_charts.COLORS.values():
        assert len(set(colors)) == len(run_charts.ROLES)


def test_each_line_carries_its_name_and_last_value_at_its_end(events):
    labels = {row["epoch"]: [] for row in rows(run_charts.accuracy_chart(events))}
    for row in rows(run_charts.accuracy_chart(events)):
        labels[row["epoch"]].append(row["label"])
    assert sorted(labels.pop(3)) == ["96.13\u00a0%", "96.83\u00a0%"]
    assert {label for group in labels.values() for label in group} == {""}
    assert {"Distilled 96.83\u00a0%", "Scratch 96.13\u00a0%"} <= texts_of(run_charts.accuracy_chart(events))


def test_labels_of_equal_lines_do_not_cover_each_other():
    same = [event(model, 1, 0.95) for model in ("teacher", "distilled", "scratch")]
    chart = run_charts.accuracy_chart(same, height=360)
    start, end = channel(chart, 0, "y")["scale"]["domain"]
    height_in_the_app = 250
    pixels = sorted((row["label_at"] - start) / (end - start) * height_in_the_app for row in rows(chart))
    assert min(np.diff(pixels)) > 15


def test_a_label_pushed_up_by_the_others_stays_on_the_axis():
    close = [event(model, 1, 0.999) for model in ("teacher", "distilled", "scratch")]
    at = sorted(row["label_at"] for row in rows(run_charts.accuracy_chart(close)))
    assert at[-1] == 1
    assert min(np.diff(at)) == pytest.approx(max(np.diff(at)))


def test_no_line_runs_through_a_label(events):
    """Two of four epochs are done, and an earlier run went on for nine: labels are beside the plot."""
    earlier = [event("scratch", epoch, 0.9, epochs=9) for epoch in range(1, 10)]
    table, axes = run_charts.accuracy_rows(events[:4], 0.99, 4, earlier={"T 4": earlier})
    spec = run_charts.vega_lite(run_charts.accuracy_lines(table, **axes))
    spec.pop("data")
    drawn = figure_svg(spec, table, width=640).decode()
    corners = [float(x) for path in re.findall(r'mark-line.*?d="M([^"]+)"', drawn, re.DOTALL)
               for x in re.findall(r"(?:^|L)([\d.]+),", path)]  # fmt: skip
    labels = re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>(?:Teacher|Distilled|Scratch) [\d.]', drawn)
    assert len(labels) == 3
    assert len(corners) > 9
    assert min(map(float, labels)) > max(corners)


def test_a_cut_axis_says_where_it_begins(events):
    assert channel(run_charts.accuracy_chart(events), 0, "y")["title"] == "Test accuracy (axis from 92 %)"
    poor = [event("scratch", 1, 0.098)]
    assert channel(run_charts.accuracy_chart(poor), 0, "y")["title"] == "Test accuracy"
    assert channel(run_charts.accuracy_chart(poor), 0, "y")["scale"]["domain"] == [0, 1]


def test_a_new_epoch_changes_only_the_data(events):
    assert without_data(run_charts.accuracy_chart(events[:2])) == without_data(
        run_charts.accuracy_chart(events)
    )


def test_the_axis_of_epochs_is_there_before_the_first_event():
    for chart in (run_charts.accuracy_chart([], epochs=7), run_charts.loss_chart([], ALPHA, epochs=7)):
        assert channel(chart, 0, "x")["scale"]["domain"] == [1, 7]
        assert channel(chart, 0, "x")["axis"]["values"] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("with_events", [True, False])
def test_charts_are_valid_vega_lite_with_title_units_and_fixed_height(events, with_events):
    shown = events if with_events else []
    for chart in (
        run_charts.accuracy_chart(shown, 0.99),
        run_charts.loss_chart(shown, ALPHA),
    ):
        spec = chart.to_dict(validate=True)
        assert spec["title"]["text"]
        assert spec["height"] > 200
        encoding = spec["layer"][0]["encoding"]
        assert encoding["x"]["title"]
        assert any(layer["encoding"].get("tooltip") for layer in spec["layer"])


def test_the_shared_dictionary_has_no_colours_and_both_themes_are_there(events):
    config = run_charts.vega_lite(run_charts.accuracy_chart(events))["config"]
    assert "color" not in json.dumps(config).lower()
    assert "range" not in config
    for name, colors in run_charts.COLORS.items():
        with alt.theme.enable(f"kd_{name}"):
            config = run_charts.accuracy_chart(events).to_dict()["config"]
        assert config["range"]["category"][: len(colors)] == list(colors)


def test_earlier_runs_are_thin_lines_on_the_same_axes_and_named_in_the_tooltip(events):
    lower = [
        event(model, epoch, 0.72, epochs=9)
        for model in ("teacher", "distilled", "scratch")
        for epoch in (3, 9)
    ]
    table, axes = run_charts.accuracy_rows(events, epochs=4, earlier={"T 4": lower})
    assert axes == {"start": 0.7, "last_epoch": 9}
    earlier = table[table["ghost"] == "T 4"]
    assert sorted(set(earlier["role"])) == ["distilled", "scratch"]
    assert set(earlier["label"]) == {""}
    assert len(table[table["ghost"] == ""]) == len(events)
    chart = run_charts.accuracy_lines(table, **axes)
    layers = run_charts.vega_lite(chart)["layer"]
    thin = [layer for layer in layers if {"filter": "datum.ghost != ''"} in layer["transform"]]
    assert [layer["mark"]["type"] for layer in thin] == ["line", "point"]
    assert thin[0]["mark"]["strokeWidth"] < layers[2]["mark"]["strokeWidth"]
    assert thin[1]["encoding"]["tooltip"][0]["field"] == "ghost"
    assert any("Earlier run" in str(layer) for layer in layers)
    bare = run_charts.accuracy_rows(events, epochs=4)[0]
    assert "ghost" not in bare.columns
