"""Dark knowledge in sentences."""

import numpy as np
import pytest

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
            "At T = 4 the teacher says 4 (50.0 %), and also 9 (50.0 %). That is 1.00 bits of doubt.",
        ),
        (
            {"d4": 0.75, "d9": 0.25},
            9,
            "At T = 4 the teacher says 4 (75.0 %), and also 9 (25.0 %). That is 0.81 bits of doubt. "
            "The label says 9.",
        ),
        (
            {"d0": 0.98, "d6": 0.02},
            None,
            "At T = 4 the teacher says 0 (98.0 %); of the others it thinks most of 6 (2.0 %). "
            "That is 0.14 bits of doubt.",
        ),
        ({"d0": 1.0}, 0, "At T = 4 the teacher says 0 (100.0 %). That is 0.00 bits of doubt."),
    ],
)
def test_soft_targets_in_words(shares, label, said):
    assert soft_target_sentence(probabilities(**shares), 4.0, label) == said


def test_pulls_in_words():
    three = probabilities(d3=-0.9, d5=0.9)
    nothing = np.zeros(10)
    way = "Together they pull 3 up most, and push 5 down most."
    assert pull_sentence(three, 2 * three) == f"The teacher pulls 2.0 times as hard as the label. {way}"
    assert pull_sentence(40 * three, three) == f"The label pulls 40 times as hard as the teacher. {way}"
    assert pull_sentence(three, three) == f"Label and teacher pull about equally hard. {way}"
    assert pull_sentence(three, nothing) == "Only the label pulls: 3 up most, and 5 down most."
    assert pull_sentence(nothing, three) == "Only the teacher pulls: 3 up most, and 5 down most."
    assert pull_sentence(nothing, nothing) == "Nothing pulls: the student already says what it is told."
