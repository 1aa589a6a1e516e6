"""Dark knowledge in sentences."""

import numpy as np
import pytest

from kd.analysis.opinions import soft_target
from kd.analysis.softening import Gradient, pull_of
from kd.text.dark_words import pull_sentence, soft_target_sentence


def probabilities(**shares):
    values = np.zeros(10)
    for digit, share in shares.items():
        values[int(digit[1:])] = share
    return values


@pytest.mark.parametrize(
    ("shares", "label", "said"),
    [
        (
            {"d4": 0.5, "d9": 0.5},
            4,
            "At T = 4, the teacher says 4 (50.0\u00a0%) and also 9 (50.0\u00a0%). That is "
            "1.00 bits of doubt.",
        ),
        (
            {"d4": 0.75, "d9": 0.25},
            9,
            "At T = 4, the teacher says 4 (75.0\u00a0%) and also 9 (25.0\u00a0%). That is "
            "0.81 bits of doubt. "
            "The label says 9.",
        ),
        (
            {"d0": 0.98, "d6": 0.02},
            None,
            "At T = 4, the teacher says 0 (98.0\u00a0%); next comes 6 (2.0\u00a0%). That is "
            "0.14 bits of doubt.",
        ),
        ({"d0": 1.0}, 0, "At T = 4, the teacher says 0 (100.0\u00a0%). That is 0.00 bits of doubt."),
    ],
)
def test_soft_targets_in_words(shares, label, said):
    assert soft_target_sentence(soft_target(probabilities(**shares)), 4.0, label) == said


@pytest.mark.parametrize(
    ("label", "teacher", "said"),
    [
        (1.0, 2.0, "The teacher pulls 2.0 times as hard as the label. Together they pull 3 up most"),
        (40.0, 1.0, "The label pulls 40 times as hard as the teacher. Together they pull 3 up most"),
        (1.0, 1.4, "The label and the teacher pull about equally hard. Together they pull 3 up most"),
        (1.0, 0.0, "Only the label pulls: it pulls 3 up most"),
        (0.0, 1.0, "Only the teacher pulls: it pulls 3 up most"),
    ],
)
def test_pulls_in_words(label, teacher, said):
    assert (
        pull_sentence((label, teacher, 3, 5))
        == f"{said} and {'push' if label and teacher else 'pushes'} 5 down most."
    )


def test_the_pull_of_a_gradient_in_words():
    three, nothing = probabilities(d3=-0.9, d5=0.9), np.zeros(10)
    assert pull_sentence(pull_of(Gradient(2 * three, three))).startswith("The label pulls 2.0 times")
    nowhere = pull_of(Gradient(nothing, nothing))
    assert pull_sentence(nowhere) == "Nothing pulls: the student already says what it is told."
