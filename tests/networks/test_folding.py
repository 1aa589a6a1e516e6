"""The folded form and the attention maps: the same numbers, compared with Keras and the authors' formula."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.networks.architectures import Architecture, build_student
from kd.networks.folding import folded_forward
from kd.networks.students import KINDS


def loss_and_gradients(forward, model, images, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(labels, forward(images), from_logits=True)
        )
    return float(loss), tape.gradient(loss, model.trainable_variables)


@pytest.mark.parametrize(
    "architecture",
    [Architecture("convolutional", filters) for filters in (1, 16, 64)] + [Architecture("separable", 8)],
    ids=str,
)
def test_folding_changes_neither_loss_nor_gradients(architecture, mnist):
    images, labels = mnist.train(33)
    model = architecture.build("student")
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


def test_layers_that_learn_otherwise_than_they_answer_are_told_which_is_meant(mnist):
    layers, images = keras.layers, tf.constant(mnist.test(8)[0])
    hidden = [layers.Dropout(0.5), layers.Conv2D(4, 3, strides=2, padding="same"), layers.Flatten()]
    model = keras.Sequential([keras.Input((28, 28, 1)), *hidden, layers.Dense(10)])
    answers = folded_forward(model, training=False)(images)
    np.testing.assert_allclose(answers, model(images, training=False), rtol=1e-4, atol=1e-4)
    once, twice = (folded_forward(model)(images) for _ in range(2))
    assert np.abs(once - twice).max() > 0.01


def at(values: np.ndarray) -> np.ndarray:
    """szagoruyko/attention-transfer, utils.py: F.normalize(x.pow(2).mean(1).view(x.size(0), -1))."""
    activity = (values**2).mean(axis=3).reshape(len(values), -1)
    return activity / np.maximum(np.linalg.norm(activity, axis=1, keepdims=True), 1e-12)


@pytest.fixture(scope="module", params=[1, 16])
def model(request) -> keras.Sequential:
    keras.utils.set_random_seed(7)
    return Architecture("convolutional", request.param).build("student")


def test_maps_are_those_of_the_authors_formula_and_logits_the_models(model, mnist):
    images = mnist.test(6)[0]
    _convolution, activation, _pooling, convolution, *_others = model.layers
    layers = keras.Model(model.inputs[0], [activation.output, convolution.output])(images)
    expected = np.concatenate([at(np.asarray(layer, np.float64)) for layer in layers], axis=1)
    for precision in ("float32", "mixed_bfloat16"):
        outputs = folded_forward(model, precision, attention=True)(tf.constant(images))
        assert outputs.attention.shape == (6, 245)
        np.testing.assert_allclose(outputs.attention, expected, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(outputs.logits, model(images), rtol=1e-4, atol=1e-5)


def test_a_picture_without_activity_has_no_attention_and_finite_gradients():
    model = Architecture("convolutional", 4).build("student")
    with tf.GradientTape() as tape:
        attention = folded_forward(model, attention=True)(tf.zeros((2, 28, 28, 1))).attention
        value = tf.reduce_sum(tf.square(attention - 0.5))
    np.testing.assert_array_equal(attention, np.zeros((2, 245)))
    for gradient in tape.gradient(value, model.trainable_variables[:4]):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_student_says_whether_it_has_attention(kind):
    student = Architecture(kind, 8 if KINDS[kind].size_field else 0)
    if KINDS[kind].has_attention:
        outputs = folded_forward(student.build("student"), attention=True)(tf.ones((2, 28, 28, 1)))
        assert outputs.attention.shape == (2, 245)
    else:
        with pytest.raises(ValueError, match="'student' has fewer than two convolutions"):
            folded_forward(student.build("student"), attention=True)
