"""Every network to choose from: its layers, its size, and the notebook's two as they always were."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from kd.networks.architectures import (
    STUDENT_PARAMETERS,
    TEACHER_PARAMETERS,
    Architecture,
    build_student,
    build_teacher,
)


def as_in_the_notebook(first: int, second: int) -> list:
    """The notebook's cells."""
    return [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(first, (3, 3), strides=(2, 2), padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.MaxPooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"),
        layers.Conv2D(second, (3, 3), strides=(2, 2), padding="same"),
        layers.Flatten(),
        layers.Dense(10),
    ]


@pytest.mark.parametrize("filters", [1, 16])
def test_a_separable_network_is_the_notebooks_with_a_kernel_of_two_factors(filters):
    """Each filter of its second convolution is one of the depthwise filters times a row of the 1 × 1 ones."""
    model = Architecture("separable", filters).build("student")
    first, own_bias, depthwise, depth_bias, mixing, bias, dense, last = model.get_weights()
    other = Architecture("convolutional", filters).build("student")
    mixed_bias = depth_bias @ mixing[0, 0] + bias
    other.set_weights([first, own_bias, depthwise * mixing, mixed_bias, dense, last])
    images = np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    np.testing.assert_allclose(model(images), other(images), rtol=1e-4, atol=1e-5)


def test_what_cannot_be_built_is_refused_in_a_sentence():
    for architecture, message in (
        (Architecture("recurrent", 3), "kind must be one of convolutional, .*, got 'recurrent'"),
        (Architecture("dense", 2.5), "size must be a whole number of at least 1, got 2.5"),
        (Architecture("linear", 4), "size must be 0 for a linear network, got 4"),
    ):
        with pytest.raises(ValueError, match=message):
            architecture.build("student")


BUILDERS = {
    build_student: ("student", 16, STUDENT_PARAMETERS),
    build_teacher: ("teacher", 256, TEACHER_PARAMETERS),
}


@pytest.mark.parametrize("build", BUILDERS)
def test_without_arguments_the_notebooks_weights_are_drawn(build):
    name, filters, parameters = BUILDERS[build]
    keras.utils.set_random_seed(3)
    ours = build()
    keras.utils.set_random_seed(3)
    theirs = keras.Sequential(as_in_the_notebook(filters, 2 * filters), name=name)
    assert (ours.name, ours.count_params()) == (name, parameters)
    for weight, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


@pytest.mark.parametrize(
    ("build", "arguments", "filters", "shape", "classes"),
    [
        (build_student, {"width": 0.25}, 4, (28, 28, 1), 10),
        (build_student, {"input_shape": (32, 32, 3), "classes": 100}, 16, (32, 32, 3), 100),
        (build_teacher, {"width": 0.125, "input_shape": [9, 5, 2], "classes": 2}, 32, (9, 5, 2), 2),
    ],
)
def test_the_two_come_in_other_widths_shapes_and_numbers_of_classes(
    build, arguments, filters, shape, classes
):
    model = build(name="mine", **arguments)
    assert (model.name, model.input_shape) == ("mine", (None, *shape))
    found = [layer.filters for layer in model.layers if isinstance(layer, layers.Conv2D)]
    assert found == [filters, 2 * filters]
    assert model(np.zeros((3, *shape), np.float32)).shape == (3, classes)
    assert model.layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("width", [0, -1, 0.001, 1 / 3, float("nan"), "1", None, True]),
        ("input_shape", [(28, 28), (28, 28, 0), 28, None, "281", (28, None, 1), (2.5, 2, 1), (True, 2, 1)]),
        ("classes", [0, 1, 2.5, "10", None, True]),
    ],
)
def test_the_two_refuse_nonsense_in_a_sentence(name, values):
    for value in values:
        with pytest.raises(ValueError, match=rf"^{name} must be .*\.$"):
            build_student(**{name: value})
