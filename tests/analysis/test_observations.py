"""What is worth noticing in a run and in the answers to a picture, in cases counted by hand."""

import itertools
import re

import numpy as np
import pytest
from scipy import special, stats

from kd.analysis.observations import (
    all_disagree,
    fixed_and_broken,
    most_frequent_confusion,
    most_one_sided_likeness,
    relearned,
    showcase,
)
from kd.config import STUDENTS, RunConfig
from kd.lab import Lab
from ui.pictures.ways_in import FIRST_PICTURE


def said(*answers: int) -> np.ndarray:
    """Logits of a model that gives these answers."""
    return 9.0 * np.eye(10)[list(answers)]


def test_the_most_frequent_confusion_is_never_a_right_answer():
    labels = np.array([1, 1, 1, 1, 4, 4, 4, 7])
    logits = said(1, 1, 1, 7, 9, 9, 4, 1)
    assert most_frequent_confusion(labels, logits) == (4, 9, 2)


def test_relearned_is_right_then_wrong_then_right():
    # one picture for each way to be right (+) or wrong at four points in time, and one way twice
    ways = ["".join(way) for way in itertools.product("+-", repeat=4)] + ["+--+"]
    over_time = np.stack(
        [said(*[3 if right == "+" else 5 for right in point]) for point in zip(*ways, strict=True)]
    )
    expected = sum(re.search(r"\+.*-.*\+", way) is not None for way in ways)
    assert relearned(np.full(len(ways), 3), over_time) == expected == 6


def test_the_most_one_sided_likeness():
    labels = np.array([3, 3, 5, 5])
    logits = np.full((4, 10), -50.0)
    logits[[0, 1], 3], logits[[0, 1], 5] = 2.0, 2.0  # a 3 looks half like a 5
    logits[[2, 3], 5], logits[[2, 3], 3] = 2.0, 0.0  # a 5 looks like a 3 with 1 / (1 + e²)
    full = np.vstack([logits, 9 * np.eye(10)])
    labels = np.concatenate([labels, np.arange(10)])
    a, b, there, back = most_one_sided_likeness(labels, full, 1.0)
    assert (a, b) == (3, 5)
    # each class also has one certain picture: two thirds of a half, two thirds of 1 / (1 + e²), and a trace
    assert abs(there - (1 + np.exp(-9) / (1 + 9 * np.exp(-9))) / 3) < 1e-9
    assert abs(back - (2 / (1 + np.exp(2)) + np.exp(-9) / (1 + 9 * np.exp(-9))) / 3) < 1e-9


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


def test_all_disagree_means_as_many_digits_as_models():
    one_hot = dict(enumerate(np.eye(10)))
    assert all_disagree({"teacher": one_hot[1], "distilled": one_hot[2], "scratch": one_hot[3]})
    assert not all_disagree({"teacher": one_hot[1], "distilled": one_hot[2], "scratch": one_hot[1]})


def test_the_first_picture_is_the_one_that_shows_most(tmp_path, mnist):
    with Lab(tmp_path) as lab:
        logits = lab.runs[RunConfig().run_id].test_logits()
    soft = {name: special.softmax(values / 4, axis=1) for name, values in logits.items()}
    right = {name: values.argmax(axis=1) == mnist.y_test for name, values in soft.items()}
    second = {name: np.argsort(values, axis=1)[:, -2] for name, values in soft.items()}
    away = {name: stats.entropy(soft["teacher"], soft[name], axis=1) for name in STUDENTS}
    tells = right["teacher"] & right["distilled"] & ~right["scratch"]
    tells &= (second["teacher"] == second["distilled"]) & (np.sort(soft["teacher"])[:, -2] >= 0.2)
    closer = np.where(tells, away["scratch"] - away["distilled"], 0)
    assert closer.argmax() == showcase(mnist.y_test, logits) == FIRST_PICTURE
