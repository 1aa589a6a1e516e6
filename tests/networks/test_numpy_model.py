"""The NumPy twin, compared with Keras itself on real MNIST pictures; and what it refuses."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kd.networks.architectures import (
    STUDENT_PARAMETERS,
    TEACHER_PARAMETERS,
    Architecture,
    build_student,
    build_teacher,
)
from kd.networks.numpy_layers import NoTwin
from kd.networks.numpy_model import NumpyModel, architecture_table, filters_over_time, first_layer
from kd.networks.students import KINDS
from kd.pictures.mnist import load_mnist

IMAGES = load_mnist().test(24)[0]


SIZES = [
    *(("convolutional", filters) for filters in (1, 64, 256)),
    *((kind, student.size.default if student.size else 0) for kind, student in KINDS.items()),
]


def _saved(model, path):
    model.save(path)
    return path


@pytest.fixture(scope="module")
def student_file(tmp_path_factory) -> bytes:
    """A student with random weights, as a .keras file's content."""
    return _saved(build_student(), tmp_path_factory.mktemp("student") / "student.keras").read_bytes()


@pytest.fixture(scope="module", params=SIZES, ids=str)
def twins(request, tmp_path_factory):
    """A Keras model with random weights and biases, and its NumPy twin."""
    keras.utils.set_random_seed(3)
    model = Architecture(*request.param).build("student")
    random = np.random.default_rng(4)
    for layer in model.layers:
        if getattr(layer, "use_bias", False):
            layer.bias.assign(random.normal(0, 0.3, layer.bias.shape))
    return model, NumpyModel.load(_saved(model, tmp_path_factory.mktemp("model") / "model.keras"))


def test_logits_weights_and_penultimate_features_are_those_of_keras(twins):
    model, twin = twins
    logits = twin.logits(IMAGES)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, model(IMAGES, training=False), rtol=1e-4, atol=1e-5)
    many = np.repeat(IMAGES, 20, axis=0)
    assert twin.logits(many[:0]).shape == (0, twin.classes) == (0, 10)
    np.testing.assert_allclose(twin.logits(many)[37:38], twin.logits(many[37:38]), rtol=1e-4, atol=1e-5)

    assert twin.parameters == model.count_params()
    for own, expected in zip(twin.weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(own, expected)
        assert not own.flags.writeable

    expected = tf.constant(IMAGES)
    for layer in model.layers[:-1]:
        expected = layer(expected, training=False)
    features = twin.penultimate(IMAGES)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-5)
    directions = np.random.default_rng(7).normal(size=(features.shape[1], 3))
    along = np.einsum("nf,fk->nk", features.astype(np.float64), directions)
    found = twin.penultimate_map(directions)(IMAGES)
    np.testing.assert_allclose(found, along, atol=2e-5 * np.abs(along).max())
    with pytest.raises(ValueError, match="directions must have"):
        twin.penultimate_map(directions[1:])


def _exactly(array, step):
    """The nearest multiples of `step`, a power of two."""
    return (np.round(np.asarray(array) / step) * step).astype(np.float32)


def test_input_gradient_is_that_of_gradient_tape(twins):
    # Real pictures are full of ties: the same few pixels under two places of a pooling window. Rounding
    # decides such a tie differently on each processor, and the gradient goes another way. So the numbers are
    # so coarse that float32 sums up to the last kink are exact: then both must decide as TensorFlow does.
    model, twin = twins
    coarse = [_exactly(weight, 1 / 64) for weight in model.get_weights()]
    flat = np.concatenate([weight.ravel() for weight in coarse])
    model, twin = keras.models.clone_model(model), twin.with_flat_weights(flat)
    model.set_weights(coarse)
    pictures = _exactly(IMAGES, 1 / 8)
    weights = np.random.default_rng(6).normal(size=(len(pictures), 10)).astype(np.float32)
    images = tf.constant(pictures)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(model(images, training=False) * weights)
    expected = tape.gradient(value, images)
    np.testing.assert_allclose(twin.input_gradient(pictures, weights), expected, rtol=1e-3, atol=1e-5)


