"""What few images cost: the figures of the study that comes with the project, computed again by hand."""

from __future__ import annotations

import csv
import statistics
from types import SimpleNamespace

import pytest

from kd.studies.few_images import answer_sentence, few_images
from kd.studies.shipped import FILE, shipped_study
from tests.studies.two_way import interval, points


def shares(images: int, model: str) -> list[float]:
    """Of the default setting: α 0.1, T 10, T²."""
    with FILE.open(encoding="utf-8") as file:
        return [
            float(row[f"{model}_accuracy"])
            for row in csv.DictReader(file)
            if row["length"] == "short"
            and int(row["train_size"]) == images
            and (float(row["alpha"]), float(row["temperature"])) == (0.1, 10)
            and row["temperature_squared"] == "True"
        ]


def test_it_has_five_seeds_of_each():
    found = few_images()
    assert (found.few, found.many) == (500, 10_000)
    assert list(found.alone) == shares(500, "scratch")
    assert list(found.taught) == shares(500, "distilled")
    assert list(found.enough) == shares(10_000, "scratch")
    assert len(found.alone) == len(found.taught) == len(found.enough) == 5


def test_what_is_lost_and_what_comes_back_in_points():
    found = few_images()
    mean = statistics.mean
    lost = mean(shares(10_000, "scratch")) - mean(shares(500, "scratch"))
    assert found.lost == pytest.approx(100 * lost)
    gains = [100 * (d - s) for d, s in zip(shares(500, "distilled"), shares(500, "scratch"), strict=True)]
    assert found.back == pytest.approx(mean(gains))
    runs = shipped_study().query(
        "train_size == 500 and alpha == 0.1 and temperature == 10 and temperature_squared"
    )
    low, high, _p = interval(points(runs["distilled_blocks"]) - points(runs["scratch_blocks"]))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


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
    longer = SimpleNamespace(**COST | {"steps": 3_200, "taught": (0.95, 0.96)})
    sentence = answer_sentence(guess, SimpleNamespace(**COST), longer).replace("\u00a0", " ")
    assert sentence == (
        f"{begins} 10.0 points fewer than with 10,000. Taught by the teacher, the same student gets 91.0 %: "
        "7.0 points back (5.5 to 8.5). All this after about 640 steps; after 3,200, it gets 84.0 % alone, "
        "and 95.5 % taught."
    )


def test_no_gain_is_claimed_that_the_seeds_do_not_show():
    sentence = answer_sentence(
        84, SimpleNamespace(**COST | {"verdict": "not shown"}), SimpleNamespace(**COST)
    )
    assert "back" not in sentence
    assert "no difference is shown." in sentence
