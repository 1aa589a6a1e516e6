"""How long models were trained, in words, and what two lengths of a leaderboard have in common."""

from __future__ import annotations

import pytest

from kd.config import RunConfig
from kd.text.length_words import after, at_both_lengths, other_length_words, steps_words, trained


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "640 steps"),
        ({"epochs": 200}, "3,200 steps"),
        ({"train_size": 10, "epochs": 1}, "1 step"),
        ({"batch_size": 500, "train_size": 510}, "80 steps"),
        ({"omitted_digits": "3"}, "40 epochs"),  # how many pictures that leaves depends on the pictures
        ({"labelled": 100}, "40 epochs"),  # scratch takes fewer steps
    ],
)
def test_a_training_is_measured_in_steps_where_both_students_take_as_many(changes, words):
    assert trained(RunConfig(**changes)) == words


def test_several_runs_are_from_the_shortest_to_the_longest():
    configs = [RunConfig(epochs=epochs) for epochs in (200, 40, 80)]
    assert steps_words(configs) == "640 to 3,200 steps"
    assert after(steps_words(configs[:1]), "Nothing is shown.") == "After 3,200 steps, nothing is shown."


@pytest.mark.parametrize(
    ("own", "there", "row", "said"),
    [
        (40, 200, ("helps", 11.26), "Trained five times as long, for 3,200 steps: about +11.3 points here"),
        (200, 40, ("hurts", -1.0), "Trained a fifth as long, for 640 steps: about −1.0 points here"),
        (60, 200, ("helps", 1.0), "Trained for 3,200 steps: about +1.0 points here"),
        (40, 200, ("not shown", 0.3), "no difference shown here, about +0.3 points"),
    ],
)
def test_another_length_is_named_by_its_ratio_where_that_is_right(own, there, row, said):
    cell = {"verdict": row[0], "difference": row[1], "seeds": 5}
    words = other_length_words(RunConfig(epochs=own), RunConfig(epochs=there), cell)
    assert said in words
    assert "(5 seeds)" in words


def rows(**verdicts):
    return [{"objective": name, "verdict": verdict, "difference": 1.0} for name, verdict in verdicts.items()]


def test_what_holds_at_both_lengths_comes_first_and_ranks_that_change_are_named():
    names = {name: name.upper() for name in "abcde"}
    tables = {
        "640 steps": rows(a="helps", b="helps", c="not shown", e="baseline", d="hurts"),
        "3,200 steps": rows(b="helps", a="not shown", c="not shown", e="baseline", d="helps"),
    }
    said, moved = at_both_lengths(tables, names, "E")
    assert said == (
        "At both lengths better than E: B. Not told apart at either: C. "
        "Better only after 640 steps: A (+1.0). Worse only after 640 steps: D (+1.0). "
        "Better only after 3,200 steps: D (+1.0)."
    )
    assert moved == "Ranked by mean, these move: A from 1 to 2 and B from 2 to 1."
    same = {"1 step": rows(a="hurts"), "5 steps": rows(a="hurts")}
    assert at_both_lengths(same, names, "E") == ("At both lengths worse than E: A.", "")
