"""The divergence of soft targets in Keras: as a function, a plain loss, and in Keras' own distillation."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.distillation.soft_targets import SoftTargetDivergence, soft_target_divergence
from tests.distillation.formulas import softmax

T = 4.0
STUDENT, TEACHER = np.random.default_rng(0).uniform(-10, 10, (2, 16, 10)).astype(np.float32)


def divergences(teacher=TEACHER, student=STUDENT, temperature=T) -> np.ndarray:
    p, q = (softmax(logits.astype(float) / temperature) for logits in (teacher, student))
    return (p * np.log(p / q)).sum(axis=1)


def test_each_row_has_its_divergence_in_the_wider_of_both_types():
    for teacher, student, dtype in (
        (TEACHER.astype("float64"), STUDENT, "float64"),
        (TEACHER.astype("float16"), STUDENT.astype("float16"), "float32"),
    ):
        rows = soft_target_divergence(teacher, student, T)
        assert keras.backend.standardize_dtype(rows.dtype) == dtype
        np.testing.assert_allclose(rows, divergences(teacher, student), rtol=1e-5)
    assert float(SoftTargetDivergence()(TEACHER, STUDENT)) == pytest.approx(
        divergences(temperature=1.0).mean(), rel=1e-5
    )
    masked, broken = (np.where(np.arange(10) == 3, value, TEACHER) for value in (-np.inf, np.nan))
    without = divergences(np.delete(TEACHER, 3, 1), np.delete(STUDENT, 3, 1))
    masked_student = np.where(np.arange(10) == 3, -np.inf, STUDENT)
    np.testing.assert_allclose(soft_target_divergence(masked, masked_student, T), without, rtol=1e-5)
    assert np.isnan(soft_target_divergence(broken, STUDENT)).all()


def test_keras_own_distiller_learns_with_it_times_t_squared_and_it_survives_saving():
    """LogitsDistillation divides by T, but multiplies only a KLDivergence, which clips, by T²."""
    teacher, student = (keras.Sequential([keras.Input((10,)), keras.layers.Dense(10)]) for _ in range(2))
    losses = keras.distillation.LogitsDistillation(T, SoftTargetDivergence(temperature=T))
    distiller = keras.distillation.Distiller(teacher, student, losses, student_loss_weight=0.0)
    distiller.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    said = T**2 * divergences(np.asarray(teacher(TEACHER)), np.asarray(student(TEACHER))).mean()
    history = distiller.fit(TEACHER, np.zeros(16), epochs=2, batch_size=16, verbose=0).history
    assert history["distillation_loss"][0] == pytest.approx(said, rel=1e-4)
    assert history["loss"][1] < history["loss"][0]
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(losses.loss))
    assert (again.temperature, again.divided) == (T, True)


def test_as_a_plain_loss_it_divides_the_logits_itself_and_its_gradient_is_hintons():
    """T² · (q − p) / T for each row: Hinton, Vinyals and Dean 2015, section 2.1."""
    student, loss = tf.Variable(STUDENT), SoftTargetDivergence(temperature=T, divided=False)
    with tf.GradientTape() as tape:
        value = loss(TEACHER, student)
    assert float(value) == pytest.approx(T**2 * divergences().mean(), rel=1e-5)
    p, q = (softmax(logits.astype(float) / T) for logits in (TEACHER, STUDENT))
    np.testing.assert_allclose(tape.gradient(value, student), T * (q - p) / 16, rtol=1e-3, atol=1e-6)


def test_what_cannot_be_compared_is_refused():
    for teacher, student, said in (
        (TEACHER[:, :1], STUDENT[:, :1], r"two classes or more, got \(16, 1\)"),
        (TEACHER[0], STUDENT[0], r"\(n, classes\).* \(10,\)"),
        (TEACHER, STUDENT[:, :4], r"of one shape, got \(16, 4\) and \(16, 10\)"),
        (TEACHER[:1], STUDENT, r"of one shape, got \(16, 10\) and \(1, 10\)"),
    ):
        with pytest.raises(ValueError, match=said):
            soft_target_divergence(teacher, student)
    for refused in (
        SoftTargetDivergence,
        lambda temperature: soft_target_divergence(TEACHER, STUDENT, temperature),
    ):
        with pytest.raises(ValueError, match="temperature must be a finite number above 0"):
            refused(temperature=-4)
