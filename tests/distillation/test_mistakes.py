"""Each mistake is wrong in the way that it says: values and gradients against NumPy in float64, and Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import Outputs
from tests.distillation.formulas import divergence, gradient, softmax

ALPHA, T, ROWS = 0.3, 5.0, 6
_RANDOM = np.random.default_rng(8)
STUDENT, TEACHER = 4 * _RANDOM.normal(size=(2, ROWS, 10))
LABELS = _RANDOM.integers(0, 10, ROWS).astype(np.int32)
PROBABILITIES = softmax(TEACHER)


def kl(p, q):
    return sum(map(divergence, p, q)) / len(p)


def total(teachers_part, alpha=ALPHA):
    """A formula of the whole loss, of the student's logits, from one of the teacher's part."""

    def loss(z):
        of_labels = -np.log(softmax(z)[np.arange(ROWS), LABELS]).mean()
        return alpha * of_labels + (1 - alpha) * teachers_part(z)

    return loss


RIGHT = total(lambda z: T**2 * kl(softmax(TEACHER / T), softmax(z / T)))
FORMULAS = {
    "no_t_squared": total(lambda z: kl(softmax(TEACHER / T), softmax(z / T))),
    "mean_reduction": total(lambda z: T**2 * kl(softmax(TEACHER / T), softmax(z / T)) / 10),
    "alpha_reversed": total(lambda z: T**2 * kl(softmax(TEACHER / T), softmax(z / T)), 1 - ALPHA),
    "reversed_divergence": total(lambda z: T**2 * kl(softmax(z / T), softmax(TEACHER / T))),
    "one_temperature": total(lambda z: T**2 * kl(softmax(TEACHER / T), softmax(z))),
    "teacher_probabilities": total(lambda z: T**2 * kl(softmax(PROBABILITIES / T), softmax(z / T))),
    "both_probabilities": total(lambda z: T**2 * kl(softmax(PROBABILITIES / T), softmax(softmax(z) / T))),
    "log_probabilities": total(lambda z: 0.0),
    "same_network": total(lambda z: 0.0),
    # wrong in what they are given, not in what they do with it
    "teacher_in_training": RIGHT,
    "cached_answers": RIGHT,
}


def found(kind, scale=T**2):
    """The whole loss of a kind of objective, and its gradient by the student's logits."""
    objective = kind(alpha=ALPHA, temperature=T, scale=scale)
    student, labels = tf.Variable(STUDENT), tf.constant(LABELS)
    with tf.GradientTape() as tape:
        logits = tf.convert_to_tensor(student)
        prepared = objective.prepare(Outputs(tf.constant(TEACHER)), labels)
        of_labels = keras.ops.mean(
            keras.ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        )
        terms = objective.terms(labels, Outputs(logits), prepared)
        loss = objective.loss(of_labels, terms)
    assert list(terms) == list(objective.term_labels)
    return float(loss), tape.gradient(loss, student).numpy()


@pytest.mark.parametrize("code", sorted(MISTAKES.keys() - {"keras_default"}))
def test_loss_and_gradient_are_those_of_the_mistake(code):
    loss, slope = found(MISTAKES[code])
    assert loss == pytest.approx(np.real(FORMULAS[code](STUDENT.astype(complex))), rel=1e-6)
    np.testing.assert_allclose(slope, gradient(FORMULAS[code], STUDENT), rtol=1e-6, atol=1e-9)


def test_the_default_of_keras_is_what_keras_computes():
    """No softmax, no T², and a loss that can be below 0."""
    distillation = keras.distillation.LogitsDistillation(temperature=T)
    student = tf.Variable(STUDENT)
    with tf.GradientTape() as tape:
        theirs = distillation.compute_loss(tf.constant(TEACHER), tf.convert_to_tensor(student))
    objective = MISTAKES["keras_default"](alpha=0.0, temperature=T, scale=T**2)
    ours = tf.Variable(STUDENT)
    with tf.GradientTape() as our_tape:
        prepared = objective.prepare(Outputs(tf.constant(TEACHER)), None)
        terms = objective.terms(None, Outputs(tf.convert_to_tensor(ours)), prepared)
    np.testing.assert_array_equal(terms["distillation_loss"], theirs)
    slope = tape.gradient(theirs, student).numpy()
    np.testing.assert_array_equal(our_tape.gradient(terms["distillation_loss"], ours), slope)


def test_kept_answers_are_those_of_other_pictures():
    answers = np.arange(500)[:, None] * np.ones(10)
    given = MISTAKES["cached_answers"].answers(answers, 4)
    assert sorted(given[:, 0]) == list(range(500))
    assert (given[:, 0] == answers[:, 0]).mean() < 0.02
    assert (given != MISTAKES["cached_answers"].answers(answers, 5)).any()
    for code in MISTAKES.keys() - {"cached_answers"}:
        assert MISTAKES[code].answers(TEACHER, 3) is TEACHER
        assert not MISTAKES[code].answers_by_place
