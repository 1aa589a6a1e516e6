"""Sentences and numbers about one drawing, case by case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from kd.text.answers import all_disagree, answers_sentence, distances_bits, opinion


def _probabilities(**shares):
    """Ten probabilities with the named shares (_4=0.6), the rest spread evenly."""
    values = np.full(10, np.nan)
    for name, share in shares.items():
        values[int(name[1:])] = share
    rest = np.isnan(values)
    values[rest] = (1 - np.nansum(values)) / rest.sum()
    return values


SURE_4 = _probabilities(_4=0.97)
SURE_9 = _probabilities(_9=0.97)
FOUR_OR_NINE = _probabilities(_4=0.55, _9=0.42)
NINE_OR_FOUR = _probabilities(_9=0.6, _4=0.3)
LEANS_4 = _probabilities(_4=0.7)
LOST = np.full(10, 0.1)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        (SURE_4, ("sure", 4, (4,))),
        (FOUR_OR_NINE, ("hesitates", 4, (4, 9))),
        (NINE_OR_FOUR, ("hesitates", 9, (4, 9))),
        (_probabilities(_1=0.4, _2=0.3, _7=0.2), ("hesitates", 1, (1, 2, 7))),
        (_probabilities(_1=0.25, _2=0.25, _7=0.25, _8=0.25), ("hesitates", 1, (1, 2, 7))),
        (LEANS_4, ("leans", 4, (4,))),
        (LOST, ("lost", None, ())),
    ],
)
def test_opinions(probabilities, expected):
    assert opinion(probabilities) == expected


@pytest.mark.parametrize(
    ("teacher", "distilled", "scratch", "sentence"),
    [
        (SURE_4, SURE_4, SURE_4, "All three are sure of 4."),
        (FOUR_OR_NINE, FOUR_OR_NINE, FOUR_OR_NINE, "All three hesitate between 4 and 9 and say 4."),
        (
            FOUR_OR_NINE,
            NINE_OR_FOUR,
            NINE_OR_FOUR,
            "All three hesitate between 4 and 9: the teacher says 4, both students say 9.",
        ),
        (
            FOUR_OR_NINE,
            NINE_OR_FOUR,
            FOUR_OR_NINE,
            "All three hesitate between 4 and 9: the teacher and scratch say 4, "
            "the distilled student says 9.",
        ),
        (LOST, LOST, LOST, "All three are at a loss."),
        (
            FOUR_OR_NINE,
            FOUR_OR_NINE,
            SURE_4,
            "The distilled student hesitates between 4 and 9 and says 4, as its teacher does; "
            "scratch is sure of 4.",
        ),
        (
            FOUR_OR_NINE,
            NINE_OR_FOUR,
            SURE_4,
            "The teacher hesitates between 4 and 9 and says 4; the distilled student hesitates between 4 and "
            "9 and says 9; scratch is sure of 4.",
        ),
        (
            SURE_4,
            SURE_4,
            LEANS_4,
            "The distilled student is sure of 4, as its teacher is; scratch leans towards 4.",
        ),
        (
            FOUR_OR_NINE,
            SURE_4,
            SURE_4,
            "The teacher hesitates between 4 and 9 and says 4; both students are sure of 4.",
        ),
        (SURE_4, SURE_9, SURE_4, "Teacher and scratch are sure of 4; the distilled student is sure of 9."),
        (
            SURE_9,
            FOUR_OR_NINE,
            LOST,
            "The teacher is sure of 9; the distilled student hesitates between 4 and 9 and says 4; "
            "scratch is at a loss.",
        ),
    ],
)
def test_sentences(teacher, distilled, scratch, sentence):
    assert answers_sentence({"teacher": teacher, "distilled": distilled, "scratch": scratch}) == sentence


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        (4, ""),
        (9, " The label says 9: all three are wrong."),
    ],
)
def test_with_a_label_who_is_wrong_is_said(label, wrong):
    sure = dict.fromkeys(("teacher", "distilled", "scratch"), SURE_4)
    assert answers_sentence(sure, label) == f"All three are sure of 4.{wrong}"


@given(st.lists(st.integers(0, 9), min_size=3, max_size=3), st.integers(0, 9), st.integers(0, 2**31))
def test_a_sentence_names_every_answer_and_everybody_who_is_wrong(best, label, seed):
    """Whatever the three say: no digit that a model gives a quarter or more, and no error, goes unsaid."""
    values = np.random.default_rng(seed).dirichlet(np.full(10, 0.3), 3)
    for row, digit in zip(values, best, strict=True):
        row[[digit, row.argmax()]] = row[[row.argmax(), digit]]
    answers = dict(zip(("teacher", "distilled", "scratch"), values, strict=True))
    first, _, second = answers_sentence(answers, label).partition(" The label says ")
    for row, digit in zip(values, best, strict=True):
        assert row.max() < 0.25 or str(digit) in first
    names = {
        "teacher": ("teacher", "all three"),
        "distilled": ("distilled", "all three", "both students"),
        "scratch": ("scratch", "all three", "both students"),
    }
    for (model, said), digit in zip(names.items(), best, strict=True):
        assert any(name in second for name in said) is (digit != label), (model, second)


def test_all_disagree_means_three_different_digits():
    one_hot = dict(enumerate(np.eye(10)))
    assert all_disagree({"teacher": one_hot[1], "distilled": one_hot[2], "scratch": one_hot[3]})
    assert not all_disagree({"teacher": one_hot[1], "distilled": one_hot[2], "scratch": one_hot[1]})


def test_distances_from_the_teacher_are_scipys():
    logits = dict(
        zip(("teacher", "distilled", "scratch"), np.random.default_rng(0).normal(0, 3, (3, 10)), strict=True)
    )
    teacher = special.softmax(logits["teacher"])
    expected = {name: stats.entropy(teacher, special.softmax(z), base=2) for name, z in logits.items()}
    assert distances_bits(logits) == pytest.approx(expected, abs=1e-12)


def test_answers_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match="scratch must be finite"):
        distances_bits({"teacher": np.zeros(10), "scratch": np.full(10, np.nan)})
    with pytest.raises(ValueError, match="same number of classes"):
        distances_bits({"teacher": np.zeros(10), "scratch": np.zeros(9)})
