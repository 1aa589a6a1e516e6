"""What is said of two lengths, of what seeds draw anew, and of what would change a verdict."""

from __future__ import annotations

import math

import pytest

from kd.config import RunConfig
from kd.studies.experiments.judging import (
    AGREES,
    CANNOT_TELL,
    DISAGREES,
    Finding,
    above,
    below,
    between,
)
from kd.studies.experiments.rows import ANEW, FIXED, drawn
from kd.text.experiment_words import (
    Says,
    before_words,
    change_words,
    drawn_words,
    late_words,
    told,
    when_words,
)

SAYS = [Says(code, f"{code} is up {{value}}.", f"{code} is down {{value}}.", f"{code}?") for code in "AB"]
UP, DOWN, NEITHER = (Finding(mean, mean - 1, mean + 1, 0.01, 5) for mean in (4.0, -4.0, 0.0))
UNKNOWN = Finding(*[math.nan] * 4, 0)
SO_FAR = Finding(2.0, *[math.nan] * 3, 3)


def said(short: tuple[Finding, Finding], long: tuple[Finding, Finding]) -> dict[str, str]:
    by_length = {"short": dict(zip("AB", short, strict=True)), "long": dict(zip("AB", long, strict=True))}
    return told(SAYS, by_length, lambda code: f"the {code}")


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


def test_a_length_is_named_by_its_steps():
    assert when_words("short", (640, 640)) == "after 640 steps"
    assert when_words("long", (2_000, 9_375)) == "trained out (2,000 to 9,375 steps)"


def test_a_guess_is_told_what_it_would_have_been():
    words = {verdict: before_words("after 640 steps", verdict, "4 points") for verdict in
             (AGREES, DISAGREES, CANNOT_TELL)}  # fmt: skip
    assert len(set(words.values())) == 3
    assert all(each.startswith("After 640 steps") and "4 points" in each for each in words.values())
    assert "points" not in before_words("after 640 steps", AGREES, "")


def test_the_last_fifth_is_told_with_its_spread_over_the_settings():
    assert late_words((math.nan,) * 3) == ""
    assert "by +0.10 points." in late_words((0.1, 0.1, 0.1))
    several = late_words((0.1, -0.25, 0.5))
    assert all(number in several for number in ("+0.10", "−0.25", "+0.50"))


@pytest.mark.parametrize("expected", [above(1), below(1), between(-1, 1)])
def test_what_would_change_a_verdict_is_another_for_each_verdict_and_names_the_ends(expected):
    ends = [f"{end:g}".replace("-", "−") for end in (expected.low, expected.high) if math.isfinite(end)]
    words = [
        change_words(expected.low, expected.high, verdict, "percent")
        for verdict in (AGREES, DISAGREES, CANNOT_TELL)
    ]
    assert len(set(words)) == 3
    assert all(end in each for each in words for end in ends)


def test_what_seeds_draw_anew_follows_from_the_runs():
    def of(**fields) -> tuple[set[str], set[str]]:
        anew, fixed = drawn([RunConfig(**fields)])
        return set(anew), set(fixed)

    assert of() == ({"weights", "drawn images"}, {"included teacher"})
    assert of(pictures="first") == ({"weights"}, {"first images", "included teacher"})
    assert of(train_size=60_000, epochs=1) == ({"weights"}, {"all images", "included teacher"})
    assert of(teacher="fresh", label_noise=0.2, shift=1, permuted_doubts=True) == (
        {"weights", "drawn images", "wrong labels", "shifts", "doubts", "own teacher"},
        set(),
    )
    assert of(alpha=1.0)[1] == set()  # no teacher decides anything
    words = drawn_words(ANEW, FIXED)
    assert words.index("initial weights") < words.index("Fixed:") < words.index("test images")
