"""Objectives, compared with NumPy in float64 and with Keras's own KLDivergence."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.distillation.soft_targets import (
    SoftTargetDivergence,
    distillation_objective,
    soft_target_divergence,
)

ALPHAS = (0.0, 0.3, 1.0)
TEMPERATURES = (1.0, 4.0, 20.0)
LARGEST_LOGIT = (1.0, 10.0, 100.0)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def reference(labels, z_student, z_teacher, alpha, temperature, scale):
    """Value, terms and gradient from the formulas of Hinton et al. 2015, section 2, in float64."""
    n = len(labels)
    one_hot = np.eye(z_student.shape[1])[labels]
    cross_entropy = -(one_hot * log_softmax(z_student)).sum(axis=1).mean()
    log_t, log_s = log_softmax(z_teacher / temperature), log_softmax(z_student / temperature)
    divergence = scale * (np.exp(log_t) * (log_t - log_s)).sum(axis=1).mean()
    gradient = alpha * (np.exp(log_softmax(z_student)) - one_hot) / n
    gradient += (1 - alpha) * scale * (np.exp(log_s) - np.exp(log_t)) / temperature / n
    return alpha * cross_entropy + (1 - alpha) * divergence, cross_entropy, divergence, gradient


def draw(largest: float, rows: int = 64):
    generator = np.random.default_rng(int(largest))
    student, teacher = generator.uniform(-largest, largest, size=(2, rows, 10)).astype(np.float32)
    return generator.integers(0, 10, rows), student, teacher


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("largest", LARGEST_LOGIT)
def test_value_and_gradient_equal_numpy_in_float64(alpha, temperature, largest, squared):
    labels, student, teacher = draw(largest)
    scale = temperature**2 if squared else 1.0
    variable = tf.Variable(student)
    with tf.GradientTape() as tape:
        got = distillation_objective(labels, variable, teacher, alpha, temperature, scale)
    gradient = tape.gradient(got.loss, variable).numpy()
    loss, cross_entropy, divergence, expected_gradient = reference(
        labels, student.astype(np.float64), teacher.astype(np.float64), alpha, temperature, scale
    )
    np.testing.assert_allclose(
        [float(got.loss), float(got.student_loss), float(got.distillation_loss)],
        [loss, cross_entropy, divergence],
        rtol=2e-6,
        # float32 rounds each log-probability in its last digit, and s multiplies that error
        atol=max(1e-6, scale * np.finfo(np.float32).eps),
    )
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-4, atol=1e-6)


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
