"""The attention maps, compared with the authors' formula in NumPy's float64."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.networks.architectures import Architecture
from kd.networks.folding import folded_forward
from kd.networks.students import KINDS


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


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_student_says_whether_it_has_attention(kind):
    student = Architecture(kind, 8 if KINDS[kind].size_field else 0)
    if KINDS[kind].has_attention:
        outputs = folded_forward(student.build("student"), attention=True)(tf.ones((2, 28, 28, 1)))
        assert outputs.attention.shape == (2, 245)
    else:
        with pytest.raises(ValueError, match="'student' has fewer than two convolutions"):
            folded_forward(student.build("student"), attention=True)
