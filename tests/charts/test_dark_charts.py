"""Charts of dark knowledge: their numbers by hand, and a specification that stays the same as T moves."""

import numpy as np
import pytest

from kd.analysis import softening
from kd.charts import dark_charts
from kd.charts.run_charts import vega_lite
from kd.charts.theme import SHADES

LOGITS = {
    "teacher": np.log(np.array([0.91, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01])),
    "distilled": np.arange(10.0),
    "scratch": np.zeros(10),
}


def specification(chart):
    spec = vega_lite(chart)
    del spec["data"]
    return spec


def of(rows, **values):
    for name, value in values.items():
        rows = rows[rows[name] == value]
    return rows


def test_entropy_of_undecided_logits_is_log2_of_ten_at_every_temperature():
    rows = dark_charts.entropy_rows(LOGITS, 3.0)
    assert of(rows, role="scratch")["entropy_bits"].to_numpy() == pytest.approx(np.log2(10))
    here = of(rows, here=True)
    assert here["role"].tolist() == ["teacher", "distilled", "scratch"]
    assert set(here["temperature"]) == {3.0}
    cube_roots = np.cbrt([0.91, *[0.01] * 9])
    p = cube_roots / cube_roots.sum()
    assert here["entropy_bits"].iloc[0] == pytest.approx(-(p * np.log2(p)).sum())


def test_mean_entropy_at_this_temperature_lies_on_the_curve():
    curve = softening.mean_entropy_curve(np.vstack(list(LOGITS.values())))
    at = of(dark_charts.mean_entropy_rows(curve, float(curve["temperature"][7])), here=True).iloc[0]
    assert at[["mean", "lower", "upper"]].tolist() == pytest.approx(
        curve.loc[7, ["mean", "lower", "upper"]].tolist()
    )


def test_look_alikes_average_over_a_true_class():
    labels = np.array([0, 0, *range(1, 10)])
    logits = np.vstack([LOGITS["teacher"], LOGITS["scratch"], *[np.zeros(10)] * 9])
    rows = dark_charts.look_alike_rows(labels, logits, 1.0)
    assert of(rows, true="0", **{"class": "0"})["probability"].item() == pytest.approx((0.91 + 0.1) / 2)
    cell = of(rows, true="0", **{"class": "3"})
    assert cell["probability"].item() == pytest.approx((0.01 + 0.1) / 2)
    assert cell["share_of_wrong"].item() == pytest.approx(1 / 9)
    assert cell["label"].item() == "5.5"


def test_a_click_on_the_matrix_names_the_cell():
    rows = dark_charts.look_alike_rows(np.arange(10), np.eye(10), 1.0)
    (parameter,) = specification(dark_charts.look_alike_chart(rows))["params"]
    assert parameter["name"] == "cell"
    assert parameter["select"]["fields"] == ["true", "class"]


def test_without_t_squared_the_teacher_pulls_that_much_less():
    rows = dark_charts.strength_rows(0, LOGITS["scratch"], LOGITS["teacher"], 0.25, 20.0)
    here = of(rows, here=True).set_index("part")["strength"]
    assert here["teacher"] / here["teacher_without_t2"] == pytest.approx(400)
    assert here["labels"] == pytest.approx(0.25 * np.sqrt(0.9**2 + 9 * 0.1**2))


def test_a_part_without_weight_leaves_no_line():
    rows = dark_charts.strength_rows(0, LOGITS["scratch"], LOGITS["teacher"], 1.0, 4.0)
    assert set(rows["part"]) == {"labels"}


def charts_at(temperature):
    labels, logits = np.arange(10), 8.0 * np.eye(10)
    curve = softening.mean_entropy_curve(logits, [0.5, 4.0, 20.0])
    yield dark_charts.mean_entropy_chart(dark_charts.mean_entropy_rows(curve, temperature))
    yield dark_charts.look_alike_chart(dark_charts.look_alike_rows(labels, logits, temperature))


def test_another_temperature_changes_only_the_rows():
    for one, other in zip(charts_at(1.0), charts_at(7.5), strict=True):
        assert specification(one) == specification(other)
        assert vega_lite(one)["data"] != vega_lite(other)["data"]


def test_every_chart_is_valid_with_title_tooltips_and_role_colours():
    for chart in charts_at(4.0):
        spec = chart.to_dict(validate=True)
        assert spec["title"]["text"]
        encodings = [layer["encoding"] for layer in spec["layer"]]
        assert any("tooltip" in encoding for encoding in encodings)
        scales = [e["color"]["scale"] for e in encodings if "field" in e.get("color", {})]
        assert scales
        assert all(scale["domain"] == list(SHADES) for scale in scales)
