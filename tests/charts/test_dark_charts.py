"""Charts of dark knowledge: their numbers by hand."""

import numpy as np
import pytest

from kd.analysis import softening
from kd.charts import dark_charts

TEACHER, SCRATCH = np.log(np.array([0.91, *[0.01] * 9])), np.zeros(10)


def test_mean_entropy_at_this_temperature_lies_on_the_curve():
    curve = softening.mean_entropy_curve(np.vstack([TEACHER, np.arange(10.0), SCRATCH]))
    rows = dark_charts.mean_entropy_rows(curve, float(curve["temperature"][7]))
    (at,) = rows[rows["here"]].to_dict("records")
    for column in ("mean", "lower", "upper"):
        assert at[column] == pytest.approx(curve.loc[7, column])


def test_look_alikes_average_over_a_true_class():
    labels = np.array([0, 0, *range(1, 10)])
    logits = np.vstack([TEACHER, SCRATCH, *[np.zeros(10)] * 8, [20, *[0] * 9]])
    rows = dark_charts.look_alike_rows(labels, logits, 1.0).set_index(["true", "class"])
    assert rows.loc[("0", "0"), "probability"] == pytest.approx((0.91 + 0.1) / 2)
    cell = rows.loc[("0", "3")]
    assert cell["probability"] == pytest.approx((0.01 + 0.1) / 2)
    assert cell["share_of_wrong"] == pytest.approx(1 / 9)
    # a tiny probability is not written as zero
    assert (cell["label"], rows.loc[("9", "0"), "label"], rows.loc[("9", "1"), "label"]) == (
        "5.5", "100", "< 0.1",
    )  # fmt: skip
