"""What a study shows in words, how far it is, and how long its models learn, case by case."""

import re
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kd.config import RunConfig
from kd.text import study_words as words
from tests.studies.rows import verdict_row

NAN = float("nan")
NOTHING = dict.fromkeys(("low", "high", "p", "p_corrected"), NAN)
NOT_YET = {**NOTHING, "judged_seeds": 0, "next_seeds": 5}


@pytest.mark.parametrize(
    ("code", "values", "begins", "numbers"),
    [
        ("helps", {}, "helps:", "+6.5 +5.9 +7.1 5"),
        ("hurts", {"difference": -2.8, "low": -3.94, "high": -1.66, "seeds": 7}, "hurts:",
         "−2.8 −3.9 −1.7 5 7 10"),
        ("not shown", {"difference": 0.1, "low": -0.5, "high": 0.7}, "no difference",
         "+0.1 −0.5 +0.7 5 0.2 20 80"),
        ("not shown", {"difference": 0.01, "low": -0.1, "high": 0.12, "seeds_from": None}, "no difference",
         "+0.01 −0.10 +0.12 5"),
        ("not shown", {"difference": 7.3, "low": 3.91, "high": 10.76}, "not settled:",
         "+7.3 +3.9 +10.8 5"),
        ("not shown", {**NOTHING, "difference": 0.0}, "no difference shown: the same", "5"),
        ("not judged yet", {**NOT_YET, "seeds": 2, "difference": 0.3}, "+0.30 points on", "+0.30 2 5"),
        ("not judged yet", {**NOT_YET, "seeds": 0}, "too few", ""),
        ("baseline", NOTHING, "the baseline", "5"),
    ],
)  # fmt: skip
def test_a_line_says_the_verdict_and_of_how_many_seeds(code, values, begins, numbers):
    line = words.verdict_line(pd.Series(verdict_row(code, **values)))
    assert line.startswith(begins)
    assert re.findall(r"[+−]?\d+(?:\.\d+)?", line) == numbers.split()


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_difference_is_that_of_the_accuracies_beside_it(distilled, scratch):
    row = {
        "distilled_accuracy": distilled,
        "scratch_accuracy": scratch,
        "difference": 100 * (distilled - scratch),
    }
    shown = [Decimal(f"{100 * share:.2f}") for share in (distilled, scratch)]
    assert Decimal(f"{words.difference(row):.2f}") == shown[0] - shown[1]
    other = row | {"difference": row["difference"] + 1}
    assert words.difference(other) == other["difference"]


def test_the_seeds_that_are_needed_are_a_range():
    for first, last, said in ((20, 80, "20–80"), (40, 40, "40"), (80, pd.NA, "80+"), (pd.NA, pd.NA, "")):
        assert words.seeds_needed({"seeds_from": first, "seeds_to": last}) == said


def test_names_and_numbers_are_written_as_people_type_and_read_them():
    typed = {4.0: "4", 0.1: "0.1", 10_000: "10000", True: "true", "relations": "relations", "": "–"}
    for value, said in typed.items():
        assert words.axis_value(value) == words.axis_value(pd.Series([value]).iloc[0]) == said
    assert words.flag("teacher_train_size") == "teacher-train-size"
    over_a_cell = [words.verdict_word(code, over_scratch=False) for code in ("helps", "hurts", "baseline")]
    assert over_a_cell == ["better", "worse", "baseline"]
    assert (words.signed(6.52, 1), words.signed(-0.2), words.signed(-0.001)) == ("+6.5", "−0.20", "0.00")
    assert [words.p_value_words(p) for p in (0.0001, 0.0123, 0.412)] == ["p < 0.001", "p = 0.012", "p = 0.41"]


def test_in_another_language_numbers_that_are_read_change_and_those_that_are_typed_do_not(reads):
    reads("pt_BR", {})
    assert (words.signed(6.52), words.signed(-0.2), words.signed(-0.001)) == ("+6,52", "−0,20", "0,00")
    assert [words.p_value_words(p) for p in (0.0001, 0.412)] == ["p < 0,001", "p = 0,41"]
    assert words.axis_value(0.1) == words.plain_value(0.1) == "0.1"


@given(st.floats(-100, 100), st.floats(0.01, 50), st.floats(0.01, 50))
def test_a_side_that_is_taken_is_seen_in_every_number(difference, down, up):
    """Rounding never shows another sign than the verdict's, nor 0 where an end is clear of it."""
    low, high = difference - down, difference + up
    if low < 0.005 and high > -0.005:
        return
    row = verdict_row("helps" if low > 0 else "hurts", difference=difference, low=low, high=high)
    before, _, after_it = words.verdict_line(row).partition(" points")
    numbers = before.split()[-1], *after_it.partition("likely ")[2].split(",")[0].split(" to ")
    assert {number[0] for number in numbers} == {"+" if low > 0 else "−"}


