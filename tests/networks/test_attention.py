"""The attention maps, compared with the authors' formula in NumPy's float64."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.networks.architectures import Architecture
from kd.networks.folding import folded_forward
from kd.networks.students import KINDS


def convolved(values: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A 3 × 3 convolution with strides of 2; TensorFlow's "same" pads an even side by one pixel, after it."""
    padded = np.pad(values, ((0, 0), (0, 1), (0, 1), (0, 0)))
    if values.shape[1] % 2:
        padded = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)))
    side = -(-values.shape[1] // 2)
    total = np.zeros((len(values), side, side, kernel.shape[-1])) + bias
    for row in range(3):
        for column in range(3):
            under = padded[:, row : row + 2 * side - 1 : 2, column : column + 2 * side - 1 : 2]
            total += under @ kernel[row, column]
    return total


def at(values: np.ndarray) -> np.ndarray:
    """szagoruyko/attention-transfer, utils.py: F.normalize(x.pow(2).mean(1).view(x.size(0), -1))."""
    activity = (values**2).mean(axis=3).reshape(len(values), -1)
    return activity / np.maximum(np.linalg.norm(activity, axis=1, keepdims=True), 1e-12)


def outputs_in_float64(model: keras.Sequential, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and both maps joined."""
    first, first_bias, second, second_bias, dense, dense_bias = (
        weight.astype(np.float64) for weight in model.get_weights()
    )
    hidden = convolved(images.astype(np.float64), first, first_bias)
    hidden = np.where(hidden > 0, hidden, 0.2 * hidden)
    padded = np.pad(hidden, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=-np.inf)
    pooled = np.max([padded[:, y : y + 14, x : x + 14] for y in (0, 1) for x in (0, 1)], axis=0)
    last = convolved(pooled, second, second_bias)
    logits = last.reshape(len(images), -1) @ dense + dense_bias
    return logits, np.concatenate([at(hidden), at(last)], axis=1)


@pytest.fixture(scope="module", params=[1, 4, 16, 256])
def model(request) -> keras.Sequential:
    keras.utils.set_random_seed(7)
    built = Architecture("convolutional", request.param).build("student")
    random = np.random.default_rng(8)
    for layer in built.layers:
        if getattr(layer, "use_bias", False):
            layer.bias.assign(random.normal(0, 0.3, layer.bias.shape))
    return built


def test_maps_and_logits_are_those_of_the_authors_formula(model, mnist):
    images = mnist.test(6)[0]
    logits, attention = outputs_in_float64(model, images)
    outputs = folded_forward(model, attention=True)(tf.constant(images))
    assert outputs.attention.shape == (6, 245)
    np.testing.assert_allclose(outputs.attention, attention, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(outputs.logits, logits, rtol=1e-4, atol=1e-5)
    maps = np.split(outputs.attention.numpy(), [196], axis=1)
    np.testing.assert_allclose([np.linalg.norm(part, axis=1) for part in maps], 1, rtol=1e-5)


def test_both_maps_teach_the_layers_before_them(model, mnist):
    images = tf.constant(mnist.train(8)[0])
    forward = folded_forward(model, attention=True)
    for part, taught in ((slice(0, 196), 2), (slice(196, 245), 4)):
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(tf.square(forward(images).attention[:, part] - 0.1))
        gradients = tape.gradient(value, model.trainable_variables[:4])
        assert [bool(np.abs(gradient).max() > 0) for gradient in gradients] == [n < taught for n in range(4)]


def test_a_picture_without_activity_has_no_attention_and_finite_gradients():
    model = Architecture("convolutional", 4).build("student")
    with tf.GradientTape() as tape:
        attention = folded_forward(model, attention=True)(tf.zeros((2, 28, 28, 1))).attention
        value = tf.reduce_sum(tf.square(attention - 0.5))
    np.testing.assert_array_equal(attention, np.zeros((2, 245)))
    for gradient in tape.gradient(value, model.trainable_variables[:4]):
        assert np.isfinite(gradient).all()


def test_logits_are_those_without_attention(model, mnist):
    images = tf.constant(mnist.test(16)[0])
    outputs = folded_forward(model, "mixed_bfloat16", training=False, attention=True)(images)
    np.testing.assert_allclose(outputs.logits, folded_forward(model)(images), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_student_says_whether_it_has_attention(kind):
    student = Architecture(kind, 8 if KINDS[kind].size_field else 0)
    if KINDS[kind].has_attention:
        outputs = folded_forward(student.build("student"), attention=True)(tf.ones((2, 28, 28, 1)))
        assert outputs.attention.shape == (2, 245)
    else:
        with pytest.raises(ValueError, match="'student' has fewer than two convolutions"):
            folded_forward(student.build("student"), attention=True)
