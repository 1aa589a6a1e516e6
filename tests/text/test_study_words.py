"""What a study shows in words, case by case."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kd.text.study_words import axis_value, flag, signed, study_notes, verdict_line, verdict_word
from tests.studies.rows import verdict_row

NAN = float("nan")
NOTHING = dict.fromkeys(("low", "high", "p", "p_corrected"), NAN)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (verdict_row(), "helps: +6.5 points (95 % between +5.9 and +7.1, 5 seeds)"),
        (
            verdict_row("hurts", difference=-2.8, low=-3.94, high=-1.66, seeds=3),
            "hurts: −2.8 points (95 % between −3.9 and −1.7, 3 seeds)",
        ),
        (
            verdict_row("helps", difference=0.3, low=0.12, high=0.48, seeds=1, more_seeds=pd.NA),
            "helps: +0.30 points (95 % between +0.12 and +0.48, 1 seed)",
        ),
        (
            # an end that one decimal would round to 0
            verdict_row("helps", difference=0.8, low=0.03, high=1.57),
            "helps: +0.80 points (95 % between +0.03 and +1.57, 5 seeds)",
        ),
        (
            verdict_row("not shown", difference=0.1, low=-0.5, high=0.7),
            "no difference shown: +0.1 points (95 % between −0.5 and +0.7, 5 seeds); "
            "about 12 more seeds would show one of 0.2 points",
        ),
        (
            verdict_row("not shown", difference=0.01, low=-0.1, high=0.12, more_seeds=1),
            "no difference shown: +0.01 points (95 % between −0.10 and +0.12, 5 seeds); "
            "about 1 more seed would show one of 0.2 points",
        ),
        (
            verdict_row("not shown", difference=0.01, low=-0.1, high=0.12, more_seeds=0),
            "no difference shown: +0.01 points (95 % between −0.10 and +0.12, 5 seeds); "
            "as many usually show one of 0.2 points",
        ),
        (
            verdict_row("not shown", difference=0.0, low=-0.1, high=0.12, seeds=1, more_seeds=None),
            "no difference shown: 0.00 points (95 % between −0.10 and +0.12, 1 seed)",
        ),
        (
            verdict_row("not shown", difference=0.0, low=NAN, high=NAN, p=1.0, more_seeds=NAN),
            "no difference shown: the same accuracy (5 seeds)",
        ),
        (
            verdict_row("too few", **NOTHING, seeds=1, difference=0.3, more_seeds=pd.NA),
            "too few: +0.30 points with 1 seed, and it takes 2 to judge",
        ),
        (
            verdict_row("too few", **NOTHING, seeds=2, difference=0.3, more_seeds=pd.NA),
            "too few: +0.30 points with each of 2 seeds, which do not say how much others would differ",
        ),
        (
            verdict_row("too few", **NOTHING, seeds=0, difference=NAN, more_seeds=pd.NA),
            "too few: no seed can be compared yet",
        ),
        (
            verdict_row("baseline", **NOTHING, difference=0.0),
            "the baseline: the other cells are compared with it (5 seeds)",
        ),
    ],
)
def test_a_line_for_each_verdict(row, line):
    assert verdict_line(row) == line
    assert verdict_line(pd.Series(row)) == line


def test_notes_say_what_the_verdicts_rest_on():
    assert study_notes([verdict_row()]) == []
    assert study_notes([verdict_row()] * 3 + [verdict_row("too few", **NOTHING)]) == [
        "The verdicts hold for all 3 cells together (Holm's correction); an interval is for its cell alone."
    ]
    assert study_notes([verdict_row(seeds=1)]) == [
        "One seed speaks for the test pictures only (McNemar's test): another may give another difference."
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [(4.0, "4"), (0.1, "0.1"), (10_000, "10000"), (True, "true"), ("relations", "relations"), ("", "–")],
)
def test_values_are_said_as_they_are_typed(value, said):
    assert axis_value(value) == said
    assert axis_value(pd.Series([value]).iloc[0]) == said


def test_axes_and_verdicts_have_names():
    assert flag("teacher_train_size") == "teacher-train-size"
    assert [verdict_word(code) for code in ("helps", "not shown")] == ["helps", "not shown"]
    over_a_cell = [verdict_word(code, over_scratch=False) for code in ("helps", "hurts", "baseline")]
    assert over_a_cell == ["better", "worse", "baseline"]
    assert (signed(6.52, 1), signed(-0.2), signed(-0.001)) == ("+6.5", "−0.20", "0.00")


@given(st.floats(-100, 100), st.floats(0.01, 50), st.floats(0.01, 50))
def test_a_side_that_is_taken_is_seen_in_every_number(difference, down, up):
    """Rounding never shows another sign than the verdict's, nor 0 where an end is clear of it."""
    low, high = difference - down, difference + up
    if low < 0.005 and high > -0.005:
        return
    line = verdict_line(
        verdict_row("helps" if low > 0 else "hurts", difference=difference, low=low, high=high)
    )
    numbers = (
        line.partition(" points")[0].split()[-1],
        *line.partition("between ")[2].split(",")[0].split(" and "),
    )
    assert {number[0] for number in numbers} == {"+" if low > 0 else "−"}
