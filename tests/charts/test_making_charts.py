"""Charts of what networks are made of: bars, filters and saliency, drawn to scale."""

import pandas as pd
import pytest

from kd.charts.making_charts import layer_chart, layer_rows
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
