"""The trail: each run a point at its field's value, with its interval; the one that is shown stands out."""

import numpy as np
import pandas as pd
import pytest

from kd.charts.parts import places, vega_lite
from kd.charts.trail_chart import trail_chart, trail_rows
from kd.config import RunConfig
from kd.text.chart_words import trail_words

RUNS = [
    (RunConfig(temperature=temperature), {"difference": gain, "low": gain - 0.01, "high": gain + 0.01})
    for temperature, gain in ((1.0, 0.015), (4.0, 0.045), (10.0, 0.08))
]
NAMES = {config.run_id: f"T {config.temperature}" for config, _ in RUNS}
SHOWN = RUNS[1][0].run_id


def test_points_are_in_points_of_a_percent_at_the_fields_values():
    rows = trail_rows(RUNS, "temperature", SHOWN, NAMES)
    assert rows[["x", "difference", "low"]].to_numpy() == pytest.approx(
        np.array([[1, 1.5, 0.5], [4, 4.5, 3.5], [10, 8, 7]])
    )
    assert rows["run"].tolist() == [config.run_id for config, _ in RUNS]
    assert rows["shown"].tolist() == [False, True, False]
    assert trail_words(rows, "T, temperature") == (
        "Gain over scratch against T, temperature: 3 runs. Most: +8.00 points at 10. "
        "Least: +1.50 points at 1. Shown now: +4.50 points at 4."
    )


def test_the_axis_suits_the_field():
    for field, scale, setting in (
        ("train_size", "log", "500"),
        ("alpha", "linear", "0.1"),
        ("omitted_digits", None, "none"),
    ):
        rows = trail_rows(RUNS, field, SHOWN, NAMES)
        spec = vega_lite(trail_chart(rows, field, "The field"))
        axes = [layer["encoding"]["x"] for layer in spec["layer"] if "x" in layer["encoding"]]
        assert {axis["type"] for axis in axes} == {"quantitative" if scale else "nominal"}
        assert {axis.get("scale", {}).get("type") for axis in axes} == {scale}
        assert ("log scale" in axes[0]["title"]) is (scale == "log")
        assert rows["setting"].iat[0] == setting


def test_a_study_lies_behind_the_runs():
    study = pd.DataFrame(
        {"temperature": [1.0, 20.0], "difference": [1.6, 9.0], "low": [1, 8], "high": [2, 10]}
    )
    rows = trail_rows(RUNS, "temperature", SHOWN, NAMES, study)
    behind = rows[rows["study"]]
    assert behind["x"].tolist() == [1.0, 20.0]
    assert behind["difference"].tolist() == [1.6, 9.0]
    assert trail_words(rows, "T").startswith("Gain over scratch against T: 3 runs.")
    assert trail_words(rows, "T").endswith(
        "Behind them, several repeats on average: +1.60 points at 1, +9.00 points at 20."
    )
    filters = [layer.get("transform") for layer in vega_lite(trail_chart(rows, "temperature", "T"))["layer"]]
    assert [{"filter": "datum.study"}] in filters
    assert [{"filter": "!datum.study"}] in filters


def test_places_are_between_the_smallest_and_the_largest_by_ratio_on_a_logarithmic_axis():
    assert places([2.0, 1.0, 3.0]) == [0.5, 0.0, 1.0]
    assert places([1, 10, 100], log=True) == pytest.approx([0, 0.5, 1])
    assert places([2.0]) == [0.5]
