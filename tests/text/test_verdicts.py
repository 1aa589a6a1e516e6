"""The verdict on two students in words: exactly what was measured, and no more."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kd.analysis.evaluation import mcnemar, paired_difference_interval
from kd.analysis.verdict import verdict
from kd.config import RunConfig
from kd.text import words
from kd.text.verdicts import p_value_words, verdict_note, verdict_sentence


def comparison(both, only_distilled, only_scratch, neither, alpha=None):
    """What is measured where so many pictures are right or wrong: kd.analysis.evaluation.compare."""
    counts = both, only_distilled, only_scratch, neither
    low, high = paired_difference_interval(*counts)
    p_value = mcnemar(only_distilled, only_scratch)
    return {
        "difference": (only_distilled - only_scratch) / sum(counts),
        "low": low,
        "high": high,
        "p_value": p_value,
        "only_distilled_right": only_distilled,
        "only_scratch_right": only_scratch,
        "verdict": verdict(low, high, p_value, alpha),
    }


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            (9600, 200, 100, 100),
            "In this run, the distilled student gets 1.00 points more right (0.66 to 1.35; "
            "McNemar p < 0.001).",
        ),
        (
            (9500, 90, 170, 240),
            "In this run, the distilled student gets 0.80 points fewer right (0.49 to 1.12; "
            "McNemar p < 0.001).",
        ),
        (
            (9700, 110, 100, 90),
            "No difference shown in this run: the distilled student gets 0.10 points more right "
            "(−0.19 to 0.39; McNemar p = 0.53).",
        ),
        (
            (9700, 100, 102, 98),
            "No difference shown in this run: the distilled student gets 0.02 points fewer right "
            "(−0.30 to 0.26; McNemar p = 0.94).",
        ),
        (
            (9700, 100, 100, 100),
            "In this run, both students are right equally often (−0.28 to 0.28; McNemar p = 1.00).",
        ),
    ],
)
def test_a_verdict_says_no_more_than_is_shown(counts, said):
    assert verdict_sentence(comparison(*counts)) == said


@pytest.mark.parametrize(
    "changes",
    [{}, {"baseline": "label_smoothing"}, {"objective": "virtual_teacher"}, {"mistake": "no_t_squared"}],
)
def test_a_single_run_never_says_that_the_teacher_helps(changes):
    config = RunConfig(**changes)
    for counts in ((9600, 200, 100, 100), (9500, 90, 170, 240), (9700, 110, 100, 90)):
        said = verdict_sentence(comparison(*counts), config)
        assert not {"teacher", "help", "helps", "helped", "hurts"} & {*re.findall(r"\w+", said)}
        assert said.endswith("on purpose: without T².") == config.makes_mistake


@pytest.mark.parametrize(
    ("changes", "equal"),
    [
        ({"alpha": 1.0}, True),
        ({"alpha": 1.0, "student": "linear", "label_noise": 0.4, "omitted_digits": "3"}, True),
        ({"alpha": 0.9}, False),
        ({"alpha": 1.0, "baseline": "label_smoothing"}, False),
        ({"alpha": 1.0, "labelled": 100}, False),
    ],
)
def test_students_are_equal_only_if_nothing_sets_them_apart(changes, equal):
    assert RunConfig(**changes).has_equal_students is equal


def test_a_difference_too_small_to_show_is_said_to_be_one():
    tiny = {"difference": -1 / 30_000, "low": -0.01, "high": 0.01, "p_value": 0.9, "verdict": "not shown"}
    assert "less than 0.01 points fewer" in verdict_sentence(tiny)


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3))
def test_the_stated_difference_is_that_of_the_accuracies_beside_it(cuts):
    first, second, third = sorted(cuts)
    counts = first, second - first, third - second, 10_000 - third
    sentence = verdict_sentence(comparison(*counts))
    shown = [Decimal(words.accuracy((counts[0] + n) / 10_000).split()[0]) for n in counts[1:3]]
    said = re.search(r"gets (\d+\.\d+) points", sentence)
    assert (Decimal(said[1]) if said else 0) == abs(shown[0] - shown[1])
    if shown[0] == shown[1]:
        assert "equally often" in sentence
    else:
        assert ("more right" if shown[0] > shown[1] else "fewer right") in sentence


def test_without_a_teachers_part_both_students_are_said_to_be_the_same():
    same = comparison(9700, 0, 0, 300, alpha=1.0)
    assert verdict_sentence(same) == (
        "At α = 1, the teacher has no part in the loss, so both students are the same by construction."
    )
    assert "another seed changes both alike" in verdict_note(same)
    assert "Another seed may give another difference" in verdict_note(comparison(9700, 0, 0, 300, alpha=0.95))


@pytest.mark.parametrize(
    ("distilled", "scratch", "said"), [(1, 0, "the 1 picture that only"), (2, 1, "the 3 pictures that only")]
)
def test_students_that_round_differently_are_still_the_same(distilled, scratch, said):
    """As when they were trained on two machines."""
    rounded = comparison(9700, distilled, scratch, 300 - distilled - scratch, alpha=1.0)
    assert verdict_sentence(rounded).startswith("At α = 1")
    assert said in verdict_note(rounded)
    assert "due to rounding" in verdict_note(rounded)


@pytest.mark.parametrize(
    ("p_value", "said"),
    [(0.0001, "p < 0.001"), (0.0123, "p = 0.012"), (0.412, "p = 0.41"), (1.0, "p = 1.00")],
)
def test_p_values_in_words(p_value, said):
    assert p_value_words(p_value) == said
