"""The saliency chart: one scale for all models, and the sign in words."""

import numpy as np
import pytest

from kd.analysis.saliency import Saliency
from kd.charts.making_charts import saliency_chart, saliency_rows


@pytest.fixture
def found():
    strong, weak = np.zeros((28, 28)), np.zeros((28, 28))
    strong[3, 5], strong[27, 0], weak[14, 14] = 4.0, -2.0, 1.0
    contributions = {"teacher": strong, "distilled": weak, "scratch": np.zeros((28, 28))}
    return Saliency(7, contributions, contributions)


def test_strength_is_on_the_scale_of_the_strongest_pixel_of_all(found):
    rows = saliency_rows(found, "teacher")
    assert rows[["row", "column", "speaks", "strength"]].values.tolist() == [
        ["3", "5", "for", 1.0],
        ["27", "0", "against", 0.5],
    ]
    assert saliency_rows(found, "distilled")["strength"].tolist() == [0.25]


def test_a_model_that_no_pixel_influences_gets_an_empty_picture(found):
    rows = saliency_rows(found, "scratch")
    assert rows.empty
    spec = saliency_chart(rows, "Scratch").to_dict(validate=True)
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"][-1] == "27"


def test_for_and_against_differ_by_colour(found):
    spec = saliency_chart(saliency_rows(found, "teacher"), "Teacher").to_dict(validate=True)
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["for", "against"]
    assert len(set(scale["range"])) == 2
