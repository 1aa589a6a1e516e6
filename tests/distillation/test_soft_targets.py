"""The divergence of soft targets, compared with NumPy in float64 and with Keras's own KLDivergence."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.distillation.soft_targets import SoftTargetDivergence, soft_target_divergence

TEMPERATURES = (1.0, 4.0, 20.0)
LARGEST_LOGIT = (1.0, 10.0, 100.0)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def reference(z_student, z_teacher, temperature):
    """Mean divergence and its gradient from the formulas of Hinton et al. 2015, section 2, in float64."""
    log_t, log_s = log_softmax(z_teacher / temperature), log_softmax(z_student / temperature)
    divergence = (np.exp(log_t) * (log_t - log_s)).sum(axis=1).mean()
    return divergence, (np.exp(log_s) - np.exp(log_t)) / temperature / len(z_student)


def draw(largest: float, rows: int = 64):
    generator = np.random.default_rng(int(largest))
    student, teacher = generator.uniform(-largest, largest, size=(2, rows, 10)).astype(np.float32)
    return generator.integers(0, 10, rows), student, teacher


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("largest", LARGEST_LOGIT)
def test_value_and_gradient_equal_numpy_in_float64(temperature, largest):
    _, student, teacher = draw(largest)
    variable = tf.Variable(student)
    with tf.GradientTape() as tape:
        got = tf.reduce_mean(soft_target_divergence(teacher, variable, temperature))
    expected = reference(student.astype(np.float64), teacher.astype(np.float64), temperature)
    np.testing.assert_allclose(float(got), expected[0], rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(got, variable), expected[1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_divergence_equals_keras_where_keras_clips_nothing(temperature):
    _, student, teacher = draw(5.0)
    probabilities = [keras.ops.softmax(logits / temperature) for logits in (teacher, student)]
    variable = tf.Variable(student)
    with tf.GradientTape(persistent=True) as tape:
        ours = tf.reduce_mean(soft_target_divergence(teacher, variable, temperature))
        theirs = keras.losses.KLDivergence()(probabilities[0], tf.nn.softmax(variable / temperature))
    np.testing.assert_allclose(float(ours), float(theirs), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        tape.gradient(ours, variable), tape.gradient(theirs, variable), rtol=1e-3, atol=1e-6
    )


def test_hand_computed_divergence_of_two_classes():
    # softmax([ln 3, 0]) = (3/4, 1/4) against softmax([0, 0]) = (1/2, 1/2)
    expected = 0.75 * np.log(0.75 / 0.5) + 0.25 * np.log(0.25 / 0.5)
    [got] = soft_target_divergence(np.array([[np.log(3.0), 0.0]]), np.zeros((1, 2)))
    assert float(got) == pytest.approx(expected, abs=1e-7)


def test_large_temperature_matches_half_squared_logit_distance():
    # Hinton et al. 2015, section 2.1: for T large against the logits and zero-mean logits the
    # gradient tends to (z_s − z_t) / (N T²).
    _, student, teacher = draw(1.0)
    student -= student.mean(axis=1, keepdims=True)
    teacher -= teacher.mean(axis=1, keepdims=True)
    temperature = 1000.0
    variable = tf.Variable(student)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(soft_target_divergence(teacher, variable, temperature)) * temperature**2
    np.testing.assert_allclose(tape.gradient(loss, variable), (student - teacher) / 10, atol=2e-3)


def test_the_loss_object_averages_the_rows():
    _, student, teacher = draw(3.0)
    rows = soft_target_divergence(teacher, student)
    assert float(SoftTargetDivergence()(teacher, student)) == pytest.approx(
        float(tf.reduce_mean(rows)), rel=1e-6
    )
