"""Charts of errors, calibration and dark knowledge: their numbers as in scikit-learn and by hand."""

import string

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from kd.analysis.calibration import expected_calibration_error, optimal_temperature
from kd.charts import error_charts
from kd.charts.parts import vega_lite
from tests.charts.drawn import channel, texts_of

RANDOM = np.random.default_rng(5)
LABELS = RANDOM.integers(0, 10, 400)
LOGITS = {
    name: RANDOM.normal(size=(400, 10)) + strength * np.eye(10)[LABELS]
    for name, strength in (("teacher", 4.0), ("distilled", 3.0), ("scratch", 2.0))
}


def matrix(rows, column):
    return rows.pivot(index="true", columns="predicted", values=column).to_numpy()


@pytest.mark.parametrize("model", LOGITS)
def test_confusions_are_scikit_learns(model):
    rows = error_charts.confusion_rows(LABELS, LOGITS[model], model)
    answers = LOGITS[model].argmax(axis=1)
    assert np.array_equal(matrix(rows, "count"), confusion_matrix(LABELS, answers))
    assert matrix(rows, "share") == pytest.approx(confusion_matrix(LABELS, answers, normalize="true"))
    assert set(rows["role"]) == {model}
    assert (rows.loc[rows["true"] == rows["predicted"], "colour"] == 0).all()


def test_the_difference_says_who_has_more():
    rows = error_charts.difference_rows(LABELS, LOGITS["distilled"], LOGITS["scratch"])
    counts = [confusion_matrix(LABELS, LOGITS[model].argmax(axis=1)) for model in ("distilled", "scratch")]
    difference = counts[0] - counts[1]
    assert np.array_equal(matrix(rows, "count"), difference)
    assert np.array_equal(matrix(rows, "role") == "distilled", difference > 0)
    assert (matrix(rows, "colour") >= 0).all()
    assert rows.loc[rows["count"] == -1, "label"].unique().tolist() == ["−1"]
    assert rows.loc[rows["count"] == 0, "label"].unique().tolist() == [""]


def test_reliability_bins_average_to_accuracy_and_to_the_calibration_error():
    rows = error_charts.reliability_rows(LABELS, LOGITS)
    for model, logits in LOGITS.items():
        own = rows[rows["role"] == model]
        assert own["count"].sum() == 400
        mean = np.average(own["accuracy"], weights=own["count"])
        assert mean == pytest.approx((logits.argmax(axis=1) == LABELS).mean())
        gap = np.average((own["accuracy"] - own["confidence"]).abs(), weights=own["count"])
        assert gap == pytest.approx(expected_calibration_error(LABELS, logits))
    table = error_charts.calibration_rows(LABELS, LOGITS).set_index("role")
    for model, logits in LOGITS.items():
        assert table.loc[model, "temperature"] == optimal_temperature(LABELS[::2], logits[::2])
        assert table.loc[model, "error_all"] == expected_calibration_error(LABELS, logits)


@pytest.mark.parametrize("count", [6, 26, 62])
def test_matrices_of_any_number_of_classes_have_their_names_and_numbers_where_there_is_room(count):
    """Few classes have long names, as clothes have; many are letters."""
    random, names = np.random.default_rng(count), [f"class {at}" for at in range(count)]
    if count > 10:
        names = list(f"{string.ascii_letters}{string.digits}"[:count])
    labels, logits = random.integers(0, count - 1, 300), random.normal(size=(300, count))
    rows = error_charts.confusion_rows(labels, logits, "scratch", names)
    expected = confusion_matrix(labels, logits.argmax(axis=1), labels=range(count))
    cells = rows.set_index(["true", "predicted"])["count"]
    assert cells.loc[names[2], names[1]] == expected[2, 1]
    assert rows["count"].sum() == 300
    alike = error_charts.look_alike_rows(labels, logits, 4.0, names)
    assert (
        alike.loc[alike["true"] == names[-1], "probability"].isna().all()
    )  # no picture is of the last class
    for chart in (
        error_charts.confusion_chart(rows, "", "", classes=names),
        error_charts.look_alike_chart(alike, classes=names),
    ):
        has_numbers = len(vega_lite(chart)["layer"]) == 2
        assert has_numbers == (count == 6)
        for axis in ("x", "y"):
            assert channel(chart, 0, axis)["scale"]["domain"] == names
        shown = texts_of(chart) & set(names)
        assert len(shown) == count if count == 6 else 10 < len(shown) <= count


TEACHER, SCRATCH = np.log(np.array([0.91, *[0.01] * 9])), np.zeros(10)


def test_look_alikes_average_over_a_true_class():
    labels = np.array([0, 0, *range(1, 10)])
    logits = np.vstack([TEACHER, SCRATCH, *[np.zeros(10)] * 8, [20, *[0] * 9]])
    rows = error_charts.look_alike_rows(labels, logits, 1.0).set_index(["true", "class"])
    assert rows.loc[("0", "0"), "probability"] == pytest.approx((0.91 + 0.1) / 2)
    cell = rows.loc[("0", "3")]
    assert cell["probability"] == pytest.approx((0.01 + 0.1) / 2)
    assert cell["share_of_wrong"] == pytest.approx(1 / 9)
    # a tiny probability is not written as zero
    assert (cell["label"], rows.loc[("9", "0"), "label"], rows.loc[("9", "1"), "label"]) == (
        "5.5", "100", "< 0.1",
    )  # fmt: skip
