"""The verdict on two students in words: exactly what was measured, and no more."""

import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kd.analysis.evaluation import compare
from kd.config import RunConfig
from kd.text import verdicts, words
from kd.text.study_words import after
from tests.analysis.test_evaluation import answers_of

CONFIG = RunConfig()


def measured(difference, verdict, p_value=0.0001):
    return {
        "difference": difference,
        "low": difference - 0.006,
        "high": difference + 0.006,
        "p_value": p_value,
        "verdict": verdict,
    }


@pytest.mark.parametrize(
    ("difference", "verdict", "said"),
    [
        (0.0797, "ahead", "7.97 percentage points ahead of scratch."),
        (-0.0203, "behind", "2.03 percentage points behind scratch."),
        (0.0005, "not shown", "0.05 percentage points ahead of scratch."),
        (-0.0005, "not shown", "0.05 percentage points behind scratch."),
        (0.0, "not shown", "both students are right equally often."),
    ],
)
def test_one_seed_is_said_to_be_one(difference, verdict, said):
    found = verdicts.headline(measured(difference, verdict))
    assert found.endswith(said)
    assert ("No difference shown in this run: " in found) == (verdict == "not shown")
    assert verdicts.headline(measured(difference, verdict), CONFIG) == after("640 steps", found)
    wrong = verdicts.headline(measured(difference, verdict), CONFIG.replace(mistake="no_t_squared"))
    assert wrong == f"{after('640 steps', found)} This run makes a mistake on purpose: without T²."


def row(difference, low, high, verdict, seeds=5, p=0.0001):
    judged, following = (0, 5) if seeds < 5 else (5, 10)
    numbers = {"difference": difference, "low": low, "high": high, "seeds": seeds, "p": p}
    return {**numbers, "verdict": verdict, "judged_seeds": judged, "next_seeds": following}


HELPS = row(6.52, 5.92, 7.12, "helps")


@pytest.mark.parametrize(
    ("cell", "changes", "begins", "numbers"),
    [
        (HELPS, {}, "the teacher helps:", "6.5 5.9 7.1 5"),
        (HELPS, {"baseline": "label_smoothing"}, "the teacher helps more than smooth", "6.5 5.9 7.1 5"),
        (HELPS, {"objective": "virtual_teacher"}, "the objective helps:", "6.5 5.9 7.1 5"),
        (HELPS, {"mistake": "alpha_reversed"}, "distilled is", "6.5 5.9 7.1 5"),
        (row(-2.55, -2.95, -2.15, "hurts"), {}, "the teacher does not help:", "2.55 2.15 2.95 5"),
        (row(0.1, -0.25, 0.45, "not shown"), {}, "no difference shown:", "−0.25 0.45 5"),
        (row(1.1, 0.1, 2.1, "not shown", 5, 0.04), {}, "not sure enough", "0.1 2.1 5 0.040"),
        (row(0.0, math.nan, math.nan, "not shown", 5, 1.0), {}, "no difference shown:", "5"),
        (row(0.3, math.nan, math.nan, "not judged yet", 2, math.nan), {}, "distilled is", "0.30 2 5"),
        ({**HELPS, "seeds": 7, "difference": 6.32}, {}, "the teacher helps:", "6.5 5.9 7.1 5 7 6.32 10"),
    ],
)  # fmt: skip
def test_several_seeds_say_what_holds_and_of_how_many(cell, changes, begins, numbers):
    said = verdicts.surer_headline(cell, CONFIG.replace(**changes))
    assert said.startswith(after("640 steps", begins))
    assert re.findall(r"−?\d+(?:\.\d+)?", said)[1:] == numbers.split()
    assert ("on purpose: α reversed." in said) == ("mistake" in changes)
    if cell["seeds"] < 3:
        assert not {"helps", "help", "shown"} & {*re.findall(r"\w+", said)}


def test_the_evidence_is_one_sentence_away():
    assert re.findall(r"\d+\.\d+", verdicts.evidence(measured(0.0797, "ahead"))) == ["7.37", "8.57", "0.001"]
    assert "5 repeats" in verdicts.evidence_of_seeds(row(6.5, 6, 7, "helps", p=0.012))
    assert "p = 0.012" in verdicts.evidence_of_seeds(row(6.5, 6, 7, "helps", p=0.012))
    assert verdicts.evidence_of_seeds(row(0, 0, 0, "not judged yet", 4, p=math.nan)) == ""
    assert verdicts.seeds_words({1: -0.5, 0: 7.97}).endswith("0: 7.97, 1: −0.50.")


def test_what_a_seed_decides_is_drawn_anew_and_the_rest_is_fixed():
    images, included = "the training images", "the included teacher"
    for changes, drawn, fixed in (
        ({"pictures": "drawn"}, {images}, {included, "MNIST"}),
        ({"pictures": "first"}, set(), {images, included, "MNIST"}),
        ({"train_size": 60_000}, set(), {images, included, "MNIST"}),
        ({"teacher": "fresh"}, {images, "the teacher"}, {"MNIST"}),
        ({"objective": "virtual_teacher"}, {images}, {"MNIST"}),
    ):
        first, taken, last = verdicts.covers(RunConfig(**changes)).split(". ")
        things = {images, "the teacher", included, "MNIST"}
        assert {thing for thing in things if thing in first} == drawn
        assert {thing for thing in things if thing in last} == fixed
        assert "the initial weights" in first
        assert "test set" in taken


def comparison(*counts, alpha=None):
    """What is measured where both, one alone and none are right so often."""
    return compare(*answers_of(*counts), alpha)


@pytest.mark.parametrize("changes", [{}, {"objective": "virtual_teacher"}, {"mistake": "no_t_squared"}])
def test_a_single_run_never_says_that_the_teacher_helps(changes):
    config = RunConfig(**changes)
    for counts in ((9600, 200, 100, 100), (9500, 90, 170, 240), (9700, 110, 100, 90)):
        said = verdicts.verdict_sentence(comparison(*counts), config)
        assert not {"teacher", "help", "helps", "helped", "hurts"} & {*re.findall(r"\w+", said)}
        assert ("on purpose: without T²." in said) == config.makes_mistake


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3))
def test_the_stated_difference_is_that_of_the_accuracies_beside_it(cuts):
    first, second, third = sorted(cuts)
    counts = first, second - first, third - second, 10_000 - third
    sentence = verdicts.verdict_sentence(comparison(*counts))
    shown = [Decimal(words.accuracy((counts[0] + n) / 10_000).split()[0]) for n in counts[1:3]]
    said = re.search(r"(\d+\.\d+) percentage points", sentence)
    assert (Decimal(said[1]) if said else 0) == abs(shown[0] - shown[1])
    if shown[0] == shown[1]:
        assert "equally often" in sentence
    else:
        assert ("ahead" if shown[0] > shown[1] else "behind") in sentence


def test_without_a_teachers_part_both_students_are_said_to_be_the_same():
    same = comparison(9700, 0, 0, 300, alpha=1.0)
    assert verdicts.verdict_sentence(same) == (
        "At α = 1, the teacher has no part in the loss, so both students are the same by construction."
    )
    assert "another seed changes both alike" in verdicts.verdict_note(same)
    assert "may give another difference" in verdicts.verdict_note(comparison(9700, 0, 0, 300, alpha=0.95))


def test_students_that_round_differently_are_still_the_same():
    for distilled, scratch, said in ((1, 0, "the 1 picture that only"), (2, 1, "the 3 pictures that only")):
        note = verdicts.verdict_note(
            comparison(9700, distilled, scratch, 300 - distilled - scratch, alpha=1.0)
        )
        assert said in note
        assert "due to rounding" in note
