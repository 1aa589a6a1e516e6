"""What the browser is told of the included study: numbers of the verdicts, and which cells are near."""

import itertools

import numpy as np
import pytest

from kd.studies.shipped import AXES, LONG, SHORT, known, shipped_study
from kd.studies.verdicts import verdicts
from kd.text.study_words import difference


@pytest.mark.parametrize("length", [SHORT, LONG])
def test_every_cell_has_the_numbers_of_its_verdict_as_they_are_shown(length):
    found = known(length)
    judged = verdicts(shipped_study(length), AXES).set_index(list(AXES))
    judged["scratch"] = (100 * judged["scratch_accuracy"]).round(2)
    judged["gain"] = [difference(row) for row in judged.to_dict("records")]
    cells = judged.loc[list(itertools.product(*found.axes.values())), ["gain", "low", "high", "scratch"]]
    np.testing.assert_allclose(found.cells, cells, atol=5e-4)
    assert set(judged["seeds"]) == {found.seeds}


def test_a_value_between_two_has_the_nearer_cell_and_one_far_away_has_none():
    found = known(SHORT)
    places = {
        "train_size": {500: 2, 300: 1, 400: 2, 20_000: 6, 60_000: None},
        "alpha": {0.1: 1, 0.3: 1, 0.35: 2, 1.0: None},
        "temperature": {10: 3, 8: 3, 6: 2, 100: 5, 0.1: None},
        "temperature_squared": {False: 0, True: 1},
    }
    assert {
        name: {value: found.place(name, value) for value in values} for name, values in places.items()
    } == places
