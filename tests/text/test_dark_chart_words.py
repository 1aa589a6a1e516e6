"""Charts of dark knowledge in words: their numbers by hand."""

import numpy as np
import pandas as pd
import pytest

from kd.charts import dark_charts
from kd.text import dark_words as words


def test_mean_entropy_is_said_with_its_band():
    columns = ["temperature", "mean", "lower", "upper"]
    curve = pd.DataFrame([(0.5, 0.1, 0.0, 0.2), (4.0, 1.0, 0.5, 1.5), (20.0, 3.0, 2.5, 3.3)], columns=columns)
    assert words.mean_entropy_words(dark_charts.mean_entropy_rows(curve, 4.0)) == (
        "The teacher's mean entropy over the test pictures: 1.00 bits at T = 4, the middle 80 % from 0.50 "
        "to 1.50; 0.10 bits at T = 0.5 and 3.00 at T = 20."
    )


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
