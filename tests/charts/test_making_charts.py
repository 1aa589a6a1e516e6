"""Charts of what networks are made of: bars, filters and saliency, drawn to scale."""

import numpy as np
import pandas as pd
import pytest

from kd.analysis.saliency import Saliency
from kd.charts.making_charts import (
    filter_chart,
    filter_rows,
    layer_chart,
    layer_rows,
    saliency_chart,
    saliency_rows,
)
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


def test_a_layer_is_a_share_of_the_largest_and_one_without_any_has_no_label():
    rows = layer_rows(TABLE, "parameters")
    assert rows["share"].tolist() == pytest.approx([0.25, 1, 0.0125, 0])
    assert layer_rows(TABLE, "multiply_adds")["share"].tolist() == pytest.approx([1, 0.5, 0.25, 0.125])
    assert rows["layer"].tolist() == ["1 Conv2D", "2 Dense"] * 2
    assert rows["label"].tolist() == ["2.00 k", "8.00 k", "100", ""]
    assert rows["activations"].tolist() == TABLE["activations"].tolist()
    # layers of another kind at the same position get a line of their own
    other = layer_rows(TABLE.assign(kind=["Conv2D", "Dense", "Flatten", "Dense"]), "parameters")
    assert other["layer"].tolist() == ["1 Conv2D", "2 Dense", "1 Flatten", "2 Dense"]


def test_bars_are_linear_in_the_share_and_layers_without_any_take_no_room():
    table = pd.concat([TABLE, TABLE.assign(kind="MaxPooling2D", parameters=0, position=3)])
    chart = layer_chart(layer_rows(table, "parameters"), "Parameters", ("teacher", "distilled"), layers=2)
    scale = chart.to_dict()["layer"][0]["encoding"]["x"]["scale"]
    assert scale["domain"][0] == 0
    assert scale.get("type", "linear") == "linear"
    texts = texts_of(chart)
    assert {"2.00 k  Teacher", "8.00 k  Teacher", "100  Distilled"} <= texts
    assert not any("MaxPooling2D" in text for text in texts)
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


def test_saliency_is_on_the_scale_of_the_strongest_pixel_of_all_models():
    strong, weak, none = np.zeros((3, 28, 28))
    strong[3, 5], strong[27, 0], weak[14, 14] = 4.0, -2.0, 1.0
    contributions = {"teacher": strong, "distilled": weak, "scratch": none}
    found = Saliency(7, contributions, contributions)
    rows = saliency_rows(found, "teacher")
    assert rows[["row", "column", "speaks", "strength"]].values.tolist() == [
        ["3", "5", "for", 1.0],
        ["27", "0", "against", 0.5],
    ]
    assert saliency_rows(found, "distilled")["strength"].tolist() == [0.25]
    assert saliency_rows(found, "scratch").empty
    spec = saliency_chart(saliency_rows(found, "scratch"), "Scratch").to_dict(validate=True)
    encoding = spec["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"][-1] == "27"
    assert len(set(encoding["color"]["scale"]["range"])) == 2
