"""What a study shows, in sentences, and how far it is."""

import math

import pytest

from kd.text.sweep_words import cell_words, in_sentence, progress_words, study_sentence, where


def row(verdict, difference, at="at T = 4"):
    return {"verdict": verdict, "difference": difference, "where": at}


@pytest.mark.parametrize(
    ("rows", "cells", "words"),
    [
        (
            [
                row("helps", 2.0),
                row("helps", 6.52, "at T = 10"),
                row("hurts", -1.23, "at T = 1"),
                row("not shown", 0.1),
            ],
            5,
            "Distillation helps in 2 of 5 cells, most by +6.5 points at T = 10. It hurts in 1, most by "
            "−1.2 points at T = 1. In 1 cell no difference is shown.",
        ),
        (
            [row("not shown", 0.1)] * 2,
            2,
            "No cell shows yet that distillation helps. In 2 cells no difference is shown.",
        ),
        (
            [row("not judged yet", 0.1)],
            2,
            "No cell shows yet that distillation helps. 1 cell is not judged yet.",
        ),
        ([], 9, "Nothing has finished yet."),
        (
            [row("baseline", 0.0), row("helps", 1.0)],
            2,
            "Distillation helps in 1 of 2 cells, most by +1.0 points at T = 4.",
        ),
    ],
)
def test_the_sentence_says_where_it_helps_where_it_hurts_and_what_is_not_shown(rows, cells, words):
    assert study_sentence(rows, cells) == words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [
                row("baseline", 0.0),
                row("helps", 1.0),
                row("helps", 2.0, "at T = 9"),
                row("hurts", -1.5, "at T = 50"),
            ],
            "2 of 4 other cells do better than T 1, most by +2.0 points at T = 9. 1 does worse, by "
            "−1.5 points at T = 50.",
        ),
        (
            [row("helps", 1.0), row("hurts", -1.5, "at T = 50"), row("hurts", -2.5, "at T = 90")],
            "1 of 4 other cells does better than T 1, by +1.0 points at T = 4. 2 do worse, most by "
            "−2.5 points at T = 90.",
        ),
        (
            [row("baseline", 0.0), row("not shown", 0.1)],
            "No cell is shown to do better than T 1 yet. In 1 cell no difference is shown.",
        ),
        ([], "Nothing has finished yet."),
    ],
)
def test_cells_compared_with_another_cell_are_not_said_to_be_compared_with_scratch(rows, words):
    assert study_sentence(rows, 5, baseline="T 1") == words


@pytest.mark.parametrize(
    ("values", "listed", "said"),
    [
        (
            {"train_size": ("Training images", "2,000"), "temperature": ("T, temperature", "10")},
            "2,000 images, T 10",
            "with 2,000 images at T\u00a0=\u00a010",
        ),
        (
            {"alpha": ("α, weight of the true labels", "0.1"), "temperature": ("T, temperature", "4")},
            "α 0.1, T 4",
            "at α\u00a0=\u00a00.1 and T\u00a0=\u00a04",
        ),
        (
            {"teacher": ("Teacher", "Strong"), "shift": ("Shift in pixels", "2")},
            "teacher: Strong, Shift in pixels 2",
            "with the Strong teacher and Shift in pixels 2",
        ),
    ],
)
def test_a_cell_is_named_as_one_would_say_it(values, listed, said):
    assert where(values) == listed
    assert in_sentence(values) == said


@pytest.mark.parametrize(
    ("status", "left", "elsewhere", "words"),
    [
        ("running", None, False, "4 of 18 runs: getting ready."),
        ("running", 95.0, False, "4 of 18 runs; about 1 min 35 s left."),
        ("running", None, True, "4 of 18 runs. Another process on this machine is carrying it out."),
        ("paused", 9.0, False, "Paused: 4 of 18 runs. Go on whenever you like."),
        ("stopped", None, False, "Stopped: 4 of 18 runs are stored. Go on trains the others."),
        (
            "interrupted",
            None,
            False,
            "Interrupted when the app closed: 4 of 18 runs are kept. Go on trains the others.",
        ),
        ("unfinished", None, False, "Ended: 4 of 18 runs; the others failed. Go on tries them again."),
        ("waiting for room", None, False, "4 of 18 runs. The disk is full: waiting for room."),
        ("finished", None, False, "18 runs, all finished."),
    ],
)
def test_how_far_a_study_is(status, left, elsewhere, words):
    assert progress_words(status, 4, 18, left, elsewhere) == words


def test_a_cell_says_its_verdict_and_why_a_run_of_it_failed():
    known = {
        "verdict": "helps",
        "seeds": 5,
        "judged_seeds": 5,
        "next_seeds": 10,
        "difference": 6.5,
        "low": 5.9,
        "high": 7.1,
        "p_corrected": 0.0123,
    }
    assert cell_words("T 4", known) == (
        "T 4. Helps: +6.5 points (95 % between +5.9 and +7.1, 5 seeds). "
        "For all cells together, p\u00a0=\u00a00.012."
    )
    assert cell_words("T 4", known, over="T 1").startswith("T 4. Better than T 1: +6.5 points")
    assert cell_words("T 4", None, "The disk is full.") == (
        "T 4. No run has finished yet. A run failed: The disk is full."
    )
    few = {
        "verdict": "not judged yet",
        "seeds": 1,
        "judged_seeds": 0,
        "next_seeds": 5,
        "difference": 1.0,
        "low": math.nan,
        "p_corrected": math.nan,
    }
    assert "or all cells together" not in cell_words("T 4", few | {"high": math.nan})


def test_large_numbers_have_separators():
    assert progress_words("paused", 1_200, 2_000, None, False).startswith("Paused: 1,200 of 2,000 runs.")
    assert "in 1,100 of 1,200 cells" in study_sentence([row("helps", 1.0)] * 1_100, 1_200)