def test_the_table_of_several_networks_layer_by_layer(student_file, tmp_path):
    teacher = _saved(build_teacher(), tmp_path / "teacher.keras")
    table = architecture_table(
        {"teacher": NumpyModel.load(teacher), "student": NumpyModel.load(student_file)}
    )
    counts = table.groupby("model")["parameters"].sum().to_dict()
    assert counts == {"teacher": TEACHER_PARAMETERS, "student": STUDENT_PARAMETERS}
    assert table[table["model"] == "student"].drop(columns="model").to_numpy().tolist() == [
        [1, "Conv2D", "14 × 14 × 16", 160, 14 * 14 * 16 * 9, 3136],
        [2, "LeakyReLU", "14 × 14 × 16", 0, 0, 3136],
        [3, "MaxPooling2D", "14 × 14 × 16", 0, 0, 3136],
        [4, "Conv2D", "7 × 7 × 32", 4640, 7 * 7 * 32 * 9 * 16, 1568],
        [5, "Flatten", "1568", 0, 0, 1568],
        [6, "Dense", "10", 15_690, 15_680, 10],
    ]


@pytest.mark.parametrize(
    ("architecture", "made_of", "shown"),
    [
        (Architecture("convolutional", 2), "filters", (3, 3, 1, 2)),
        (Architecture("dense", 16), "units", (28, 28, 1, 10)),
        (Architecture("linear"), "digits", (28, 28, 1, 10)),
    ],
)
def test_the_first_layer_of_every_kind_as_it_changes(architecture, made_of, shown, tmp_path):
    models = [architecture.build("student") for _ in range(2)]
    twin = NumpyModel.load(_saved(models[0], tmp_path / "student.keras"))
    assert first_layer(twin) == made_of
    flat = [np.concatenate([weight.ravel() for weight in model.get_weights()]) for model in models]
    filters = filters_over_time(twin, np.stack(flat), most=10)
    assert filters.shape == (2, *shown)
    for found, model in zip(filters, models, strict=True):
        np.testing.assert_array_equal(found, model.get_weights()[0].reshape(*shown[:3], -1)[..., :10])
    # the other weights make it the other network
    np.testing.assert_allclose(
        twin.with_flat_weights(flat[1]).logits(IMAGES), models[1](IMAGES), rtol=1e-4, atol=1e-5
    )
    with pytest.raises(ValueError, match=f"{twin.parameters:,}"):
        twin.with_flat_weights(flat[1][1:])
    with pytest.raises(ValueError, match="finite"):
        twin.with_flat_weights(flat[1] * np.nan)


def test_the_app_limits_blas_to_one_thread():
    """That commands and the library change nothing, and load no TensorFlow: tests/test_guest.py."""
    program = """
import numpy, ui.shared.server
from threadpoolctl import threadpool_info
blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
assert {library["num_threads"] for library in blas} <= {1}, blas  # none where NumPy has macOS' Accelerate
"""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "3"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_pictures_and_gradients_that_do_not_fit_are_refused(student_file):
    twin = NumpyModel.load(student_file)
    for images, message in (
        (IMAGES[0], r"shape \(n, 28, 28, 1\), got \(28, 28, 1\)"),
        (np.zeros((2, 28, 28, 1), np.uint8), "divide by 255"),
        (np.full((1, 28, 28, 1), np.nan), "finite"),
    ):
        with pytest.raises(ValueError, match=message):
            twin.logits(images)
    for gradient, message in ((np.ones((1, 9)), "10"), (np.full((1, 10), np.inf), "finite")):
        with pytest.raises(ValueError, match=message):
            twin.input_gradient(IMAGES[:1], gradient)


def test_a_file_that_is_missing_cut_short_or_of_something_else_is_refused(student_file, tmp_path):
    with pytest.raises(ValueError, match=r"nowhere\.keras is missing"):
        NumpyModel.load(tmp_path / "nowhere.keras")
    for size in (0, 100, len(student_file) // 2, len(student_file) - 50):
        with pytest.raises(ValueError, match="damaged"):
            NumpyModel.load(student_file[:size])
    images = keras.Input((28, 28, 1))
    functional = keras.Model(images, layers.Dense(10)(layers.Flatten()(images)))
    with pytest.raises(ValueError, match="is damaged or not"):
        NumpyModel.load(_saved(functional, tmp_path / "model.keras"))


@pytest.mark.parametrize(
    "layer",
    [
        layers.BatchNormalization(),
        layers.Conv2D(4, 3, activation="relu", padding="same"),
        layers.Conv2D(4, 3),
        layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
        layers.MaxPooling2D(2),
    ],
)
def test_what_numpy_does_not_compute_is_named(layer, tmp_path):
    model = keras.Sequential([keras.Input((28, 28, 1)), layer, layers.Flatten(), layers.Dense(10)])
    with pytest.raises(NoTwin, match=type(layer).__name__):
        NumpyModel.load(_saved(model, tmp_path / "model.keras"))