def shown(verdict, difference, at="at T = 4", low=-1.0):
    return {"verdict": verdict, "difference": difference, "where": at, "low": low, "high": 1.0}


def test_the_sentence_says_where_it_helps_where_it_hurts_and_what_is_not_shown():
    helps, none = [shown("helps", 2.0), shown("helps", 6.52, "at T = 10")], shown("not shown", 0.1)
    assert words.study_sentence([*helps, shown("hurts", -1.23, "at T = 1"), none], 5) == (
        "Distillation helps in 2 of 5 cells, most by +6.5 points at T = 10. It hurts in 1, most by "
        "−1.2 points at T = 1. In 1 cell no difference is shown."
    )
    leaning = shown("not shown", 7.3, low=0.1)
    assert words.study_sentence([none, leaning, none, shown("not judged yet", 0.1)], 1_200) == (
        "No cell shows yet that distillation helps. 1 cell is not settled. "
        "In 2 cells no difference is shown. 1 cell has too few repeats for a verdict."
    )
    assert words.study_sentence([], 9) == "Nothing has finished yet."


def test_cells_compared_with_another_cell_are_not_said_to_be_compared_with_scratch():
    base, better = shown("baseline", 0.0), shown("helps", 1.0)
    worse = shown("hurts", -1.5, "at T = 50")
    assert words.study_sentence([base, better, shown("helps", 2.0, "at T = 9"), worse], 5, "T 1") == (
        "2 of 4 other cells do better than T 1, most by +2.0 points at T = 9. 1 does worse, by −1.5 points "
        "at T = 50."
    )
    said = words.study_sentence([base, shown("not shown", 0.1)], 5, "T 1")
    assert said == "No cell is shown to do better than T 1 yet. In 1 cell no difference is shown."


def test_a_cell_is_named_as_one_would_say_it():
    cell = {"train_size": ("Images", "2,000"), "alpha": ("α, weight", "0.1"), "temperature": ("T", "4")}
    assert words.where(cell) == "2,000 images, α 0.1, T 4"
    assert words.in_sentence(cell) == "with 2,000 images at α\u00a0=\u00a00.1 and T\u00a0=\u00a04"
    cell = {"teacher": ("Teacher", "Strong"), "shift": ("Shift", "2"), "epochs": ("Epochs", "9 steps")}
    assert words.where(cell) == "teacher: Strong, Shift 2, 9 steps"
    assert words.in_sentence(cell) == ("with the Strong teacher and Shift 2 when trained for 9 steps")


def test_how_far_a_study_is():
    said = {
        ("running", None, False): "4 of 18 runs: getting ready.",
        ("running", 95.0, False): "4 of 18 runs; about 1 min 35 s left.",
        ("running", None, True): "4 of 18 runs. Another process on this machine is training them.",
        ("paused", 9.0, False): "Paused: 4 of 18 runs. Go on whenever you like.",
        ("finished", None, False): "18 runs, all finished.",
    }
    assert {state: words.progress_words(state[0], 4, 18, *state[1:]) for state in said} == said
    for ended in ("stopped", "interrupted", "unfinished", "waiting for room"):
        assert "4 of 18 runs" in words.progress_words(ended, 4, 18, None, False)


def test_a_cell_says_its_verdict_and_why_a_run_of_it_failed():
    known = verdict_row(p_corrected=0.0123)
    assert words.cell_words("T 4", known) == (
        "T 4. Helps: +6.5 points (likely +5.9 to +7.1, 5 repeats). "
        "For all cells together, p\u00a0=\u00a00.012."
    )
    assert words.cell_words("T 4", known, over="T 1").startswith("T 4. Better than T 1: +6.5 points")
    assert words.cell_words("T 4", None, "The disk is full.") == (
        "T 4. No run has finished yet. A run failed: The disk is full."
    )
    few = verdict_row("not judged yet", **NOTHING, seeds=1, judged_seeds=0, next_seeds=5)
    assert "or all cells together" not in words.cell_words("T 4", few)


def test_a_training_is_measured_in_steps_where_both_students_take_as_many():
    assert words.trained(RunConfig(epochs=200)) == "3,200 steps"
    assert words.trained(RunConfig(batch_size=500, train_size=510)) == "80 steps"
    # the pictures decide, or scratch takes fewer
    for changes in ({"omitted_digits": "3"}, {"labelled": 100}):
        assert words.trained(RunConfig(**changes)) == "40 epochs"
    configs = [RunConfig(epochs=epochs) for epochs in (200, 40, 80)]
    assert words.steps_words(configs) == "640 to 3,200 steps"
    assert (
        words.after(words.steps_words(configs[:1]), "Nothing is shown.")
        == "After 3,200 steps, nothing is shown."
    )
