"""What few images cost: the figures of the study that comes with the project, computed again by hand."""

import dataclasses
import re

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
    assert found.verdict["verdict"] == "helps"  # as the sentence takes for granted


ROW = {"difference": 6.8, "low": 5.51, "high": 8.49, "verdict": "helps"}
COST = FewImages(640, 500, 40, 10_000, 2, (0.836, 0.856), (0.904, 0.924), (0.94, 0.9408), ROW)


@pytest.mark.parametrize(("guess", "begins"), [(83, "Well guessed"), (88, "Less than"), (81, "More than")])
def test_how_the_guess_compares_and_differences_are_those_of_the_numbers_beside_them(guess, begins):
    longer = dataclasses.replace(COST, steps=3_200)
    said = answer_sentence(guess, COST, longer).replace("\u00a0", " ")
    assert said.startswith(begins)
    alone, lost, many, back, low, high, seeds, times, later, taught = re.findall(r"\d+(?:,\d+)*", said)
    assert (alone, lost, many) == ("85", str(94 - 85), "10,000")
    assert (back, low, high, seeds) == (str(91 - 85), "6", "8", "2")
    assert (times, later, taught) == ("5", "85", "91")
