"""Training: the fast path equals the plain one, results repeat, and what a teacher answers."""

from __future__ import annotations

import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.config import RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.networks.architectures import Architecture
from kd.pictures.mnist import to_model_input
from kd.training import student
from kd.training.answers import milliseconds_a_picture, permuted_doubts, teacher_outputs
from kd.training.compiled import Kind, LabelsAlone, compiled_training
from kd.training.messages import Teaching, TrainingStopped
from kd.training.networks import Network, drawn_weights, initial_weights
from kd.training.student import keras_bytes
from tests.training.helpers import SMALL, history_of, made_up, never, same_in_every_bit, trained

STUDENT = Architecture("convolutional", 16)
SOFT_TARGETS = OBJECTIVES["soft_targets"]


def test_pictures_become_the_models_input_to_the_last_bit(mnist):
    every = np.arange(256, dtype=np.uint8).repeat(28 * 28).reshape(-1, 28, 28)
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    found = Network(lambda: model).logits(every)
    np.testing.assert_array_equal(found, to_model_input(every).reshape(len(every), -1))


def test_a_network_answers_as_its_model_does_whatever_its_weights_were_before(mnist):
    network = Network(lambda: STUDENT.build("model"))
    for seed in (1, 2):
        network.reset(drawn_weights(network.model, seed))
        expected = network.model(to_model_input(mnist.x_test[:300]))
        np.testing.assert_allclose(network.logits(mnist.x_test[:300]), expected, rtol=1e-4, atol=1e-5)


def test_weights_are_drawn_for_every_layer_whatever_its_initialisers_are_called():
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.DepthwiseConv2D(3, depth_multiplier=4),
            layers.SeparableConv2D(6, 3),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    once, again, other = (drawn_weights(model, seed) for seed in (3, 3, 4))
    assert [weight.shape for weight in once] == [tuple(weight.shape) for weight in model.weights]
    model.set_weights(list(once))
    for first, second, different in zip(once, again, other, strict=True):
        np.testing.assert_array_equal(first, second)
        assert np.ptp(first) == 0 or not np.array_equal(first, different)
    assert sum(np.ptp(weight) > 0 for weight in once) == 4  # kernels; the rest is 0 or 1


@pytest.mark.parametrize("student", ["convolutional", "separable"])
def test_two_trainings_of_a_setting_are_equal_to_the_bit(student, tmp_path):
    """Whatever is trained in between leaves nothing behind."""
    config, said = SMALL.replace(student=student, train_size=64), made_up(64)
    once = trained(config, "distilled", said, is_followed=False)
    initial_weights.cache_clear()
    other = trained(
        config.replace(seed=1, temperature=9.0, batch_size=20), "distilled", said, is_followed=False
    )
    same_in_every_bit(once, trained(config, "distilled", said, is_followed=False), tmp_path)
    assert history_of(other) != history_of(once)


def test_a_second_training_of_a_kind_traces_nothing_again():
    trained(SMALL, "distilled", made_up())
    steps = compiled_training(STUDENT, Kind(SOFT_TARGETS()))._steps
    traced = steps.experimental_get_tracing_count()
    other = SMALL.replace(seed=7, alpha=0.9, temperature=2.0, batch_size=16, temperature_squared=False)
    trained(other, "distilled", made_up())
    trained(other.replace(train_size=100, omitted_digits="3"), "distilled", made_up(100))
    assert compiled_training(STUDENT, Kind(SOFT_TARGETS(alpha=0.9)))._steps is steps
    assert steps.experimental_get_tracing_count() == traced == 1


