"""Pictures and network files that cannot be used are refused in a sentence."""

import keras
import numpy as np
import pytest
from keras import layers

from kd.networks.numpy_layers import NoTwin
from kd.networks.numpy_model import NumpyModel
from kd.pictures.mnist import load_mnist

PICTURE = load_mnist().test(1)[0][0]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (PICTURE, r"shape \(n, 28, 28, 1\), got \(28, 28, 1\)"),
        (np.zeros((2, 28, 27, 1), np.float32), "got"),
        (np.zeros((2, 28, 28, 1), np.uint8), "divide by 255"),
        (np.full((1, 28, 28, 1), np.nan), "finite"),
    ],
)
def test_pictures_that_do_not_fit_are_refused(student_file, images, message):
    with pytest.raises(ValueError, match=message):
        NumpyModel.load(student_file).logits(images)


def test_an_output_gradient_that_does_not_fit_is_refused(student_file):
    twin = NumpyModel.load(student_file)
    with pytest.raises(ValueError, match="10"):
        twin.input_gradient(PICTURE[np.newaxis], np.ones((1, 9)))
    with pytest.raises(ValueError, match="finite"):
        twin.input_gradient(PICTURE[np.newaxis], np.full((1, 10), np.inf))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere\.keras is missing"):
        NumpyModel.load(tmp_path / "nowhere.keras")


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.99])
def test_a_truncated_file_is_refused(student_file, kept):
    size = int(len(student_file) * kept) if isinstance(kept, float) else kept
    with pytest.raises(ValueError, match="damaged"):
        NumpyModel.load(student_file[:size])


def test_flipped_bytes_never_raise_anything_but_value_error(student_file):
    random = np.random.default_rng(8)
    refused = 0
    for _ in range(60):
        damaged = bytearray(student_file)
        for position in random.integers(0, len(damaged), 8):
            damaged[position] ^= int(random.integers(1, 256))
        try:
            NumpyModel.load(bytes(damaged))
        except ValueError:
            refused += 1
    assert refused > 50, "the zip's checksums find nearly all damage"


@pytest.mark.parametrize(
    "layer",
    [
        layers.BatchNormalization(),
        layers.Conv2D(4, 3, activation="relu", padding="same"),
        layers.Conv2D(4, 3),
        layers.Conv2D(4, 3, padding="same", dilation_rate=2),
        layers.Conv2D(4, 3, padding="same", use_bias=False),
        layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
        layers.MaxPooling2D(2),
    ],
)
def test_what_numpy_does_not_compute_is_named(layer, tmp_path):
    model = keras.Sequential([keras.Input((28, 28, 1)), layer, layers.Flatten(), layers.Dense(10)])
    model.save(tmp_path / "model.keras")
    with pytest.raises(NoTwin, match=type(layer).__name__):
        NumpyModel.load(tmp_path / "model.keras")


def test_a_model_that_is_no_sequential_is_refused(tmp_path):
    images = keras.Input((28, 28, 1))
    keras.Model(images, layers.Dense(10)(layers.Flatten()(images))).save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="is damaged or not"):
        NumpyModel.load(tmp_path / "model.keras")
