"""What a study shows in words, case by case."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kd.text.study_words import (
    axis_value,
    flag,
    seeds_needed,
    signed,
    study_notes,
    verdict_line,
    verdict_word,
)
from tests.studies.rows import verdict_row

NAN = float("nan")
NOTHING = dict.fromkeys(("low", "high", "p", "p_corrected"), NAN)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (verdict_row(), "helps: +6.5 points (95 % between +5.9 and +7.1, 5 seeds)"),
        (
            verdict_row("hurts", difference=-2.8, low=-3.94, high=-1.66, seeds=7),
            "hurts: −2.8 points (95 % between −3.9 and −1.7, judged by the first 5 of 7 seeds, next at 10)",
        ),
        (
            verdict_row("helps", seeds=700, judged_seeds=640, next_seeds=pd.NA),
            "helps: +6.5 points (95 % between +5.9 and +7.1, judged by the first 640 of 700 seeds)",
        ),
        (
            # an end that one decimal would round to 0
            verdict_row("helps", difference=0.8, low=0.03, high=1.57),
            "helps: +0.80 points (95 % between +0.03 and +1.57, 5 seeds)",
        ),
        (
            verdict_row("not shown", difference=0.1, low=-0.5, high=0.7),
            "no difference shown: +0.1 points (95 % between −0.5 and +0.7, 5 seeds); "
            "to show 0.2 points takes 20–80 seeds",
        ),
        (
            verdict_row("not shown", difference=0.01, low=-0.1, high=0.12, seeds_from=None, seeds_to=pd.NA),
            "no difference shown: +0.01 points (95 % between −0.10 and +0.12, 5 seeds)",
        ),
        (
            verdict_row("not shown", difference=0.0, low=NAN, high=NAN, p=1.0, seeds_from=NAN),
            "no difference shown: the same accuracy (5 seeds)",
        ),
        (
            verdict_row("not shown", difference=0.1, low=NAN, high=NAN, p=NAN, seeds_from=NAN),
            "no difference shown: +0.10 points with each seed (5 seeds)",
        ),
        (
            verdict_row("not judged yet", **NOTHING, seeds=2, judged_seeds=0, next_seeds=5, difference=0.3),
            "not judged yet: +0.30 points (2 seeds); the first verdict comes with 5 seeds",
        ),
        (
            verdict_row("not judged yet", **NOTHING, seeds=0, judged_seeds=0, next_seeds=5, difference=NAN),
            "not judged yet: no seed can be compared",
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


@pytest.mark.parametrize(
    ("first", "last", "said"), [(20, 80, "20–80"), (40, 40, "40"), (80, pd.NA, "80+"), (pd.NA, pd.NA, "")]
)
def test_the_seeds_that_are_needed_are_a_range(first, last, said):
    assert seeds_needed({"seeds_from": first, "seeds_to": last}) == said


def test_notes_say_what_the_verdicts_rest_on():
    def notes(*rows):
        return study_notes(rows, (5, 10, 20), "What is fixed.")

    settled = verdict_row(seeds_from=pd.NA)
    few = verdict_row("not judged yet", **NOTHING, seeds=3, judged_seeds=0, seeds_from=pd.NA)
    assert notes(settled) == ["What is fixed."]
    assert notes(settled, settled, few)[0].startswith("The verdicts hold for all 2 cells together")
    assert "with 5, 10 and 20 seeds only" in notes(few)[0]
    assert "with 5, 10 and 20 seeds only" in notes(verdict_row(seeds=7, seeds_from=pd.NA))[0]
    assert "four of five studies" in notes(verdict_row("not shown"))[-1]


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
