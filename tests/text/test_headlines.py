"""The sentence above a run's chart: with one seed it says what happened, with several what holds."""

import math

import pytest

from kd.config import RunConfig
from kd.text import headlines
from kd.text.length_words import after

CONFIG = RunConfig()


def comparison(difference, verdict, p_value=0.0001):
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
        (0.0797, "ahead", "This run's distilled student gets 7.97 points more right than scratch."),
        (-0.0203, "behind", "This run's distilled student gets 2.03 points fewer right than scratch."),
        (
            0.0005,
            "not shown",
            "No difference shown in this run: the distilled student gets 0.05 points more right than "
            "scratch.",
        ),
        (
            -0.0005,
            "not shown",
            "No difference shown in this run: the distilled student gets 0.05 points fewer right than "
            "scratch.",
        ),
        (0.0, "not shown", "No difference shown in this run: both students are right equally often."),
    ],
)
def test_one_seed_is_said_to_be_one(difference, verdict, said):
    said = after("640 steps", said)
    assert headlines.headline(comparison(difference, verdict), CONFIG) == said


def test_students_that_are_the_same_by_construction_are_not_compared():
    said = headlines.headline(comparison(0.0, "no teacher"), RunConfig(alpha=1))
    assert said.endswith("both students are the same by construction.")


def test_a_run_with_a_mistake_is_not_judged_as_the_method():
    said = headlines.headline(comparison(-0.0203, "behind"), CONFIG.replace(mistake="no_t_squared"))
    assert said == (
        "After 640 steps, this run's distilled student gets 2.03 points fewer right than scratch. "
        "This run makes a mistake on purpose: without T²."
    )


def row(difference, low, high, verdict, seeds=5, p=0.0001):
    judged, following = (0, 5) if seeds < 5 else (5, 10)
    numbers = {"difference": difference, "low": low, "high": high, "seeds": seeds, "p": p}
    return {**numbers, "verdict": verdict, "judged_seeds": judged, "next_seeds": following}


@pytest.mark.parametrize(
    ("cell", "changes", "said"),
    [
        (
            row(6.52, 5.92, 7.12, "helps"),
            {},
            "Distilled is ahead by 6.5 points (5.9 to 7.1 over 5 seeds): the teacher helps.",
        ),
        (
            row(6.52, 6.12, 6.92, "helps"),
            {"baseline": "label_smoothing"},
            "Distilled is ahead by 6.52 points (6.12 to 6.92 over 5 seeds): "
            "the teacher helps more than smoothed labels.",
        ),
        (
            row(6.52, 5.92, 7.12, "helps"),
            {"mistake": "alpha_reversed"},
            "Distilled is ahead by 6.5 points (5.9 to 7.1 over 5 seeds). "
            "This run makes a mistake on purpose: α reversed.",
        ),
        (
            row(-2.5, -3.4, -1.6, "hurts"),
            {},
            "Distilled is behind by 2.5 points (1.6 to 3.4 over 5 seeds): the teacher does not help.",
        ),
        (
            row(0.4, 0.1, 0.7, "helps"),
            {"objective": "virtual_teacher"},
            "Distilled is ahead by 0.40 points (0.10 to 0.70 over 5 seeds): the objective helps.",
        ),
        (
            row(0.1, -0.25, 0.45, "not shown"),
            {},
            "No difference shown: distilled minus scratch is −0.25 to 0.45 points over 5 seeds.",
        ),
        (
            row(1.1, 0.1, 2.1, "not shown", 5, 0.04),
            {},
            "No difference shown: distilled minus scratch is 0.1 to 2.1 points over 5 seeds, "
            "not sure enough for a verdict (p = 0.040).",
        ),
        (
            row(0.0, math.nan, math.nan, "not shown", 5, 1.0),
            {},
            "No difference shown: both are right equally often, seed by seed (5 seeds).",
        ),
        (
            row(0.3, math.nan, math.nan, "not judged yet", 2, math.nan),
            {},
            "Not judged yet: distilled minus scratch is 0.30 points on average over 2 seeds; "
            "the first verdict comes with 5.",
        ),
        (
            row(6.32, 5.92, 7.12, "helps", seeds=7),
            {},
            "Distilled is ahead by 6.5 points (5.9 to 7.1 over the first 5 seeds): the teacher helps. "
            "The mean of all 7 is 6.32, not judged yet: next at 10.",
        ),
    ],
)
def test_several_seeds_say_what_holds(cell, changes, said):
    said = after("640 steps", said)
    assert headlines.surer_headline(cell, CONFIG.replace(**changes)) == said


def test_the_evidence_is_one_sentence_away():
    said = headlines.evidence(comparison(0.0797, "ahead"))
    assert said == (
        "Of the two students of this run, the 95 % interval over the 10,000 test pictures is 7.37 to 8.57 "
        "points; McNemar p < 0.001."
    )
    assert headlines.evidence_of_seeds(row(6.5, 6, 7, "helps", p=0.012)) == (
        "Over 5 seeds, the paired t-test, with the test pictures taken into account, gives p = 0.012."
    )
    assert headlines.evidence_of_seeds(row(0, 0, 0, "not judged yet", 4, p=math.nan)) == ""


def test_seeds_are_read_out_one_by_one():
    assert headlines.seeds_words({1: -0.5, 0: 7.97}).endswith("seed by seed. 0: 7.97, 1: −0.50.")
