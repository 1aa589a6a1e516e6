"""What few images cost: the figures of the study that comes with the project, computed again by hand."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from kd.studies.few_images import FewImages, answer_sentence, few_images
from kd.studies.shipped import FILE
from tests.studies.two_way import interval, points


def test_its_seeds_and_its_verdict_are_those_of_the_included_study():
    runs = pd.read_csv(FILE).query("length == 'short' and alpha == 0.1 and temperature == 10")
    runs = runs[runs["temperature_squared"]]
    few, many, found = runs.query("train_size == 500"), runs.query("train_size == 10_000"), few_images()
    assert (found.few, found.many, len(few), len(many)) == (500, 10_000, 5, 5)
    assert found.alone == tuple(few["scratch_accuracy"])
    assert found.taught == tuple(few["distilled_accuracy"])
    assert found.enough == tuple(many["scratch_accuracy"])
    gained = points(few["distilled_blocks"]) - points(few["scratch_blocks"])
    low, high, _p = interval(gained)
    figures = [found.verdict[name] for name in ("difference", "low", "high")]
    assert figures == pytest.approx([gained.mean(), low, high], abs=1e-4)


ROW = {"difference": 7.0, "low": 5.51, "high": 8.49, "verdict": "helps"}
COST = FewImages(640, 500, 10_000, (0.83, 0.85), (0.90, 0.92), (0.94, 0.9408), ROW)


@pytest.mark.parametrize(
    ("guess", "begins"),
    [
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
    unclear = dataclasses.replace(COST, verdict=ROW | {"verdict": "not shown"})
    assert "back" not in answer_sentence(84, unclear, COST)
