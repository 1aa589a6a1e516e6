"""What is said of experiments: other numbers, other words."""

import math

import pytest

from kd.studies.experiments.judging import AGREES, CANNOT_TELL, DISAGREES, Finding
from kd.text import experiment_words as say

SAYS = say.Says(
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
        (found(6.52, 5.9, 7.1), "+6.5 points (likely +5.9 to +7.1, 5 repeats)"),
        (found(99.9, 99.4, 100.2, unit="percent"), "99.9\u00a0% (likely 99.4 to 100.0, 5 repeats)"),
        (found(98.6, 98.1, 99.1, unit="percent"), "98.6\u00a0% (likely 98.1 to 99.1, 5 repeats)"),
        (found(1.1622, 1.1, 1.2, unit="nats"), "1.16 nats (likely 1.10 to 1.20, 5 repeats)"),
        (found(20490, 20000, 21000, unit="parameters"),
         "20.5 k parameters (likely 20.0 k to 21.0 k, 5 repeats)"),
        (found(-4.5, -5, -4, unit=""), "−4.50 (likely −5.00 to −4.00, 5 repeats)"),
        (found(3.0, math.nan, math.nan, seeds=1), "+3.00 points so far (1 repeat)"),
        (found(math.nan, math.nan, math.nan, seeds=0), "not known yet"),
    ],
)  # fmt: skip
def test_a_finding_has_its_interval_and_its_seeds(finding, words):
    assert say.finding_words(finding) == words


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (found(6.5, 5.9, 7.1), "Here, it helps by 6.5 (likely 5.9 to 7.1)."),
        (found(-6.5, -7.1, -5.9), "It costs 6.5 (likely 5.9 to 7.1)."),
        (found(0.5, -0.6, 1.6), "Perhaps (at 99\u00a0%, likely −1.3 to +2.3)."),
        (found(3.0, math.nan, math.nan, seeds=1), "Gain here: +3.00 points so far (1 repeat)."),
        (found(math.nan, math.nan, math.nan, seeds=0), ""),
    ],
)
def test_a_sentence_takes_a_side_only_where_the_interval_does(finding, sentence):
    assert say.saying(SAYS, finding) == sentence
    assert say.saying(say.Says("gain"), finding) == ""


def test_a_side_may_be_that_of_another_number_than_0_and_a_sentence_that_of_all_sides():
    says = say.Says(
        "share", "Only {value} ({interval}).", "Just {value} ({interval}).", "Half ({interval}).", at=50
    )
    both = say.Says("share", "It is {value} ({interval}).", at=50)
    for mean, words in ((60, "Only 60.0 (likely 55.0 to 65.0)."), (40, "Just 40.0 (likely 35.0 to 45.0).")):
        share = found(mean, mean - 5, mean + 5, unit="percent")
        assert say.saying(says, share) == words
        assert say.saying(both, share) == f"It is {mean}.0 (likely {mean - 5}.0 to {mean + 5}.0)."
    undecided = found(50, 45, 55, unit="percent")
    assert say.saying(says, undecided) == "Half (at 99\u00a0%, likely 41.7 to 58.3)."
    assert say.saying(both, undecided) == "It is 50.0 (likely 45.0 to 55.0)."
    assert say.label_words(SAYS) == "gain here"


UP, DOWN, NEITHER = (Finding(mean, mean - 1, mean + 1, 0.01, 5) for mean in (4.0, -4.0, 0.0))
UNKNOWN, SO_FAR = Finding(*[math.nan] * 4, 0), Finding(2.0, *[math.nan] * 3, 3)


@pytest.mark.parametrize(
    ("short", "long", "told"),
    [
        (UP, UP, ["long"]),
        (DOWN, UP, ["long", "short"]),
        (NEITHER, UP, ["long", "short"]),
        (UP, UNKNOWN, ["short"]),
        (SO_FAR, SO_FAR, ["long", "short"]),  # too few seeds to say that it was alike
        (UNKNOWN, UNKNOWN, []),
    ],
)
def test_the_long_training_is_told_first_and_the_short_one_where_it_was_otherwise(short, long, told):
    found = {"short": short, "long": long}
    said = say.headline(SAYS, found)
    assert said == {length: say.saying(SAYS, found[length]) for length in told}
    assert [*said] == told


def test_what_came_out_is_told_against_the_paper_and_against_the_guess():
    finding, verdicts = found(6.5, 5.9, 7.1), (AGREES, DISAGREES, CANNOT_TELL, say.NOT_YET)
    told = {verdict: say.claim_words(finding, verdict, "Small data.") for verdict in verdicts}
    assert len(set(told.values())) == 4
    assert all(words.startswith(say.finding_words(finding)) for words in told.values())
    assert [verdict for verdict, words in told.items() if "Small data." in words] == [DISAGREES]
    assert say.guess_words("a lot", finding) == f"You guessed “a lot”. It is {say.finding_words(finding)}."
    assert (
        len({say.verdict_word(verdict, of_guess) for verdict in verdicts for of_guess in (True, False)}) == 6
    )


def test_a_curve_is_told_how_often_it_is_right_and_where_it_is_furthest_off():
    places = [
        {"x": x, "drawn": drawn, "found": found(3, 2, 4), "is_near": near}
        for x, drawn, near in (("100", 2.0, True), ("500", -4.25, False), ("900", 7.0, False))
    ]
    said = say.curve_words(places, "points")
    assert "1 of 3 places" in said
    assert "off, by 7.2 points, at 500" in said


def test_lengths_quotations_places_and_progress():
    assert say.when_words("short", (640, 640)) == "after 640 steps"
    assert say.when_words("long", (2_000, 9_375)) == "after long training (2,000 to 9,375 steps)"
    assert say.late_words((math.nan,) * 3) == ""
    assert "by +0.10 points." in say.late_words((0.1, 0.1, 0.1))
    assert "by +0.10 points (−0.25 to +0.50 by setting)" in say.late_words((0.1, -0.25, 0.5))
    assert say.paper_words("less effective", "section 4", "0.9 %") == "“less effective” (section 4); 0.9 %"
    assert say.paper_words("", "abstract", "") == "abstract"
    names = {"as it was": "nothing", "4": "four"}
    assert [say.place_words(value, names) for value in ("as it was", 4.0, 60_000, 0.2, "")] == [
        *("nothing", "four", "60,000", "0.2", "–")
    ]
    assert (say.number_words(math.nan, "points"), say.number_words(0.0, "points")) == ("–", "0.0 points")
    for status, words in (("running", "3 of 10 runs; about 12 s"), ("not started", "takes about 12 s")):
        assert words in say.progress_words(status, 3, 10, 12)
