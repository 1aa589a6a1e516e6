"""Guesses: what comes out, the median, who came closest, and how many chose what, against NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kd.classes.guess import (
    Guess,
    closer,
    closest,
    counted,
    drawn,
    found,
    gain_at,
    median,
    off,
    right_answers,
)
from kd.config import RunConfig
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.judging import Finding
from kd.studies.experiments.rows import shipped_findings, shipped_rows
from kd.studies.shipped import shipped_study


def test_one_number_is_what_the_included_study_found_there():
    setting = RunConfig(train_size=2000, alpha=0.5, temperature=4.0)
    runs = shipped_study()
    runs = runs[(runs["train_size"] == 2000) & (runs["alpha"] == 0.5) & (runs["temperature"] == 4.0)]
    runs = runs[runs["temperature_squared"]]
    gain = 100 * (runs["distilled_accuracy"] - runs["scratch_accuracy"]).mean()
    result = gain_at(setting)
    assert result.mean == pytest.approx(gain, abs=0.01)
    assert result.low < gain < result.high
    assert result.seeds == len(runs)
    assert found(Guess(setting=setting)).mean == result.mean
    with pytest.raises(ValueError, match=r"temperature = 3\.0: choose of 1\.0"):
        gain_at(RunConfig(temperature=3.0))


def test_a_curve_is_the_mean_at_each_place_after_the_longest_training():
    runs = shipped_rows("how_many_images")
    runs = runs[runs["length"] == "long"]
    means = runs.groupby("train_size")["gain"].mean().sort_index()
    np.testing.assert_allclose(drawn("how_many_images"), means, atol=0.01)


def test_the_answer_to_an_experiment_is_right_where_its_finding_bears_it_out():
    asked = EXPERIMENTS["never_saw_it"]
    result = found(Guess("never_saw_it"))
    assert result == shipped_findings("never_saw_it")["long"][asked.guess.measured]
    assert result.low > 90
    assert right_answers(asked, result) == ["nearly all"]
    assert right_answers(asked, Finding(50.0, 45.0, 55.0, 0.0, 5, "percent")) == []  # on both sides of 50


@pytest.mark.parametrize("shape", [(), (6,)], ids=["numbers", "curves"])
def test_the_median_and_the_distances_are_those_of_numpy(shape):
    random = np.random.default_rng(7)
    truth, values = random.normal(size=shape), random.normal(size=(30, *shape))
    people = {f"p{number}": value for number, value in enumerate(values.tolist())}
    away = np.abs(values - truth).reshape(30, -1).mean(axis=1)
    np.testing.assert_allclose(median([*people.values()]), np.median(values, axis=0))
    names, least = closest(people, truth.tolist())
    assert names == [f"p{away.argmin()}"]
    assert least == pytest.approx(away.min())
    for number in (0, int(away.argmin()), int(away.argmax())):
        assert off(people[f"p{number}"], truth.tolist()) == pytest.approx(away[number])
        nearer = closer(people[f"p{number}"], people.values(), truth.tolist())
        assert nearer == (away < away[number]).sum()


def test_several_may_be_closest_and_nobody_may_have_guessed():
    assert closest({"ann": 3.0, "ben": 5.0, "cy": 9.0, "di": 3.0}, 4.0) == (["ann", "ben", "di"], 1.0)
    people, least = closest({}, 4.0)
    assert people == []
    assert math.isnan(least)
    assert np.isnan(median([]))


def test_answers_are_counted_in_their_own_order_also_those_that_nobody_chose():
    assert [*counted(["b", "a", "b"], ("c", "b", "a")).items()] == [("c", 0), ("b", 2), ("a", 1)]
