"""Digits of the class: what the models read, against counts by hand, statsmodels and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp
from statsmodels.stats.proportion import proportion_confint

from kd.classes.digits import concluded, hardest, readings, said, students_differ, worth

RANDOM = np.random.default_rng(3)
ASKED = RANDOM.integers(0, 10, 60)


def says(answers: np.ndarray) -> np.ndarray:
    """Logits of a model that gives these answers."""
    return RANDOM.normal(size=(len(answers), 10)) * 0.1 + 3 * np.eye(10)[answers]


def wrong(share: float) -> np.ndarray:
    return np.where(RANDOM.random(len(ASKED)) < share, (ASKED + 1) % 10, ASKED)


ANSWERS = {"teacher": wrong(0.1), "distilled": wrong(0.2), "scratch": wrong(0.5)}
LOGITS = {model: says(answers) for model, answers in ANSWERS.items()}
ALONE, FIVE_EACH = range(60), np.repeat(np.arange(12), 5)


def test_each_model_is_right_as_often_as_counted_with_wilsons_interval():
    found = readings(ASKED, ALONE, LOGITS)
    for model, each in found.items():
        right, alike = (ANSWERS[model] == ASKED).sum(), (ANSWERS[model] == ANSWERS["teacher"]).sum()
        assert (each.share, each.agreement) == (right / 60, alike / 60)
        assert (each.low, each.high) == pytest.approx(proportion_confint(right, 60, method="wilson"))
    first, second = (ANSWERS[model] == ASKED for model in ("distilled", "scratch"))
    only, other = (first & ~second).sum(), (second & ~first).sum()
    assert students_differ(found, ALONE) == pytest.approx(binomtest(only, only + other).pvalue)


def test_drawings_by_one_hand_are_worth_less():
    right = ANSWERS["distilled"] == ASKED
    same_hand = np.repeat([True, True, False, True], 5)
    assert worth(right, ALONE) == 60
    assert worth(same_hand, np.repeat(np.arange(4), 5)) == pytest.approx(3)  # SciPy's variance of four means
    variance = np.var([1, 1, 0, 1], ddof=1) / 4
    assert 0.75 * 0.25 / variance == pytest.approx(3)
    assert worth(np.ones(20, bool), np.repeat(np.arange(4), 5)) == 4
    assert worth(right[:5], [0] * 5) == 1
    assert 1 <= worth(right, FIVE_EACH) <= 60
    found = readings(ASKED, FIVE_EACH, LOGITS)
    means = [
        (ANSWERS["distilled"] == ASKED)[i : i + 5].mean() - (ANSWERS["scratch"] == ASKED)[i : i + 5].mean()
        for i in range(0, 60, 5)
    ]
    assert students_differ(found, FIVE_EACH) == pytest.approx(ttest_1samp(means, 0).pvalue)


def test_the_hardest_drawings_are_those_that_fewest_models_read():
    order = hardest(ASKED, LOGITS)
    right = [sum(int(ANSWERS[model][place] == ASKED[place]) for model in ANSWERS) for place in order]
    assert sorted(order) == [*range(60)]
    assert right == sorted(right)
    doubted = np.zeros((2, 10))
    doubted[:, 7] = (5.0, 1.0)
    assert hardest(np.array([7, 7]), dict.fromkeys(ANSWERS, doubted)) == [1, 0]


def test_a_verdict_on_the_students_takes_enough_hands_and_a_difference():
    few = readings(ASKED[:4], range(4), {model: values[:4] for model, values in LOGITS.items()})
    assert "Too few have drawn" in concluded(few, range(4))
    found = readings(ASKED, ALONE, LOGITS)
    assert students_differ(found, ALONE) < 0.05
    assert "The distilled student reads the class better" in concluded(found, ALONE)
    equal = readings(ASKED, ALONE, LOGITS | {"scratch": LOGITS["distilled"]})
    assert "to tell" in concluded(equal, ALONE)
    assert said(found, 60, 3).startswith("60 of 63")
