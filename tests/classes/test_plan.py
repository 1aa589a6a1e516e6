"""Plans: what a class does, as text that fits into a link."""

from __future__ import annotations

import pytest

from kd.classes.digits import Digits
from kd.classes.guess import Guess
from kd.classes.map import Map
from kd.classes.plan import KINDS, plan_of, plan_text
from kd.classes.seeds import Seeds
from kd.config import RunConfig
from kd.studies.experiments import EXPERIMENTS

WHOLE = (
    Guess(),
    Guess(about="how_many_images"),
    Guess(setting=RunConfig(train_size=200, temperature=20.0)),
    Seeds(RunConfig(alpha=0.5)),
    Map("train_size-temperature"),
    Digits("7", 5),
    Digits(),
)


def test_a_plan_comes_back_from_its_text():
    assert "how_many_images" in EXPERIMENTS
    assert plan_of(plan_text(WHOLE)) == WHOLE
    assert plan_of(" guess ;; digits:asked=7 ,times=5;") == (Guess(), Digits("7", 5))
    assert [each.kind for each in plan_of(";".join(KINDS))] == [*KINDS]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "between 1 and 20"),
        (";".join(["guess"] * 21), "21"),
        ("dance", "guess, seeds, map, digits"),
        ("guess:about=nothing", "nothing"),
        ("guess:about=how_many_images,alpha=0.1", "alpha"),
        ("guess:alpha=0.3", "alpha = 0.3: choose of 0.0, 0.1, 0.5, 0.9"),
        ("guess:epochs=3", "epochs"),
        ("seeds:alpha=7", "alpha"),
        ("seeds:colour=red", "colour"),
        ("map:axes=alpha-seed", "alpha-temperature"),
        ("digits:asked=77", "77"),
        ("digits:asked=x", "different digits"),
        ("digits:times=3", "1, 5"),
        ("digits:<b>=3", "asked, times"),
    ],
)
def test_what_no_class_can_do_is_refused_by_name(text, named):
    with pytest.raises(ValueError, match=named):
        plan_of(text)


def test_pupils_train_runs_of_their_own():
    seeds, painted = Seeds(RunConfig(seed=3)), Map()
    assert [seeds.config(None, number, ()).seed for number in range(3)] == [3, 4, 5]
    assert seeds.config(None, 1, ()).replace(seed=3) == RunConfig(seed=3)
    cell = painted.checked("0.9,20", "0.9,20", 0)
    config = painted.config(cell, 7, ())
    assert (config.alpha, config.temperature, config.seed) == (0.9, 20.0, 0)
    with pytest.raises(ValueError, match=r"0\.9,21"):
        painted.checked("0.9,21", "0.9,21", 0)


def test_each_pupil_is_asked_for_digits_in_turn():
    digits = Digits("357", 5)
    assert [digits.digit(1, str(key)) for key in range(5)] == [5, 7, 3, 5, 7]
    with pytest.raises(ValueError, match="5"):
        digits.checked(7, "5", 0)


@pytest.mark.parametrize("value", [None, "3", True, float("nan"), 31.0, [1.0]])
def test_a_guess_of_one_number_is_one(value):
    assert Guess().checked(-2, "", 0) == -2.0
    with pytest.raises(ValueError, match="guess must be"):
        Guess().checked(value, "", 0)


def test_a_guess_about_an_experiment_is_its_guess():
    drawn = next(name for name, each in EXPERIMENTS.items() if each.guess.drawn)
    chosen = next(name for name, each in EXPERIMENTS.items() if each.guess.choices)
    code = next(iter(EXPERIMENTS[chosen].guess.choices))
    assert Guess(chosen).checked(code, "", 0) == code
    assert Guess(drawn).checked([1, 2.5, 0, 0, 0, -1], "", 0) == [1.0, 2.5, 0.0, 0.0, 0.0, -1.0]
    for about, value in (
        (chosen, "no such answer"),
        (drawn, "1,2"),
        (drawn, [1.0]),
        (drawn, [1.0, 2, 3, 4, 5, "6"]),
    ):
        with pytest.raises(ValueError, match=r"guess|Guess"):
            Guess(about).checked(value, "", 0)
