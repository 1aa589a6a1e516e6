"""How sure a verdict is, in words that claim no more than the seeds show."""

from __future__ import annotations

import math

import pytest

from kd.studies.sure.adding_seeds import Step
from kd.studies.sure.single_seeds import SingleSeeds
from kd.text import sure_words

CELL = {"train_size": 5_000, "alpha": 0.1, "temperature": 20.0, "temperature_squared": True}
TORN = SingleSeeds(("helps", "hurts", "helps", "hurts", "helps"), "not shown")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "5,000 images, α 0.1, T 20 with T²"),
        ({"temperature_squared": False}, "5,000 images, α 0.1, T 20 without T²"),
        ({"temperature_squared": None, "objective": "Relations"}, "Relations, 5,000 images, α 0.1, T 20"),
        ({"temperature": None, "temperature_squared": None}, "5,000 images, α 0.1"),
    ],
)
def test_a_cell_names_what_counts_in_it(changes, words):
    cell = {name: value for name, value in {**CELL, **changes}.items() if value is not None}
    assert sure_words.cell_words(cell) == words


def test_under_a_verdict_stands_how_often_single_seeds_disagreed_and_where():
    assert sure_words.near_words(CELL, TORN) == (
        "At the nearest setting of the included study (5,000 images, α 0.1, T 20 with T²), 5 of 5 single "
        "seeds disagreed: all 5 together do not show a difference, but alone, 3 say that it helps and 2 say "
        "that it hurts."
    )
    one = SingleSeeds(("helps",) * 4 + ("not shown",), "helps")
    assert sure_words.near_words(CELL, one).endswith(
        "1 of 5 single seeds disagreed: all 5 together say that it helps, but alone, 4 say that it helps and "
        "1 shows neither."
    )
    agreed = SingleSeeds(("hurts",) * 7, "hurts")
    assert sure_words.near_words(CELL, agreed).endswith(
        "no single seed disagreed: the first 5 together say that it hurts, and so does each alone."
    )


@pytest.mark.parametrize(
    ("single", "end"),
    [
        (TORN, "So one seed can say the opposite of another."),
        (SingleSeeds(("helps", "hurts", "helps"), "helps"), "1 of 3 says the opposite."),
        (SingleSeeds(("hurts", "hurts", "helps"), "helps"), "2 of 3 say the opposite."),
        (SingleSeeds(("not shown", "hurts", "helps"), "not shown"), "the opposite of another."),
        (SingleSeeds(("not shown", "hurts", "hurts"), "hurts"), "So 1 of 3 would have misled you."),
        (SingleSeeds(("helps",) * 3, "helps"), "all 3 together say that it helps, and so does each alone."),
    ],
)
def test_what_one_seed_would_have_said_and_whether_that_is_the_opposite(single, end):
    assert sure_words.alone_sentence(single).endswith(end)


def step(says="helps", low=math.nan, high=math.nan, verdict="not judged yet", judged=0) -> Step:
    return Step(3, 0.5, says, 0.5, judged, low, high, verdict)


@pytest.mark.parametrize(
    ("number", "seed", "sentence"),
    [
        (
            1,
            step(),
            "Seed 3 alone says that it helps: +0.50 points. "
            "Not judged yet: the first verdict comes with 5 seeds.",
        ),
        (1, step("not shown"), "Seed 3 alone shows no difference: +0.50 points. Not judged yet"),
        (4, step(), "4 seeds: +0.50 points. Not judged yet: the first verdict comes with 5 seeds."),
        (
            5,
            step(low=-0.61, high=1.61, verdict="not shown", judged=5),
            "5 seeds: +0.50 points. Verdict with 5 seeds: no difference is shown (−0.6 to +1.6).",
        ),
        (
            7,
            step(low=0.41, high=0.59, verdict="helps", judged=5),
            "7 seeds: +0.50 points. Verdict with 5 seeds: it helps (+0.41 to +0.59).",
        ),
        (
            10,
            step(low=-0.59, high=-0.41, verdict="hurts", judged=10),
            "10 seeds: +0.50 points. Verdict with 10 seeds: it hurts (−0.59 to −0.41).",
        ),
    ],
)
def test_what_the_seeds_so_far_say(number, seed, sentence):
    assert sure_words.step_sentence(number, seed, "by_number", 10, 5).startswith(sentence)


def test_who_picks_seeds_is_told_that_the_interval_means_nothing():
    seed = step(low=-1, high=2, verdict="not shown", judged=5)
    for order, which in (("largest_first", "most"), ("smallest_first", "least")):
        said = sure_words.step_sentence(6, seed, order, 10, 10)
        assert said.endswith(f"they were picked because they gained {which}, so the interval means nothing.")
        assert "picked" not in sure_words.step_sentence(5, seed, order, 5, 10)
    assert "picked" not in sure_words.step_sentence(6, seed, "by_number", 10, 10)


@pytest.mark.parametrize(
    ("every", "said"), [(1, "Look after every seed, up to 20"), (5, "Look after every 5 seeds, up to 20")]
)
def test_the_trap_in_a_sentence(every, said):
    found = sure_words.stopping_sentence(every, 20, 0.258, 0.0246)
    assert found.startswith(said)
    assert "of 100 methods that do nothing, 26 are" in found
    assert found.endswith("at stations only, 2.5.")


def test_the_leaderboard_says_what_is_better_what_is_worse_and_what_cannot_be_told_apart():
    names = {"a": "Relations", "b": "Soft targets", "c": "Decoupled", "d": "Attention"}
    codes = {"a": "helps", "c": "not shown", "b": "baseline", "d": "hurts"}
    rows = [
        {"objective": name, "verdict": code, "difference": difference}
        for (name, code), difference in zip(codes.items(), (2.96, 0.8, 0.0, -2.05), strict=True)
    ]
    assert sure_words.leaderboard_sentence(rows, names, "soft targets") == (
        "Better than soft targets: Relations (+3.0). Not to be told apart: Decoupled (+0.8). "
        "Worse: Attention (−2.0)."
    )
