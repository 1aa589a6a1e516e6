"""Charts of what networks are made of: bars and filters, drawn to scale."""

import numpy as np
import pandas as pd
import pytest

from kd.charts.making_charts import filter_chart, filter_rows, layer_chart, layer_rows
from tests.charts.drawn import texts_of

TABLE = pd.DataFrame(
    {
        "model": ["teacher", "teacher", "distilled", "distilled"],
        "position": [1, 2, 1, 2],
        "kind": ["Conv2D", "Dense"] * 2,
        "output": ["14 × 14 × 256", "10", "14 × 14 × 16", "10"],
        "parameters": [2000, 8000, 100, 0],
        "multiply_adds": [40, 20, 10, 5],
        "activations": [50176, 10, 3136, 10],
    }
)


@pytest.mark.parametrize(
    ("measure", "shares"), [("parameters", [0.25, 1, 0.0125, 0]), ("multiply_adds", [1, 0.5, 0.25, 0.125])]
)
def test_areas_are_shares_of_the_largest_layer(measure, shares):
    assert layer_rows(TABLE, measure)["share"].tolist() == pytest.approx(shares)


def test_layers_keep_their_numbers_and_a_layer_without_any_has_no_label():
    rows = layer_rows(TABLE, "parameters")
    assert rows["layer"].tolist() == ["1 Conv2D", "2 Dense"] * 2
    assert rows["label"].tolist() == ["2.00 k", "8.00 k", "100", ""]
    assert rows["activations"].tolist() == TABLE["activations"].tolist()


def test_bars_are_linear_in_the_share_and_each_has_its_number_whole():
    chart = layer_chart(layer_rows(TABLE, "parameters"), "Parameters", ("teacher", "distilled"), layers=2)
    scale = chart.to_dict(validate=True)["layer"][0]["encoding"]["x"]["scale"]
    assert scale["domain"][0] == 0
    assert scale.get("type", "linear") == "linear"
    assert {"2.00 k  Teacher", "8.00 k  Teacher", "100  Distilled"} <= texts_of(chart)


def test_layers_without_any_take_no_room():
    table = pd.concat([TABLE, TABLE.assign(kind="MaxPooling2D", parameters=0, position=3)])
    chart = layer_chart(layer_rows(table, "parameters"), "Parameters", ("teacher", "distilled"), layers=2)
    assert not any("MaxPooling2D" in text for text in texts_of(chart))
    assert chart.to_dict()["height"] < 200


def test_every_weight_of_every_filter_has_its_place():
    filters = np.arange(-72, 72, dtype=np.float32).reshape(3, 3, 1, 16)
    rows = filter_rows(filters, 72.0, "scratch")
    assert len(rows) == 144
    assert not rows.duplicated(["x", "y"]).any()
    one = rows[(rows["filter"] == 10) & (rows["row"] == 3) & (rows["column"] == 2)].iloc[0]
    assert one["weight"] == filters[2, 1, 0, 9]
    assert (one["x"], one["y"]) == ("5", "6")  # the second filter in the second row
    assert one["strength"] == pytest.approx(abs(filters[2, 1, 0, 9]) / 72)
    assert set(rows.loc[rows["weight"] < 0, "sign"]) == {"negative"}
    assert _has_room_for(rows, filter_chart(rows, "Scratch", 16))


@pytest.mark.parametrize(("side", "number"), [(3, 1), (3, 8), (3, 64), (28, 10), (28, 4)])
def test_filters_of_every_number_and_size_have_room(side, number):
    rows = filter_rows(np.ones((side, side, 1, number), np.float32), 1.0, "scratch")
    assert not rows.duplicated(["x", "y"]).any()
    assert _has_room_for(rows, filter_chart(rows.head(1), "Scratch", number, side))


def test_pictures_of_digits_are_numbered_like_the_digits():
    rows = filter_rows(np.ones((28, 28, 1, 10), np.float32), 1.0, "scratch", first=0)
    assert sorted(set(rows["filter"])) == list(range(10))
    chart = filter_chart(rows.head(1), "Scratch", 10, 28, "digits").to_dict(validate=True)
    assert [tip["title"] for tip in chart["layer"][0]["encoding"]["tooltip"]][1] == "Digit"
    assert set(rows.loc[rows["filter"] == 7, "x"]) == {str(place) for place in range(58, 86)}


def _has_room_for(rows, chart):
    encoding = chart.to_dict(validate=True)["layer"][0]["encoding"]
    return all(set(rows[axis]) <= set(encoding[axis]["scale"]["domain"]) for axis in ("x", "y"))


def test_layers_of_another_kind_at_the_same_position_get_a_line_of_their_own():
    kinds = TABLE.assign(kind=["Conv2D", "Dense", "Flatten", "Dense"])
    rows = layer_rows(kinds, "parameters")
    assert rows["layer"].tolist() == ["1 Conv2D", "2 Dense", "1 Flatten", "2 Dense"]
    heights = [
        layer_chart(rows, "Parameters", ("teacher", "distilled"), layers).to_dict()["height"]
        for layers in (6, 8)
    ]
    assert heights[1] > heights[0]
