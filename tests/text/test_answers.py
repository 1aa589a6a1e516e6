"""Sentences about one picture, case by case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kd.analysis.observations import opinion
from kd.text.answers import answers_sentence

SURE_4 = ("sure", 4, (4,))
SURE_9 = ("sure", 9, (9,))
FOUR_OR_NINE = ("hesitates", 4, (4, 9))
NINE_OR_FOUR = ("hesitates", 9, (4, 9))
ONE_TWO_SEVEN = {digit: ("hesitates", digit, (1, 2, 7)) for digit in (1, 2, 7)}
LEANS_4 = ("leans", 4, (4,))
LOST = ("lost", 0, ())
LOST_TOO = ("lost", 3, ())
BETWEEN = "All three hesitate between"


@pytest.mark.parametrize(
    ("teacher", "distilled", "scratch", "sentence"),
    [
        (SURE_4, SURE_4, SURE_4, "All three are sure of 4."),
        (FOUR_OR_NINE, NINE_OR_FOUR, NINE_OR_FOUR,
         f"{BETWEEN} 4 and 9: the teacher says 4, and both students say 9."),
        (ONE_TWO_SEVEN[2], ONE_TWO_SEVEN[1], ONE_TWO_SEVEN[7],
         f"{BETWEEN} 1, 2 and 7: the teacher says 2, the distilled student says 1, and the scratch student "
         "says 7."),
        (LOST, LOST_TOO, LOST, "All three are at a loss."),
        (FOUR_OR_NINE, FOUR_OR_NINE, LEANS_4,
         "Like its teacher, the distilled student hesitates between 4 and 9 and says 4; the scratch student "
         "leans towards 4."),
        (SURE_4, SURE_9, SURE_4,
         "The teacher and the scratch student are sure of 4; the distilled student is sure of 9."),
        (SURE_9, FOUR_OR_NINE, LOST,
         "The teacher is sure of 9; the distilled student hesitates between 4 and 9 and says 4; the scratch "
         "student is at a loss."),
    ],
)  # fmt: skip
def test_sentences(teacher, distilled, scratch, sentence):
    opinions = {"teacher": teacher, "distilled": distilled, "scratch": scratch}
    assert answers_sentence(opinions) == sentence
    assert answers_sentence(opinions, 3).startswith(f"{sentence} The label says 3: ")


@given(st.lists(st.integers(0, 9), min_size=3, max_size=3), st.integers(0, 9), st.integers(0, 2**31))
def test_a_sentence_names_every_answer_and_everybody_who_is_wrong(best, label, seed):
    """Whatever the three say, every digit with a quarter or more is named, and so is every error."""
    values = np.random.default_rng(seed).dirichlet(np.full(10, 0.3), 3)
    for row, digit in zip(values, best, strict=True):
        row[[digit, row.argmax()]] = row[[row.argmax(), digit]]
    answers = dict(zip(("teacher", "distilled", "scratch"), values, strict=True))
    opinions = {model: opinion(row) for model, row in answers.items()}
    first, _, second = answers_sentence(opinions, label).partition(" The label says ")
    for row, digit in zip(values, best, strict=True):
        assert row.max() < 0.25 or str(digit) in first
    mistaken = sum(digit != label for digit in best)
    assert (" is wrong." in second, " are wrong." in second) == (mistaken == 1, mistaken > 1)
    names = {
        "teacher": ("teacher", "all three"),
        "distilled": ("distilled", "all three", "both students"),
        "scratch": ("scratch", "all three", "both students"),
    }
    for (model, said), digit in zip(names.items(), best, strict=True):
        assert any(name in second for name in said) is (digit != label), (model, second)
