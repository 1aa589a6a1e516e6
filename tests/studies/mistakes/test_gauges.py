"""What gradient, loss and accuracy say of a mistake, against TensorFlow, Keras and SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

from data import make_gradients
from kd.distillation.mistakes import MISTAKES
from kd.studies import experiments
from kd.studies.mistakes import BASE, Course, slopes
from kd.studies.mistakes.cards import CARDS
from tests.studies.experiments import made_up


def test_the_gradients_are_those_of_what_is_trained():
    """Of the losses as they are now; another processor may round otherwise."""
    found = make_gradients.compared()
    assert [*found.index] == [*slopes()] == [*MISTAKES]
    np.testing.assert_allclose([*slopes().values()], found, rtol=1e-3, atol=1e-3)


def test_each_gradient_is_wrong_in_the_way_that_its_card_says():
    t, alpha, found = BASE.temperature, BASE.alpha, slopes()
    assert found["no_t_squared"].teacher_size == pytest.approx(1 / t**2)
    assert found["mean_reduction"].teacher_size == pytest.approx(1 / 10)
    assert found["alpha_reversed"].teacher_size == pytest.approx(alpha / (1 - alpha))
    for code in ("no_t_squared", "mean_reduction", "alpha_reversed"):
        assert found[code].teacher_cosine == pytest.approx(1)
    for code in ("log_probabilities", "same_network"):
        assert found[code].teacher_size == 0
        assert np.isnan(found[code].teacher_cosine)


def rows_of(experiment) -> pd.DataFrame:
    """Made-up rows of its long training, without the blocks of test pictures."""
    rows = made_up.rows(experiment).query("length == 'long'")
    return rows.drop(columns=["distilled_blocks", "scratch_blocks"])


def test_the_gauges_of_a_card_are_those_of_its_rows():
    experiment = CARDS["probabilities_for_logits"]  # which makes two mistakes
    rows = rows_of(experiment)
    assert set(rows["mistake"]) == {"", *experiment.mistake.wrong}
    right = rows[rows["mistake"] == ""]

    def course(runs: pd.DataFrame) -> Course:
        return pytest.approx((runs["loss_at_first"].mean(), runs["loss_at_last"].mean()))

    gauges = experiment.mistake.gauges(rows)
    assert [*gauges] == ["teacher_probabilities", "both_probabilities"]
    for code, each in gauges.items():
        wrong = rows[rows["mistake"] == code]
        others = right["distilled_right"], wrong["scratch_right"]
        for found, other in zip((each.difference, each.gain), others, strict=True):
            test = ttest_rel(wrong["distilled_right"].to_numpy(), other.to_numpy())
            interval = test.confidence_interval(0.95)
            assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
            assert found.p == pytest.approx(test.pvalue)
        assert each.loss == course(wrong)
        assert each.right_loss == course(right)
        assert each.gradient == slopes()[code]
        assert experiment.judge(rows)[f"difference_{code}"] == each.difference


def test_the_best_of_many_is_what_its_lines_say():
    experiment = CARDS["best_of_many"]
    rows = rows_of(experiment)
    table = rows.pivot(index="alpha", columns="seed", values="distilled_right")
    distilled, chosen = table.to_numpy(), list(table.index).index(0.1)
    scratch = rows.drop_duplicates("seed")["scratch_right"].to_numpy()
    names = {"distilled": distilled, "scratch": scratch, "chosen": chosen}
    found = experiment.judge(rows)
    exec(experiment.mistake.right, names)
    assert found["honest"].mean == pytest.approx(names["gain"])
    reported = []
    for seed in range(5):
        names = {"distilled": distilled[:, seed], "scratch": scratch[[seed]]}
        exec(experiment.mistake.wrong["best_of_many"], names)
        reported.append(names["gain"])
    assert found["reported"].mean == pytest.approx(np.mean(reported))
    assert found["exaggerated"].mean == pytest.approx(found["reported"].mean - found["honest"].mean)
    (gauges,) = experiment.mistake.gauges(rows).values()
    assert gauges.loss is gauges.gradient is None
    assert (gauges.difference, gauges.gain) == (found["exaggerated"], found["reported"])
    # its method does nothing, and of one seed, no two runs start from the same weights
    runs = experiment.runs(2)
    assert all(config.mistake == "same_network" for config in runs)
    assert len({(config.epochs, config.training_seed) for config in runs}) == len(runs)


def test_luck_is_what_the_best_of_simulated_runs_gains():
    experiment, random = CARDS["best_of_many"], np.random.default_rng(2)
    seeds, alphas = 640, (0.1, 0.3, 0.5, 0.7, 0.9)
    runs = pd.DataFrame(
        [(seed, alpha) for seed in range(seeds) for alpha in alphas], columns=["seed", "alpha"]
    )
    accuracies = 85 + 0.7 * random.standard_normal(len(runs))
    found = experiment.judge(runs.assign(distilled_right=accuracies, scratch_right=accuracies, gain=0.0))
    best_of_five, best_of_twenty = (
        0.7 * random.standard_normal((100_000, draws)).max(axis=1).mean() for draws in (5, 20)
    )
    assert found["luck"].mean == pytest.approx(best_of_five, abs=0.03)
    assert found["luck_of_many"].mean == pytest.approx(best_of_twenty, abs=0.05)
    assert found["reported"].mean == pytest.approx(best_of_five, abs=0.1)
    assert found["honest"].mean == 0


def test_every_mistake_is_made_on_a_card():
    assert sorted(CARDS) == sorted(experiments.MISTAKES)
    made = [code for card in CARDS.values() for code in card.mistake.wrong]
    assert sorted(made) == sorted([*MISTAKES, "best_of_many"])
    for card in CARDS.values():
        assert card.mistake.thread.title in card.paper.section
        assert card.mistake.right not in card.mistake.wrong.values()
        assert card.setting == BASE or card.name == "best_of_many"
