"""The folded tail: the model's own logits and gradients, and the plain call where nothing folds."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.folding import folded_forward
from kd.models import build_student, build_teacher


def loss_and_gradients(forward, model, images, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(labels, forward(images), from_logits=True)
        )
    return float(loss), tape.gradient(loss, model.trainable_variables)


@pytest.mark.parametrize("build", [build_student, build_teacher, lambda: build_student(width=2)])
def test_folding_changes_neither_loss_nor_gradients(build, mnist):
    images, labels = mnist.train(33)
    model = build()
    for bias in (model.layers[3].bias, model.layers[5].bias):
        bias.assign(np.random.default_rng(0).normal(size=bias.shape))
    plain_loss, plain = loss_and_gradients(model, model, images, labels)
    folded_loss, folded = loss_and_gradients(folded_forward(model), model, images, labels)
    assert folded_loss == pytest.approx(plain_loss, abs=1e-5)
    for a, b in zip(folded, plain, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6, rtol=1e-4)


def test_the_folded_form_is_used_where_it_fits_and_only_there(mnist):
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
    for model in (activated, dense_only):
        np.testing.assert_array_equal(folded_forward(model)(images), model(images))
    # the convolution itself is not called any more: nobody else notices when it cannot be
    student = build_student()
    expected = student(images)
    student.layers[3].call = None
    np.testing.assert_allclose(folded_forward(student)(tf.constant(images)), expected, atol=1e-5)
