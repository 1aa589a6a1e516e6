"""What is said of experiments: other numbers, other words."""

from __future__ import annotations

import math

import pytest

from kd.studies.experiments.judging import AGREES, CANNOT_TELL, DISAGREES, Finding
from kd.text.experiment_words import (
    NOT_YET,
    Says,
    claim_words,
    curve_words,
    finding_words,
    guess_words,
    kept_words,
    number_words,
    paper_words,
    place_words,
    progress_words,
    saying,
    verdict_word,
)

SAYS = Says(
    "gain", "It helps by {value} ({interval}).", "It costs {value} ({interval}).", "Perhaps ({interval})."
)


def found(mean, low, high, seeds=5, unit="points"):
    return Finding(mean, low, high, 0.01, seeds, unit)


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (found(6.52, 5.9, 7.1), "+6.5 points (95 % between +5.9 and +7.1, 5 seeds)"),
        (found(-0.2, -0.31, -0.09), "−0.20 points (95 % between −0.31 and −0.09, 5 seeds)"),
        (found(98.6, 98.1, 99.1, unit="percent"), "98.6\u00a0% (95 % between 98.1 and 99.1, 5 seeds)"),
        (found(1.1622, 1.1, 1.2, unit="nats"), "1.16 nats (95 % between 1.10 and 1.20, 5 seeds)"),
        (found(20490, 20000, 21000, unit="parameters"),
         "20.5 k parameters (95 % between 20.0 k and 21.0 k, 5 seeds)"),
        (found(-4.5, -5, -4, unit=""), "−4.50 (95 % between −5.00 and −4.00, 5 seeds)"),
        (found(3.0, math.nan, math.nan, seeds=1), "+3.00 points so far (1 seed: not judged yet)"),
        (found(math.nan, math.nan, math.nan, seeds=0), "not known yet"),
    ],
)  # fmt: skip
def test_a_finding_has_its_interval_and_its_seeds(finding, words):
    assert finding_words(finding) == words


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (found(6.5, 5.9, 7.1), "It helps by 6.5 (5.9 to 7.1)."),
        (found(-6.5, -7.1, -5.9), "It costs 6.5 (5.9 to 7.1)."),
        (found(0.5, -0.6, 1.6), "Perhaps (99\u00a0%: −1.3 to +2.3)."),
        (found(3.0, math.nan, math.nan, seeds=1), "Gain: +3.00 points so far (1 seed: not judged yet)."),
        (found(math.nan, math.nan, math.nan, seeds=0), ""),
    ],
)
def test_a_sentence_takes_a_side_only_where_the_interval_does(finding, sentence):
    assert saying(SAYS, finding, "gain") == sentence


def test_a_side_may_be_that_of_another_number_than_0():
    says = Says(
        "right", "Only {value} ({interval}).", "Just {value} ({interval}).", "Half ({interval}).", at=50
    )
    assert saying(says, found(60, 55, 65, unit="percent"), "") == "Only 60.0 (55.0 to 65.0)."
    assert saying(says, found(40, 35, 45, unit="percent"), "") == "Just 40.0 (35.0 to 45.0)."
    assert saying(says, found(50, 45, 55, unit="percent"), "") == "Half (99\u00a0%: 41.7 to 58.3)."


def test_what_came_out_is_told_with_its_verdict_on_the_paper():
    finding = found(6.5, 5.9, 7.1)
    said = {
        verdict: claim_words(finding, verdict, "Small data.")
        for verdict in (AGREES, DISAGREES, CANNOT_TELL, NOT_YET)
    }
    assert len(set(said.values())) == 4
    assert all(finding_words(finding) in words for words in said.values())
    assert [verdict for verdict, words in said.items() if "Small data." in words] == [DISAGREES]
    assert "these 5 seeds cannot tell" in said[CANNOT_TELL]


def test_what_the_paper_says_is_in_its_own_words_with_the_section():
    assert paper_words("is much less effective", "section 4", "0.9 %") == (
        "“is much less effective” (section 4); 0.9 %"
    )
    assert paper_words("", "abstract", "0.9 %") == "abstract; 0.9 %"
    assert paper_words("", "abstract", "") == "abstract"


def test_a_guess_is_told_what_came_out():
    finding = found(6.5, 5.9, 7.1)
    shown = "the gain +6.5 points (95 % between +5.9 and +7.1, 5 seeds)"
    assert guess_words("a lot", "the gain", finding, AGREES) == f"You guessed “a lot”, and so it is: {shown}."
    assert guess_words("a lot", "the gain", finding, DISAGREES) == (
        f"You guessed “a lot”, and it is not: {shown}."
    )
    assert guess_words("a lot", "the gain", finding, CANNOT_TELL) == (
        f"You guessed “a lot”, and these 5 seeds cannot tell: {shown}."
    )


def test_a_curve_is_told_how_often_it_is_right_and_where_it_is_furthest_off():
    places = [
        {"x": "100", "verdict": AGREES, "off": 1.0},
        {"x": "500", "verdict": DISAGREES, "off": -7.25},
        {"x": "900", "verdict": DISAGREES, "off": 4.0},
    ]
    assert curve_words(DISAGREES, places, 3, "points") == (
        "Your curve is off: within 3.0 points in 1 of 3 places, and most too low at 500, by 7.2 points."
    )
    assert "everywhere within 3.0 points" in curve_words(AGREES, places[:1], 3, "points")
    assert "in 1 of 2 places" in curve_words(
        CANNOT_TELL, [places[0], {**places[0], "verdict": "x"}], 3, "points"
    )


def test_places_are_named_where_they_have_a_name():
    names = {"as it was": "nothing", "4": "four"}
    assert place_words("as it was", names) == "nothing"
    assert place_words(4.0, names) == "four"
    assert place_words(60_000, names) == "60,000"
    assert place_words(0.2, names) == "0.2"
    assert place_words("", names) == "–"


def test_numbers_progress_and_verdicts():
    assert number_words(math.nan, "points") == "–"
    assert number_words(0.0, "points") == "0.0 points"
    assert progress_words("running", 3, 10, 12) == "3 of 10 runs; about 12 s left."
    assert (
        progress_words("stopped", 3, 10, 12) == "Stopped: 3 of 10 runs are stored. Go on trains the others."
    )
    assert progress_words("not started", 0, 10, 12) == "Not started: it takes about 12 s."
    assert kept_words(3, 10) == "3 of 10 runs are kept: the same command goes on from there."
    assert [verdict_word(code) for code in (AGREES, DISAGREES, CANNOT_TELL)] == [
        "agrees",
        "disagrees",
        "cannot tell",
    ]
