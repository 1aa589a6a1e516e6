"""What gradient, loss and accuracy say of a mistake, against TensorFlow, Keras and SciPy."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy.stats import ttest_rel

from kd.config import RunConfig
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES, Outputs
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import training_set
from kd.studies.experiments import EXPERIMENTS
from kd.studies.mistakes import NAMES
from kd.studies.mistakes.cards import CARDS
from kd.studies.mistakes.mistake import BASE, MEASURES, PICTURES, batch, right_gradient, slope, wrong_gradient
from kd.teachers.shipped import shipped_logits, shipped_teacher_path

SETTINGS = [RunConfig(), RunConfig(alpha=0.6, temperature=3.0)]


def by_autodiff(kind, seen, config: RunConfig) -> tuple[np.ndarray, np.ndarray]:
    """The gradient of the whole loss and that of the weighted teacher's part, as training has them."""
    t = config.temperature
    objective = kind(alpha=config.alpha, temperature=t, scale=t**2)
    student, labels = tf.Variable(seen.student), tf.constant(seen.labels)
    with tf.GradientTape(persistent=True) as tape:
        logits = tf.convert_to_tensor(student)
        of_labels = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        terms = objective.terms(labels, Outputs(logits), objective.prepare(Outputs(seen.teacher), labels))
        loss = objective.loss(of_labels, terms)
        part = objective.teacher_weight() * terms["distillation_loss"]
    slopes = [tape.gradient(each, student) for each in (loss, part)]
    total, teachers = (np.zeros(seen.student.shape) if each is None else each.numpy() for each in slopes)
    return total, teachers


@pytest.mark.parametrize("config", SETTINGS, ids=str)
@pytest.mark.parametrize("code", MISTAKES)
def test_the_gradients_are_those_of_what_is_trained(code, config):
    seen = batch(code)
    for kind, found in (
        (OBJECTIVES["soft_targets"], right_gradient(seen, config)),
        (MISTAKES[code], wrong_gradient(code, seen, config)),
    ):
        total, teachers = by_autodiff(kind, seen, config)
        np.testing.assert_allclose(found.total, total, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(found.teacher, teachers, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("config", SETTINGS, ids=str)
def test_each_gradient_is_wrong_in_the_way_that_its_card_says(config):
    t, alpha = config.temperature, config.alpha
    found = {code: slope(code, config) for code in MISTAKES}
    assert found["no_t_squared"].teacher_size == pytest.approx(1 / t**2)
    assert found["mean_reduction"].teacher_size == pytest.approx(1 / 10)
    assert found["alpha_reversed"].teacher_size == pytest.approx(alpha / (1 - alpha))
    for code in ("no_t_squared", "mean_reduction", "alpha_reversed"):
        assert found[code].teacher_cosine == pytest.approx(1)
    for code in ("log_probabilities", "same_network"):
        assert found[code].teacher_size == 0
        assert np.isnan(found[code].teacher_cosine)
    for code in ("reversed_divergence", "teacher_in_training"):
        assert found[code].teacher_cosine < 0.999
    for code in ("one_temperature", "teacher_probabilities", "both_probabilities", "keras_default"):
        assert found[code].teacher_cosine < 0.9
    assert found["cached_answers"].teacher_cosine < 0.5


def test_the_batch_is_what_a_default_run_sees(mnist):
    seen = batch()
    drawn = np.random.default_rng([0, 4_000_000]).permutation(60_000)[:500]
    np.testing.assert_array_equal(seen.labels, mnist.y_train[drawn[:PICTURES]])
    answers = shipped_logits("strong")["train"][drawn]
    np.testing.assert_array_equal(seen.teacher, answers[:PICTURES])
    # it has learned something, and not all
    assert 0.5 < (seen.student.argmax(axis=1) == seen.labels).mean() < 0.95
    other = batch("cached_answers").teacher
    assert not (other == seen.teacher).all(axis=1).any()
    everything = {row.tobytes() for row in answers.astype(float)}
    assert all(row.tobytes() in everything for row in other)


def test_dropout_before_the_teachers_last_layer_is_as_in_keras(mnist):
    model = keras.saving.load_model(shipped_teacher_path("strong"), compile=False)
    features = keras.Sequential(model.layers[:-1])(
        to_model_input(training_set(RunConfig()).images[:PICTURES])
    ).numpy()
    kernel, bias = model.layers[-1].get_weights()
    kept = np.random.default_rng(0).random(features.shape) >= 0.5
    expected = (features * kept * 2) @ kernel + bias
    np.testing.assert_allclose(batch("teacher_in_training").teacher, expected, rtol=1e-3, atol=2e-3)
    off = batch("teacher_in_training").teacher - batch().teacher
    assert 0.1 < np.abs(off).mean() < 5


def rows_of(experiment, seed: int = 3) -> pd.DataFrame:
    """Made-up rows: every cell of an experiment's long training with five seeds."""
    random = np.random.default_rng(seed)
    rows = [
        {
            **cell,
            **part.labels,
            "seed": config.seed,
            **dict(zip(("distilled_right", "scratch_right"), pair, strict=True)),
        }
        for part in experiment.parts(5)
        if part.labels["length"] == "long"
        for cell, config in part.study.runs()
        for pair in [random.uniform(80, 95, 2)]
    ]
    frame = pd.DataFrame(rows)
    frame["scratch_right"] = frame.groupby("seed")["scratch_right"].transform("first")
    losses = {name: random.uniform(0, 5, len(frame)) for name in MEASURES}
    return frame.assign(gain=frame["distilled_right"] - frame["scratch_right"], **losses)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"best_of_many"}))