@pytest.mark.parametrize(("name", "objective"), [("distilled", SOFT_TARGETS()), ("scratch", LabelsAlone())])
def test_after_warming_up_a_training_traces_nothing(monkeypatch, name, objective):
    dense = {"student": "dense", "student_units": 7}  # which nothing else here trains
    monkeypatch.setattr(student, "RunConfig", lambda **settings: RunConfig(**settings, **dense))
    student.warm(name)
    compiled = compiled_training(Architecture("dense", 7), Kind(objective))
    evaluation = compiled.network._evaluate
    functions = compiled._steps, evaluation._fold, evaluation._answer
    assert [function.experimental_get_tracing_count() for function in functions] == [1, 1, 1]
    trained(SMALL.replace(**dense, epochs=1), name, made_up())
    assert [function.experimental_get_tracing_count() for function in functions] == [1, 1, 1]


def test_teaching_of_other_images_is_refused():
    for objective, teaching, shape in (
        ("soft_targets", Teaching(made_up().logits[:-1]), r"^teacher_logits .* \(320, 10\), got \(319, 10\)"),
        ("attention", Teaching(made_up().logits), r"^teacher_attention .* \(320, 245\), got \(\)"),
    ):
        with pytest.raises(ValueError, match=shape):
            trained(SMALL.replace(objective=objective), "distilled", teaching)


NARROW = Architecture("convolutional", 1)


def test_a_stop_is_felt_between_parts(mnist):
    asked, file = iter([False, True]), keras_bytes(NARROW.build("teacher"), "teacher")
    with pytest.raises(TrainingStopped):
        teacher_outputs(file, mnist.x_train[:501], False, lambda: next(asked))
    assert not [*asked]


def test_a_teacher_in_training_mode_drops_features_before_its_last_layer():
    """Of a layer that hands on ten pixels: each is left out, or as much more as others are left out."""
    share, model = 0.2, Architecture("linear").build("teacher")
    kernel, bias = np.zeros((784, 10)), np.arange(10)
    kernel[np.arange(10) * 70, np.arange(10)] = np.arange(1, 11)
    model.layers[-1].set_weights([kernel, bias])
    file, pictures = keras_bytes(model, "teacher"), np.full((300, 28, 28), 51, np.uint8)

    def said(seed: int) -> np.ndarray:
        return teacher_outputs(file, pictures, False, never, dropout=(share, seed)).logits

    kept = (said(1) - bias) / (np.arange(1, 11) * (51 / 255) / (1 - share))
    np.testing.assert_allclose(kept, kept.round(), atol=1e-5)
    assert {*kept.round().ravel().tolist()} == {0.0, 1.0}
    assert kept.mean() == pytest.approx(1 - share, abs=0.04)
    np.testing.assert_array_equal(said(1), said(1))
    assert (said(1) != said(2)).any()


class Asleep:
    """In place of an Architecture: a network that answers after 50 ms."""

    def build(self, name):
        return lambda images: tf.py_function(lambda: float(time.sleep(0.05) or 0), [], tf.float32)


def test_the_time_of_a_picture_is_that_of_its_network_in_milliseconds():
    slow, quick = milliseconds_a_picture((Asleep(), NARROW), repeats=9)
    assert 0 < quick < slow
    assert 50 <= slow < 5_000


LOGITS = np.random.default_rng(0).normal(0, 5, (3_000, 10)).astype(np.float32)


def test_permuted_doubts_keep_the_probabilities_and_the_largest_in_its_place():
    kept, permuted = LOGITS.copy(), permuted_doubts(LOGITS, 3)
    np.testing.assert_array_equal(LOGITS, kept)
    np.testing.assert_array_equal(np.sort(permuted), np.sort(LOGITS))
    np.testing.assert_array_equal(permuted.argmax(axis=1), LOGITS.argmax(axis=1))
    # the second largest is then in any of nine places, its own among them
    second, after = (np.argsort(logits)[:, -2] for logits in (LOGITS, permuted))
    assert np.mean(second == after) == pytest.approx(1 / 9, abs=0.02)
    counts = np.bincount(after[LOGITS.argmax(axis=1) == 4], minlength=10)
    assert counts[4] == 0
    assert np.delete(counts, 4).min() > 0.5 * counts.sum() / 9
