"""What is said of experiments: other numbers, other words."""

from __future__ import annotations

import math

import pytest

from kd.studies.experiments.judging import AGREES, CANNOT_TELL, DISAGREES, Finding
from kd.text.experiment_words import (
    NOT_YET,
    Says,
    before_words,
    claim_words,
    curve_words,
    finding_words,
    guess_words,
    label_words,
    late_words,
    number_words,
    paper_words,
    place_words,
    progress_words,
    saying,
    told,
    verdict_word,
    when_words,
)

SAYS = Says(
    "gain {where}",
    "{where}, it helps by {value} ({interval}).",
    "It costs {value} ({interval}).",
    "Perhaps ({interval}).",
    {"where": "here"},
)


def found(mean, low, high, seeds=5, unit="points"):
    return Finding(mean, low, high, 0.01, seeds, unit)


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (found(6.52, 5.9, 7.1), "+6.5 points (95 % between +5.9 and +7.1, 5 seeds)"),
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
        (found(6.5, 5.9, 7.1), "Here, it helps by 6.5 (5.9 to 7.1)."),
        (found(-6.5, -7.1, -5.9), "It costs 6.5 (5.9 to 7.1)."),
        (found(0.5, -0.6, 1.6), "Perhaps (99\u00a0%: −1.3 to +2.3)."),
        (found(3.0, math.nan, math.nan, seeds=1), "Gain here: +3.00 points so far (1 seed: not judged yet)."),
        (found(math.nan, math.nan, math.nan, seeds=0), ""),
    ],
)
def test_a_sentence_takes_a_side_only_where_the_interval_does(finding, sentence):
    assert saying(SAYS, finding) == sentence
    assert saying(Says("gain"), finding) == ""


def test_a_side_may_be_that_of_another_number_than_0_and_a_sentence_that_of_all_sides():
    says = Says(
        "share", "Only {value} ({interval}).", "Just {value} ({interval}).", "Half ({interval}).", at=50
    )
    both = Says("share", "It is {value} ({interval}).", at=50)
    for mean, words in ((60, "Only 60.0 (55.0 to 65.0)."), (40, "Just 40.0 (35.0 to 45.0).")):
        share = found(mean, mean - 5, mean + 5, unit="percent")
        assert saying(says, share) == words
        assert saying(both, share) == f"It is {mean}.0 ({mean - 5}.0 to {mean + 5}.0)."
    undecided = found(50, 45, 55, unit="percent")
    assert saying(says, undecided) == "Half (99\u00a0%: 41.7 to 58.3)."
    assert saying(both, undecided) == "It is 50.0 (45.0 to 55.0)."
    assert label_words(SAYS) == "gain here"


TWO = {
    code: Says(code, f"{code} is up {{value}}.", f"{code} is down {{value}}.", f"{code}?") for code in "AB"
}
UP, DOWN, NEITHER = (Finding(mean, mean - 1, mean + 1, 0.01, 5) for mean in (4.0, -4.0, 0.0))
UNKNOWN = Finding(*[math.nan] * 4, 0)
SO_FAR = Finding(2.0, *[math.nan] * 3, 3)


def said(short: tuple[Finding, Finding], long: tuple[Finding, Finding]) -> dict[str, str]:
    by_length = {"short": dict(zip("AB", short, strict=True)), "long": dict(zip("AB", long, strict=True))}
    return told(TWO, by_length)


def test_the_long_training_is_told_first_and_of_the_short_one_what_was_otherwise():
    alike = said((UP, DOWN), (UP, DOWN))
    assert [*alike] == ["long", "short"]
    assert alike["long"] == "A is up 4.0. B is down 4.0."
    assert "A is" not in alike["short"]
    one = said((DOWN, DOWN), (UP, DOWN))["short"]
    assert "A is down" in one
    assert "B is" not in one
    assert said((DOWN, UP), (UP, DOWN))["short"] == "A is down 4.0. B is up 4.0."
    # what cannot be told at one of the two is not said to be alike
    assert "A?" in said((NEITHER, UP), (UP, UP))["short"]


def test_what_is_not_judged_yet_is_told_at_each_length_and_what_is_unknown_is_not():
    assert [*said((UP, UP), (UNKNOWN, UNKNOWN))] == ["short"]
    assert said((UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN)) == {}
    both = said((SO_FAR, SO_FAR), (SO_FAR, SO_FAR))
    assert both["short"] == both["long"]
    assert "not judged yet" in both["long"]


def test_what_came_out_is_told_against_the_paper_and_against_the_guess():
    finding = found(6.5, 5.9, 7.1)
    verdicts = (AGREES, DISAGREES, CANNOT_TELL, NOT_YET)
    for told_of in (
        {verdict: claim_words(finding, verdict, "Small data.") for verdict in verdicts},
        {verdict: guess_words("a lot", "Small data.", finding, verdict) for verdict in verdicts},
    ):
        assert len(set(told_of.values())) == 4
        assert all(finding_words(finding) in words for words in told_of.values())
        assert "these 5 seeds cannot tell" in told_of[CANNOT_TELL]
    assert "“a lot”, and it is not: Small data. +6.5 points" in told_of[DISAGREES]
    assert "Small data." in claim_words(finding, DISAGREES, "Small data.")
    assert "Small data." not in claim_words(finding, AGREES, "Small data.")
    assert len({verdict_word(verdict) for verdict in verdicts}) == 4
    before = {verdict: before_words("after 640 steps", verdict, "4 points") for verdict in verdicts[:3]}
    assert len(set(before.values())) == 3
    assert all(each.startswith("After 640 steps") and "4 points" in each for each in before.values())
    assert "points" not in before_words("after 640 steps", AGREES, "")


def test_a_curve_is_told_how_often_it_is_right_and_where_it_is_furthest_off():
    places = [
        {"x": "100", "verdict": AGREES, "off": 1.0},
        {"x": "500", "verdict": DISAGREES, "off": -7.25},
        {"x": "900", "verdict": DISAGREES, "off": 4.0},
    ]
    off = curve_words(DISAGREES, places, 3, "points")
    assert "within 3.0 points in 1 of 3 places" in off
    assert "too low at 500, by 7.2 points" in off
    assert "everywhere within 3.0 points" in curve_words(AGREES, places[:1], 3, "points")


def test_lengths_quotations_places_and_progress():
    assert when_words("short", (640, 640)) == "after 640 steps"
    assert when_words("long", (2_000, 9_375)) == "trained out (2,000 to 9,375 steps)"
    assert late_words((math.nan,) * 3) == ""
    assert "by +0.10 points." in late_words((0.1, 0.1, 0.1))
    assert "+0.10 points on average, in the settings by −0.25 to +0.50" in late_words((0.1, -0.25, 0.5))
    assert paper_words("less effective", "section 4", "0.9 %") == "“less effective” (section 4); 0.9 %"
    assert paper_words("", "abstract", "") == "abstract"
    names = {"as it was": "nothing", "4": "four"}
    assert [place_words(value, names) for value in ("as it was", 4.0, 60_000, 0.2, "")] == [
        *("nothing", "four", "60,000", "0.2", "–")
    ]
    assert (number_words(math.nan, "points"), number_words(0.0, "points")) == ("–", "0.0 points")
    for status, words in (("running", "3 of 10 runs; about 12 s"), ("not started", "takes about 12 s")):
        assert words in progress_words(status, 3, 10, 12)
