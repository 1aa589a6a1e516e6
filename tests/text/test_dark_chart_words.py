"""Charts of dark knowledge in words: their numbers by hand."""

import re

import numpy as np
import pandas as pd
import pytest

from kd.charts import dark_charts
from kd.text import dark_words as words

SURE = np.log(np.array([0.91, *[0.01] * 9]))
LOGITS = {"teacher": SURE, "distilled": np.log(np.array([*[0.05] * 9, 0.55])), "scratch": np.zeros(10)}


def test_entropy_is_said_at_this_temperature_and_at_both_ends():
    curve = [(0.5, 0.1, False), (2.0, 0.9, False), (20.0, 3.2, False), (4.0, 1.234, True)]
    rows = pd.DataFrame(curve, columns=["temperature", "entropy_bits", "here"]).assign(role="teacher")
    assert words.entropy_words(rows) == (
        "Entropy in bits. Teacher: 1.23 at T = 4; from 0.10 at T = 0.5 to 3.20 at T = 20."
    )


def test_the_curves_of_the_app_have_both_ends():
    said = words.entropy_words(dark_charts.entropy_rows(LOGITS, 2.5))
    assert re.search(r"Teacher: \d\.\d\d at T = 2\.5; from 0\.\d\d at T = 0\.1 to 3\.\d\d at T = 100\.", said)
    assert said.endswith("Scratch: 3.32 at every T.")


def test_mean_entropy_is_said_with_its_band():
    columns = ["temperature", "mean", "lower", "upper"]
    curve = pd.DataFrame([(0.5, 0.1, 0.0, 0.2), (4.0, 1.0, 0.5, 1.5), (20.0, 3.0, 2.5, 3.3)], columns=columns)
    assert words.mean_entropy_words(dark_charts.mean_entropy_rows(curve, 4.0)) == (
        "The teacher's mean entropy over the test pictures: 1.00 bits at T = 4, the middle 80 % from 0.50 "
        "to 1.50; 0.10 bits at T = 0.5 and 3.00 at T = 20."
    )


def test_the_strength_of_a_part_without_weight_is_left_out():
    rows = dark_charts.strength_rows(0, LOGITS["scratch"], SURE, 1.0, 4.0)
    strength = f"{np.sqrt(0.9**2 + 9 * 0.1**2):.2g}"
    assert words.strength_words(rows) == (f"Strength of the pull. Labels: {strength} at every T.")


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_likeness_is_the_largest_share_of_what_goes_to_wrong_digits(temperature):
    logits = 10.0 * np.eye(10)
    logits[4, 9], logits[3, 3] = 8.0, 9.0
    said = words.look_alikes_words(
        dark_charts.look_alike_rows(np.arange(10), logits, temperature), temperature
    )
    four = np.exp(logits[4] / temperature)
    share = four[9] / (four.sum() - four[4])
    assert (
        f"for pictures of 4, {100 * share:.1f}\u00a0% of the probability for wrong digits goes to 9." in said
    )
    low = np.exp(logits / temperature).max(axis=1) / np.exp(logits / temperature).sum(axis=1)
    assert f"lowest for {low.argmin()} ({100 * low.min():.1f}\u00a0%)" in said
    assert said.startswith(f"The teacher's mean soft targets at T = {temperature:g}.")
