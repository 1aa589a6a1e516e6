"""Accuracy, agreement, McNemar and intervals: as in scikit-learn, SciPy, published and hand-made cases."""

import json

import numpy as np
import pytest
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from kd.analysis import evaluation
from kd.analysis.verdict import Comparison, verdict
from kd.config import RunConfig

RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, 10, 400)
LOGITS = RANDOM.normal(size=(400, 10)) + 2 * np.eye(10)[LABELS]
OTHER = RANDOM.normal(size=(400, 10)) + 2 * np.eye(10)[LABELS]


def _one_hot(classes):
    return np.eye(10, dtype=np.float32)[classes]


def test_accuracy_agreement_and_confusion_are_scikit_learns():
    predicted, other = LOGITS.argmax(1), OTHER.argmax(1)
    assert evaluation.accuracy(LABELS, LOGITS) == pytest.approx(metrics.accuracy_score(LABELS, predicted))
    assert evaluation.agreement(LOGITS, OTHER) == pytest.approx(metrics.accuracy_score(predicted, other))
    np.testing.assert_array_equal(
        evaluation.confusion_matrix(LABELS, LOGITS), metrics.confusion_matrix(LABELS, predicted)
    )
    np.testing.assert_array_equal(evaluation.correct(LABELS, LOGITS), predicted == LABELS)


def test_confusion_table_has_a_row_for_every_cell_even_of_absent_classes():
    labels = np.array([3, 3, 3, 8])
    table = evaluation.confusion_table(
        labels, {"teacher": _one_hot([3, 3, 5, 8]), "scratch": _one_hot([3, 5, 5, 3])}
    )
    assert list(table.columns) == ["model", "true", "predicted", "count", "share"]
    assert len(table) == 200
    cells = table.set_index(["model", "true", "predicted"])
    assert cells.loc[("teacher", 3, 5), "share"] == pytest.approx(1 / 3)
    assert cells.loc[("scratch", 8, 3), ["count", "share"]].tolist() == [1, 1]
    assert table.index.tolist() == list(range(200))
    assert cells["count"].sum() == 8
    assert cells.loc[("teacher", 0, 0), "share"] == 0


def test_mcnemar_counts_coin_tosses():
    for first, second, expected in ((0, 0, 1.0), (3, 3, 1.0), (8, 2, 2 * (1 + 10 + 45) / 2**10)):
        assert (
            evaluation.mcnemar(first, second) == evaluation.mcnemar(second, first) == pytest.approx(expected)
        )


def test_paired_interval_is_the_published_one():
    # Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables (2017), chapter 8.
    assert evaluation.paired_difference_interval(59, 6, 16, 80) == pytest.approx((-0.1186, -0.0046), abs=5e-5)
    assert evaluation.paired_difference_interval(1, 1, 7, 12) == pytest.approx((-0.507, -0.026), abs=5e-4)


def newcombes_method_10(a, b, c, d):
    """The paper's own steps, with the Wilson intervals of statsmodels."""
    n = a + b + c + d
    first, second = (a + b) / n, (a + c) / n
    (low_1, high_1), (low_2, high_2) = (
        proportion_confint(count, n, method="wilson") for count in (a + b, a + c)
    )
    root = np.sqrt(float((a + b) * (c + d) * (a + c) * (b + d)))
    product = a * d - b * c
    phi = (max(product - n / 2, 0) if product > 0 else product) / root if root else 0.0
    down = (first - low_1) ** 2 - 2 * phi * (first - low_1) * (high_2 - second) + (high_2 - second) ** 2
    up = (high_1 - first) ** 2 - 2 * phi * (high_1 - first) * (second - low_2) + (second - low_2) ** 2
    return first - second - np.sqrt(down), first - second + np.sqrt(up)


@pytest.mark.parametrize(
    "counts", [(9500, 200, 90, 210), (1, 5, 7, 2), (1, 0, 0, 1), (20, 0, 0, 0), (0, 3, 2, 0), (0, 0, 0, 1)]
)
def test_paired_interval_is_made_in_the_papers_steps(counts):
    expected = newcombes_method_10(*counts)
    assert evaluation.paired_difference_interval(*counts) == pytest.approx(expected, abs=1e-9)


def answers_of(both, only_distilled, only_scratch, neither):
    """Labels of class 1, and logits that are right (class 1) or wrong (class 2) as often as asked."""
    counts = [both, only_distilled, only_scratch, neither]
    distilled = np.repeat([1, 1, 2, 2], counts)
    scratch = np.repeat([1, 2, 1, 2], counts)
    return np.ones(sum(counts), int), _one_hot(distilled), _one_hot(scratch)


def test_a_comparison_is_of_codes_and_numbers():
    result = evaluation.compare(*answers_of(9600, 200, 90, 110))
    low, high = evaluation.paired_difference_interval(9600, 200, 90, 110)
    assert json.loads(json.dumps(result)) == {
        "difference": pytest.approx(0.011),
        "low": low,
        "high": high,
        "p_value": evaluation.mcnemar(200, 90),
        "only_distilled_right": 200,
        "only_scratch_right": 90,
        "verdict": "ahead",
    }


def test_a_side_is_taken_only_when_interval_and_test_agree_on_it():
    assert verdict(0.0001, 0.02, 0.051) == verdict(-0.02, -0.0001, 0.051) == "not shown"
    assert verdict(0.0, 0.02, 0.049) == verdict(-0.02, 0.0, 0.049) == "not shown"
    assert verdict(0.0001, 0.02, 0.049) == "ahead"
    assert verdict(-0.02, -0.0001, 0.049) == "behind"
    limit = 1 - evaluation.CONFIDENCE
    assert verdict(0.0001, 0.02, limit) == verdict(-0.02, -0.0001, limit) == "not shown"
    assert evaluation.compare(*answers_of(9600, 200, 100, 100), alpha=0.95)["verdict"] == "ahead"
    # both are the same network
    assert evaluation.compare(*answers_of(9600, 200, 100, 100), alpha=1.0)["verdict"] == "no teacher"


def test_the_words_of_a_run_that_makes_a_mistake_say_so():
    comparison = Comparison(evaluation.compare(*answers_of(9600, 200, 90, 110)))
    said = comparison.with_words(RunConfig(mistake="no_t_squared"))["sentence"]
    assert said.partition("makes a mistake on purpose")[1]
    assert said != comparison["sentence"]
