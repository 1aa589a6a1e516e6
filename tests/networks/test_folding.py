"""The folded tail gives the model's own logits and gradients; models that do not fold are called plainly."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.networks.architectures import Architecture, build_student, build_teacher
from kd.networks.folding import folded_forward
from kd.pictures.mnist import load_mnist
from kd.teachers.recipes import classify
from kd.training.answers import teacher_outputs
from kd.training.compiled import CompiledTraining, Kind
from kd.training.networks import Network


def loss_and_gradients(forward, model, images, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(labels, forward(images), from_logits=True)
        )
    return float(loss), tape.gradient(loss, model.trainable_variables)


@pytest.mark.parametrize(
    "build",
    [
        build_student,
        build_teacher,
        *(partial(Architecture("convolutional", filters).build, "student") for filters in (1, 2, 4, 8, 64)),
        partial(Architecture("separable", 8).build, "student"),
    ],
)
def test_folding_changes_neither_loss_nor_gradients(build, mnist):
    images, labels = mnist.train(33)
    model = build()
    for bias in (model.layers[-3].bias, model.layers[-1].bias):
        bias.assign(np.random.default_rng(0).normal(size=bias.shape))
    plain_loss, plain = loss_and_gradients(model, model, images, labels)
    folded_loss, folded = loss_and_gradients(folded_forward(model), model, images, labels)
    assert folded_loss == pytest.approx(plain_loss, abs=1e-5)
    for a, b in zip(folded, plain, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6, rtol=1e-4)


def test_the_folded_form_is_used_exactly_where_it_fits(mnist):
    images, _ = mnist.train(4)
    activated = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    dense_only = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(16), keras.layers.Dense(10)]
    )
    ours = (Architecture("dense", 16).build("student"), Architecture("linear").build("student"))
    for model in (activated, dense_only, *ours):
        np.testing.assert_array_equal(folded_forward(model)(images), model(images))
    # the convolution itself is no longer called, so nothing else notices if it cannot be
    student = build_student()
    expected = student(images)
    student.layers[3].call = None
    np.testing.assert_allclose(folded_forward(student)(tf.constant(images)), expected, atol=1e-5)


def _with_dropout() -> keras.Sequential:
    """Ends in a linear tail, which is folded."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(4, 3, padding="same"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Conv2D(4, 3, strides=2, padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )


def _multilayer_perceptron() -> keras.Sequential:
    """Has no linear tail."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10),
        ]
    )


@pytest.fixture(scope="module", params=[_with_dropout, _multilayer_perceptron])
def trained_with_dropout(request, mnist) -> CompiledTraining:
    """After a few steps, so that BatchNormalization's averages have left their initial values."""
    compiled = CompiledTraining(Network(request.param), Kind())
    lesson = compiled.lesson(mnist.x_train[:64], mnist.train(64)[1], 16)
    compiled.run_steps(lesson, lesson.order(0, 1), 0, 4)
    return compiled


def test_evaluation_gives_the_answers_of_inference(trained_with_dropout, mnist):
    images = tf.constant(mnist.test(64)[0])
    model = trained_with_dropout.model
    before = model.get_weights()
    expected = model(images, training=False).numpy()
    found = trained_with_dropout.network.logits(mnist.x_test[:64])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(classify(model, images), expected.argmax(axis=1))
    for weight, unchanged in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, unchanged)


def test_training_drops_and_normalises(trained_with_dropout, mnist):
    images = tf.constant(mnist.test(64)[0])
    model = trained_with_dropout.model
    once, twice = (folded_forward(model)(images) for _ in range(2))
    assert np.abs(once - twice).max() > 0.01


def test_a_teachers_soft_targets_are_the_answers_of_inference(trained_with_dropout, mnist, tmp_path):
    model = trained_with_dropout.model
    path = tmp_path / "teacher.keras"
    model.save(path)
    expected = model(mnist.train(40)[0], training=False)
    said = teacher_outputs(path.read_bytes(), load_mnist().x_train[:40], False, lambda: False)
    np.testing.assert_allclose(said.logits, expected, rtol=1e-4, atol=1e-4)