def test_the_gauges_of_a_card_are_those_of_its_rows(name):
    experiment = EXPERIMENTS[name]
    rows = rows_of(experiment)
    assert set(rows["mistake"]) == {"", *experiment.mistake.wrong}
    assert experiment.setting == BASE
    right = rows[rows["mistake"] == ""]
    for code, gauges in experiment.mistake.gauges(rows).items():
        wrong = rows[rows["mistake"] == code]
        others = right["distilled_right"], wrong["scratch_right"]
        for found, other in zip((gauges.difference, gauges.gain), others, strict=True):
            test = ttest_rel(wrong["distilled_right"].to_numpy(), other.to_numpy())
            interval = test.confidence_interval(0.95)
            assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
            assert found.p == pytest.approx(test.pvalue)
        assert gauges.loss == pytest.approx((wrong["loss_at_first"].mean(), wrong["loss_at_last"].mean()))
        assert gauges.right_loss == pytest.approx(
            (right["loss_at_first"].mean(), right["loss_at_last"].mean())
        )
        assert gauges.gradient == slope(code, BASE)
        assert experiment.findings(rows)["long"][f"difference_{code}"] == gauges.difference


def test_the_best_of_many_is_what_its_lines_say():
    experiment = EXPERIMENTS["best_of_many"]
    rows = rows_of(experiment)
    table = rows.pivot(index="alpha", columns="seed", values="distilled_right")
    distilled, chosen = table.to_numpy(), list(table.index).index(0.1)
    scratch = rows.drop_duplicates("seed")["scratch_right"].to_numpy()
    names = {"distilled": distilled, "scratch": scratch, "chosen": chosen}
    found = experiment.findings(rows)["long"]
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
    assert gauges.gain == found["reported"]
    # its method does nothing, and of one seed, no two runs start from the same weights
    runs = experiment.runs(2)
    assert all(config.mistake == "same_network" for config in runs)
    assert len({(config.epochs, config.training_seed) for config in runs}) == len(runs)


def test_luck_is_what_the_best_of_simulated_runs_gains():
    experiment, random = EXPERIMENTS["best_of_many"], np.random.default_rng(2)
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


def test_there_are_twelve_mistakes_with_a_thread_each():
    cards = [EXPERIMENTS[name] for name in NAMES]
    assert {*CARDS} == {*NAMES}
    assert len(cards) == 12
    assert all(card.kind == "mistake" for card in cards)
    made = [code for card in cards for code in card.mistake.wrong]
    assert sorted(made) == sorted([*MISTAKES, "best_of_many"])
    for card in cards:
        thread = card.mistake.thread
        repository, number = thread.place.split(" #")
        places = (f"https://github.com/{repository}/{kind}/{number}" for kind in ("issues", "pull"))
        assert card.paper.url in places
        assert thread.title in card.paper.section
        assert all(name in EXPERIMENTS for name in card.next)
        assert card.mistake.right not in card.mistake.wrong.values()
