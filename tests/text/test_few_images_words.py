"""The answer to a guess says how it compares, and what the teacher gives back."""

from types import SimpleNamespace

import pytest

from kd.text.few_images_words import answer_sentence

COST = {
    "steps": 640,
    "many": 10_000,
    "alone": (0.83, 0.85),
    "taught": (0.90, 0.92),
    "lost": 10.04,
    "back": 7.0,
    "low": 5.51,
    "high": 8.49,
    "verdict": "helps",
}


@pytest.mark.parametrize(
    ("guess", "begins"),
    [
        (86, "Well guessed: it is 84.0 %,"),
        (82, "Well guessed: it is 84.0 %,"),
        (87, "It is less than you guessed: 84.0 %,"),
        (81, "It is more than you guessed: 84.0 %,"),
    ],
)
def test_how_the_guess_compares(guess, begins):
    sentence = answer_sentence(guess, SimpleNamespace(**COST))
    assert sentence.replace("\u00a0", " ").startswith(f"{begins} 10.0 points fewer than with 10,000.")
    assert sentence.replace("\u00a0", " ").endswith(
        "Taught by the teacher, the same student gets 91.0 %: 7.0 points back (5.5 to 8.5). "
        "All this after about 640 steps."
    )


def test_what_longer_training_changes_is_said_where_it_is_known():
    longer = SimpleNamespace(**COST | {"steps": 3_200, "taught": (0.95, 0.96)})
    said = answer_sentence(84, SimpleNamespace(**COST), longer).replace("\u00a0", " ")
    assert "after 3,200, it gets 84.0 % alone, and 95.5 % taught" in said


def test_no_gain_is_claimed_that_the_seeds_do_not_show():
    sentence = answer_sentence(84, SimpleNamespace(**COST | {"verdict": "not shown"}))
    assert "back" not in sentence
    assert "no difference is shown." in sentence
