"""What few images cost: the figures of the study that comes with the project, computed again by hand."""

from __future__ import annotations

import csv
import dataclasses
import statistics

import pytest

from kd.studies.few_images import FewImages, answer_sentence, few_images
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


def test_its_seeds_and_its_verdict_are_those_of_the_included_study():
    found = few_images()
    assert (found.few, found.many) == (500, 10_000)
    alone, taught, enough = shares(500, "scratch"), shares(500, "distilled"), shares(10_000, "scratch")
    assert (list(found.alone), list(found.taught), list(found.enough)) == (alone, taught, enough)
    assert len(alone) == len(taught) == len(enough) == 5
    gain = statistics.mean(taught) - statistics.mean(alone)
    assert found.verdict["difference"] == pytest.approx(100 * gain)
    runs = shipped_study().query(
        "train_size == 500 and alpha == 0.1 and temperature == 10 and temperature_squared"
    )
    low, high, _p = interval(points(runs["distilled_blocks"]) - points(runs["scratch_blocks"]))
    assert (found.verdict["low"], found.verdict["high"]) == pytest.approx((low, high), abs=1e-4)


ROW = {"difference": 7.0, "low": 5.51, "high": 8.49, "verdict": "helps"}
COST = FewImages(640, 500, 10_000, (0.83, 0.85), (0.90, 0.92), (0.94, 0.9408), ROW)


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
    longer = dataclasses.replace(COST, steps=3_200, taught=(0.95, 0.96))
    sentence = answer_sentence(guess, COST, longer).replace("\u00a0", " ")
    assert sentence == (
        f"{begins} 10.0 points fewer than with 10,000. Taught by the teacher, the same student gets 91.0 %: "
        "7.0 points back (5.5 to 8.5). All this after about 640 steps; after 3,200, it gets 84.0 % alone, "
        "and 95.5 % taught."
    )


def test_no_gain_is_claimed_that_the_seeds_do_not_show():
    unclear = dataclasses.replace(COST, verdict=ROW | {"verdict": "not shown"})
    sentence = answer_sentence(84, unclear, COST)
    assert "back" not in sentence
    assert "no difference is shown." in sentence
