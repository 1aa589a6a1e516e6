"""What the networks are made of, from real models."""

import keras
import numpy as np
import pytest

from kd.networks.architectures import (
    STUDENT_PARAMETERS,
    TEACHER_PARAMETERS,
    Architecture,
    build_student,
    build_teacher,
)
from kd.networks.numpy_model import NumpyModel, architecture_table, filters_over_time, first_layer


def test_both_networks_layer_by_layer(tmp_path):
    models = {}
    for name, build in (("teacher", build_teacher), ("student", build_student)):
        build().save(tmp_path / f"{name}.keras")
        models[name] = NumpyModel.load(tmp_path / f"{name}.keras")
    table = architecture_table(models)
    assert table.groupby("model")["parameters"].sum().to_dict() == {
        "teacher": TEACHER_PARAMETERS,
        "student": STUDENT_PARAMETERS,
    }
    teacher = table[table["model"] == "teacher"].set_index("position")
    assert teacher.loc[4, ["kind", "output"]].tolist() == ["Conv2D", "7 × 7 × 512"]
    assert teacher.loc[4, "multiply_adds"] == 7 * 7 * 512 * 3 * 3 * 256
    assert teacher.loc[4, "activations"] == 7 * 7 * 512


def test_filters_as_they_change(tmp_path):
    path, rows, expected = tmp_path / "student.keras", [], []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        model = build_student()
        rows.append(np.concatenate([weight.ravel() for weight in model.get_weights()]).astype(np.float16))
        expected.append(model.layers[0].kernel.numpy().astype(np.float16))
    model.save(path)
    filters = filters_over_time(NumpyModel.load(path), np.stack(rows))
    assert filters.shape == (3, 3, 3, 1, 16)
    np.testing.assert_array_equal(filters, np.stack(expected))
    with pytest.raises(ValueError, match="must have 20,490 numbers"):
        filters_over_time(NumpyModel.load(path), np.zeros((2, 5)))


@pytest.mark.parametrize(
    ("architecture", "made_of", "shown"),
    [
        (Architecture("convolutional", 2), "filters", (3, 3, 1, 2)),
        (Architecture("separable", 2), "filters", (3, 3, 1, 2)),
        (Architecture("dense", 16), "units", (28, 28, 1, 10)),
        (Architecture("linear"), "digits", (28, 28, 1, 10)),
    ],
)
def test_the_first_layer_of_every_kind(architecture, made_of, shown, tmp_path):
    model = architecture.build("student")
    model.save(tmp_path / "student.keras")
    twin = NumpyModel.load(tmp_path / "student.keras")
    assert first_layer(twin) == made_of
    flat = np.concatenate([weight.ravel() for weight in model.get_weights()])
    filters = filters_over_time(twin, np.stack([flat, flat]), most=10)
    assert filters.shape == (2, *shown)
    kernel = model.get_weights()[0]
    np.testing.assert_array_equal(filters[1], kernel.reshape(*shown[:3], -1)[..., :10])
