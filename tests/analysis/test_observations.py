"""What a page says about a run, in cases counted by hand."""

import itertools
import re

import numpy as np
import pandas as pd

from kd.analysis.observations import (
    confusions,
    most_frequent_confusion,
    most_one_sided_likeness,
    relearned,
    teacher_right_on,
)


def said(*answers: int) -> np.ndarray:
    """Logits of a model that gives these answers."""
    return 9.0 * np.eye(10)[list(answers)]


def test_the_most_frequent_confusion_is_never_a_right_answer():
    labels = np.array([1, 1, 1, 1, 4, 4, 4, 7])
    logits = said(1, 1, 1, 7, 9, 9, 4, 1)
    assert most_frequent_confusion(labels, logits) == (4, 9, 2)
    assert confusions(labels, logits, 7, 1) == 1
    assert confusions(labels, logits, 1, 9) == 0


def test_only_one_confusion_is_also_the_most_frequent():
    assert most_frequent_confusion(np.array([1, 1, 4]), said(1, 1, 9)) == (4, 9, 1)


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


def test_where_the_teacher_is_right():
    table = pd.DataFrame({"true": [1, 2, 3], "teacher": [1, 9, 3]})
    assert teacher_right_on(table) == 2
