"""Fixed and broken pictures, compared with hand-made cases and with the comparison's own counts."""

import numpy as np
import pytest
from scipy import special

from kd.analysis.evaluation import compare
from kd.analysis.showcase import fixed_and_broken


def test_each_picture_on_which_one_student_is_right():
    probabilities = {
        "teacher": [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9]],
        "distilled": [[0.7, 0.3], [0.6, 0.4], [0.8, 0.2], [0.6, 0.4], [0.2, 0.8]],
        "scratch": [[0.4, 0.6], [0.1, 0.9], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7]],
    }
    labels = np.array([0, 0, 1, 1, 1])
    table = fixed_and_broken(labels, {model: np.log(values) for model, values in probabilities.items()})
    models = ["teacher", "distilled", "scratch"]
    each = [name for model in models for name in (model, f"{model}_probability")]
    assert table.columns.tolist() == ["picture", "change", "true", *each]
    assert table.index.tolist() == [0, 1, 2, 3]
    assert table["picture"].tolist() == [1, 0, 2, 3]
    assert table["change"].tolist() == ["fixed", "fixed", "broken", "broken"]
    assert table.loc[2, ["true", "teacher", "distilled", "scratch"]].tolist() == [1, 1, 0, 1]
    assert table.loc[2, "scratch_probability"] == pytest.approx(0.9)
    assert table.loc[1, "teacher_probability"] == pytest.approx(0.9)


def test_counts_are_those_of_the_comparison():
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 500)
    logits = {
        model: random.normal(size=(500, 10)) + 2 * np.eye(10)[labels]
        for model in ("teacher", "distilled", "scratch")
    }
    table = fixed_and_broken(labels, logits)
    result = compare(labels, logits["distilled"], logits["scratch"])
    counts = table["change"].value_counts()
    assert counts["fixed"] == result["only_distilled_right"]
    assert counts["broken"] == result["only_scratch_right"]
    expected = special.softmax(logits["scratch"], axis=1)[table["picture"], table["true"]]
    np.testing.assert_allclose(table["scratch_probability"], expected)


def test_students_that_agree_everywhere_leave_an_empty_table():
    logits = {model: np.eye(3) for model in ("teacher", "distilled", "scratch")}
    table = fixed_and_broken(np.arange(3), logits)
    assert len(table) == 0
    assert "scratch_probability" in table.columns
