"""The NumPy twin, compared with Keras itself on real MNIST pictures."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.networks.architectures import (
    STUDENT_PARAMETERS,
    TEACHER_PARAMETERS,
    Architecture,
    build_student,
    build_teacher,
)
from kd.networks.numpy_model import NumpyModel
from kd.networks.students import KINDS
from kd.pictures.mnist import load_mnist

IMAGES = load_mnist().test(24)[0]


SIZES = [
    *(("convolutional", filters) for filters in (1, 2, 4, 8, 64, 128)),
    *(("dense", units) for units in (4, 1024)),
    *(("separable", filters) for filters in (1, 64)),
    *((kind, student.size.default if student.size else 0) for kind, student in KINDS.items()),
]
BUILDERS = {
    "teacher": build_teacher,
    "wide student": lambda: build_student(width=2),
    **{f"{kind} {size}": partial(Architecture(kind, size).build, "student") for kind, size in SIZES},
}


def _saved(model, path):
    model.save(path)
    return path


@pytest.fixture(scope="module", params=BUILDERS)
def twins(request, tmp_path_factory):
    """A Keras model with random weights and biases, and its NumPy twin."""
    keras.utils.set_random_seed(3)
    model = BUILDERS[request.param]()
    random = np.random.default_rng(4)
    for layer in model.layers:
        if getattr(layer, "use_bias", False):
            layer.bias.assign(random.normal(0, 0.3, layer.bias.shape))
    return model, NumpyModel.load(_saved(model, tmp_path_factory.mktemp("model") / "model.keras"))


def test_logits_are_those_of_keras(twins):
    model, twin = twins
    logits = twin.logits(IMAGES)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, model(IMAGES, training=False), rtol=1e-4, atol=1e-5)


def test_one_picture_none_and_many_agree(twins):
    _, twin = twins
    many = np.repeat(IMAGES, 20, axis=0)
    logits = twin.logits(many)
    assert twin.logits(many[:0]).shape == (0, 10)
    np.testing.assert_allclose(twin.logits(many[37:38]), logits[37:38], rtol=1e-4, atol=1e-5)


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


def test_penultimate_is_the_input_of_the_last_dense_layer(twins):
    model, twin = twins
    expected = tf.constant(IMAGES)
    for layer in model.layers[:-1]:
        expected = layer(expected, training=False)
    np.testing.assert_allclose(twin.penultimate(IMAGES), expected, rtol=1e-4, atol=1e-5)


def test_penultimate_map_gives_coordinates_along_directions(twins):
    _, twin = twins
    features = twin.penultimate(IMAGES)
    directions = np.random.default_rng(7).normal(size=(features.shape[1], 3))
    coordinates = twin.penultimate_map(directions)(IMAGES)
    expected = np.einsum("nf,fk->nk", features.astype(np.float64), directions)
    np.testing.assert_allclose(coordinates, expected, atol=2e-5 * np.abs(expected).max())
    with pytest.raises(ValueError, match="directions must have"):
        twin.penultimate_map(directions[1:])


def test_parameters_are_counted_as_keras_counts_them(twins):
    model, twin = twins
    assert twin.parameters == model.count_params()
    assert twin.classes == 10


def test_the_notebooks_networks_layer_by_layer(student_file):
    rows = [
        (row.kind, row.output_shape, row.parameters, row.multiply_adds, row.activations)
        for row in NumpyModel.load(student_file).layers
    ]
    assert rows == [
        ("Conv2D", (14, 14, 16), 160, 14 * 14 * 16 * 9, 3136),
        ("LeakyReLU", (14, 14, 16), 0, 0, 3136),
        ("MaxPooling2D", (14, 14, 16), 0, 0, 3136),
        ("Conv2D", (7, 7, 32), 4640, 7 * 7 * 32 * 9 * 16, 1568),
        ("Flatten", (1568,), 0, 0, 1568),
        ("Dense", (10,), 15_690, 15_680, 10),
    ]
    assert sum(row[2] for row in rows) == STUDENT_PARAMETERS


def test_teacher_counts(tmp_path):
    assert NumpyModel.load(_saved(build_teacher(), tmp_path / "t.keras")).parameters == TEACHER_PARAMETERS


def test_first_layer_filters_and_weights_are_keras_arrays(twins):
    model, twin = twins
    for own, expected in zip(twin.weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(own, expected)
    kernel = next(layer for layer in model.layers if layer.weights).kernel.numpy()
    # a dense unit is a filter as large as the picture
    filters = kernel if kernel.ndim == 4 else kernel.reshape(28, 28, 1, -1)
    np.testing.assert_array_equal(twin.first_layer_filters, filters)


def test_other_weights_make_another_epoch_of_the_same_network(student_file):
    model = build_student()
    flat = np.concatenate([weight.ravel() for weight in model.get_weights()])
    twin = NumpyModel.load(student_file).with_flat_weights(flat)
    np.testing.assert_allclose(twin.logits(IMAGES), model(IMAGES), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="20,490"):
        twin.with_flat_weights(flat[1:])
    with pytest.raises(ValueError, match="finite"):
        twin.with_flat_weights(flat * np.nan)


def test_many_threads_share_one_model(student_file):
    twin = NumpyModel.load(student_file)
    alone = [twin.logits(IMAGES[i : i + 1]) for i in range(len(IMAGES))]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda i: twin.logits(IMAGES[i : i + 1]), range(len(IMAGES))))
    np.testing.assert_array_equal(together, alone)
    assert not any(weight.flags.writeable for weight in twin.weights())


def test_inference_imports_no_tensorflow(student_file, tmp_path):
    (tmp_path / "student.keras").write_bytes(student_file)
    program = (
        "import sys; from kd.networks.numpy_model import NumpyModel; import numpy;"
        f"NumpyModel.load({str(tmp_path / 'student.keras')!r}).logits(numpy.zeros((1, 28, 28, 1)));"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_app_limits_blas_to_one_thread_and_the_library_leaves_it_alone(student_file, tmp_path):
    (tmp_path / "student.keras").write_bytes(student_file)
    program = f"""
import numpy
from threadpoolctl import threadpool_info, threadpool_limits
def threads():
    return {{library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}}
threadpool_limits(limits=3, user_api="blas")
before = threads()  # none where NumPy has macOS' Accelerate
from kd import Lab
from kd.networks.numpy_model import NumpyModel
NumpyModel.load({str(tmp_path / "student.keras")!r}).logits(numpy.zeros((1, 28, 28, 1)))
assert threads() == before, threads()
import ui.shared.server
assert threads() <= {{1}}, threads()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
