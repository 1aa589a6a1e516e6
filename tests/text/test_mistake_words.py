"""What is said of a mistake follows from its numbers: other numbers, other words."""

from __future__ import annotations

import math

import pytest

from kd.studies.experiments.judging import Finding
from kd.studies.mistakes import Course, Slope
from kd.text.mistake_words import gradient_words, loss_words, noticed_words

RIGHT = Course(42.0, 3.4)


def found(low: float, high: float) -> Finding:
    return Finding((low + high) / 2, low, high, 0.01, 5)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0.638, 0.0501, "from 0.64 to 0.05, and looks healthy. The right one falls from 42"),
        (0.218, 0.000612, "The loss falls from 0.22 to 0.0006, and looks healthy."),
        (41.0, 3.5, "The loss falls from 41 to 3.5, nearly as the right one does."),
        (42.5, 41.7, "The loss hardly falls, from 42 to 42; the right one falls from 42 to 3.4."),
        (8.55, -0.75, "The loss falls from 8.6 to −0.75. No divergence or cross-entropy is below 0"),
    ],
)
def test_the_loss(first, last, said):
    assert said in loss_words(Course(first, last), RIGHT)
    assert loss_words(Course(first, math.nan), RIGHT) == ""


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (Slope(1.02, 0.99, 1.02, 0.99), "as long as it should be, and points the same way as the right one."),
        (Slope(27.2, -0.167, 27.5, -0.18),
         "27 times as long as it should be, and points 100° away from the right one: nowhere near it."),
        (Slope(0.5, 0.5, 0.4, 0.4), "shorter than it should be, and points 60° away from the right one."),
        (Slope(0.03, 0.74, 0.01, 1.0), "itself points the right way, and is 100 times too short."),
        (Slope(0.03, 0.54, 0.0, math.nan), "The teacher's part has no gradient"),
    ],
)  # fmt: skip
def test_the_gradient(slope, said):
    assert said in gradient_words(slope)


@pytest.mark.parametrize(
    ("difference", "gain", "said"),
    [
        ((-3, -1), (4, 6), "only beside the right one"),
        ((-8, -6), (-0.5, 0.5), "You would have noticed: it shows no gain"),
        ((-0.3, 0.2), (6, 8), "may be 0 (at 99\u00a0%, likely −0.5 to +0.4 points)"),
        ((2, 5), (9, 12), "2.0 to 5.0 points higher"),
    ],
)
def test_whether_one_would_have_noticed_follows_from_the_intervals(difference, gain, said):
    assert said in noticed_words(found(*difference), found(*gain))
    assert noticed_words(found(math.nan, math.nan), found(1, 2)) == ""
