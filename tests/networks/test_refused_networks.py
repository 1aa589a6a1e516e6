"""Pictures and network files that cannot be used are refused in a sentence."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

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
    with pytest.raises(ValueError, match="10 finite numbers for each picture"):
        twin.input_gradient(PICTURE, np.ones(9))
    with pytest.raises(ValueError, match="finite"):
        twin.input_gradient(PICTURE, np.full(10, np.inf))


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


def _rewritten(file, change):
    """The .keras file after `change(config, weights)` has altered its config.json and model.weights.h5."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        config, weights = json.loads(archive.read("config.json")), archive.read("model.weights.h5")
    config, weights = change(config, weights)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights)
    return buffer.getvalue()


def _layer_set(number, **changes):
    def change(config, weights):
        entry = config["config"]["layers"][number]
        entry["class_name"] = changes.pop("class_name", entry["class_name"])
        entry["config"].update(changes)
        return config, weights

    return change


def _kind_set(config, weights):
    return {**config, "class_name": "Functional"}, weights


def _layers_lost(config, weights):
    del config["config"]["layers"]
    return config, weights


def _weights_lost(config, weights):
    buffer = io.BytesIO(weights)
    with h5py.File(buffer, "r+") as store:
        del store["layers/dense/vars/1"]
    return config, buffer.getvalue()


def _weights_elsewhere(config, weights):
    buffer = io.BytesIO(weights)
    with h5py.File(buffer, "r+") as store:
        del store["layers/dense/vars/0"]
        store["layers/dense/vars/0"] = h5py.ExternalLink("other.h5", "/x")
    return config, buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_kind_set, "holds a 'Functional'"),
        (_layers_lost, "damaged"),
        (_weights_lost, "wrong number of weight arrays"),
        (_weights_elsewhere, "damaged"),
        (_layer_set(2, class_name="Lambda"), "is a 'Lambda', which is not supported"),
        (_layer_set(2, class_name="BatchNormalization"), "is a 'BatchNormalization'"),
        (_layer_set(1, activation="softmax"), "'softmax'"),
        (_layer_set(2, class_name="x" * 10_000), r"is a 'x{39}…', which"),
        (_layer_set(2, name="y" * 10_000, class_name="Lambda"), r"^The layer 'y{39}…' is"),
        (_layer_set(1, strides=[0, 1]), "strides"),
        (_layer_set(1, dilation_rate=[2, 2]), "dilated"),
        (_layer_set(1, data_format="channels_first"), "channels last"),
        (_layer_set(1, strides=[1, 1]), "does not fit"),
        (_layer_set(0, batch_shape=None), "does not describe"),
        (_layer_set(0, batch_shape=[None, 28, 28, 3]), "does not fit"),
    ],
)
def test_unsupported_networks_are_refused_in_a_sentence(student_file, change, message):
    with pytest.raises(ValueError, match=message):
        NumpyModel.load(_rewritten(student_file, change))
