"""Distiller: the notebook's own cells, saving and loading, and losses of the models' own layers."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kd import Distiller, build_student, build_teacher


def compile_as_the_notebook_does(distiller: Distiller, **changes) -> None:
    arguments = {
        "optimizer": keras.optimizers.Adam(),
        "metrics": [keras.metrics.SparseCategoricalAccuracy()],
        "student_loss_fn": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "distillation_loss_fn": keras.losses.KLDivergence(),
        "alpha": 0.1,
        "temperature": 10,
    }
    distiller.compile(**{**arguments, **changes})


@pytest.fixture(scope="module")
def teacher() -> keras.Model:
    keras.utils.set_random_seed(1)
    return build_teacher()


@pytest.fixture(scope="module")
def slices(mnist):
    return *mnist.train(96), *mnist.test(32)


def test_the_architectures_are_the_notebooks(teacher):
    assert teacher.count_params() == 1_433_610
    assert build_student().count_params() == 20_490


def test_the_notebooks_cells_run_as_written(teacher, slices):
    x_train, y_train, x_test, y_test = slices
    student = build_student()
    student_scratch = keras.models.clone_model(student)
    teacher_before = [w.copy() for w in teacher.get_weights()]

    distiller = Distiller(student=student, teacher=teacher)
    compile_as_the_notebook_does(distiller)
    history = distiller.fit(x_train, y_train, epochs=3, verbose=0).history
    results = distiller.evaluate(x_test, y_test, return_dict=True, verbose=0)

    student_scratch.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    student_scratch.fit(x_train, y_train, epochs=1, verbose=0)

    assert {"student_loss", "distillation_loss", "sparse_categorical_accuracy"} <= set(history)
    np.testing.assert_allclose(
        history["loss"],
        0.1 * np.array(history["student_loss"]) + 0.9 * np.array(history["distillation_loss"]),
        rtol=1e-5,
    )
    assert history["loss"][-1] < history["loss"][0]
    assert set(results) == {"loss", "sparse_categorical_accuracy", "student_loss", "distillation_loss"}
    for before, after in zip(teacher_before, teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert teacher.trainable


def test_a_step_is_the_notebooks_own_step(teacher, slices):
    """One batch through the notebook's train_step, written out, changes the weights in the same way."""
    import tensorflow as tf

    x, y = slices[0][:32], slices[1][:32]
    ours, theirs = build_student(), build_student()
    theirs.set_weights(ours.get_weights())
    distiller = Distiller(student=ours, teacher=teacher)
    compile_as_the_notebook_does(distiller, optimizer=keras.optimizers.SGD(0.1))
    distiller.train_on_batch(x, y)

    optimizer = keras.optimizers.SGD(0.1)
    with tf.GradientTape() as tape:
        predictions = theirs(x, training=True)
        student_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, predictions)
        distillation_loss = keras.losses.KLDivergence()(
            tf.nn.softmax(teacher(x, training=False) / 10, axis=1), tf.nn.softmax(predictions / 10, axis=1)
        )
        loss = 0.1 * student_loss + (1 - 0.1) * distillation_loss
    optimizer.apply(tape.gradient(loss, theirs.trainable_variables), theirs.trainable_variables)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7)


def test_a_distiller_survives_saving_and_loading(teacher, slices, tmp_path):
    x, y = slices[0], slices[1]
    distiller = Distiller(student=build_student(), teacher=teacher)
    compile_as_the_notebook_does(distiller, temperature=7, temperature_squared=True)
    distiller.fit(x, y, epochs=1, verbose=0)
    distiller.save(tmp_path / "distiller.keras")

    loaded = keras.saving.load_model(tmp_path / "distiller.keras")

    assert isinstance(loaded, Distiller)
    assert (loaded.alpha, loaded.temperature, loaded.temperature_squared) == (0.1, 7.0, True)
    np.testing.assert_array_equal(loaded(x[:8]), distiller(x[:8]))
    np.testing.assert_array_equal(loaded.teacher(x[:8]), teacher(x[:8]))
    both = [d.fit(x, y, epochs=1, shuffle=False, verbose=0).history["loss"] for d in (distiller, loaded)]
    np.testing.assert_allclose(*both, rtol=1e-6)


class AddsLoss(keras.layers.Layer):
    """Adds two losses of its inputs and returns the inputs."""

    def call(self, inputs):
        self.add_loss([keras.ops.mean(inputs**2), 0.3 * keras.ops.mean(inputs)])
        return inputs


def small_model(penalty: str | None) -> keras.Model:
    l2 = keras.regularizers.L2(0.5)
    layers = {
        None: [],
        "kernel_regularizer": [keras.layers.Dense(8, kernel_regularizer=l2, bias_regularizer=l2)],
        "activity_regularizer": [keras.layers.Dense(8, activity_regularizer=l2)],
        "add_loss": [AddsLoss()],
        "inside another model": [
            keras.Sequential([keras.layers.Dense(8, kernel_regularizer=l2), AddsLoss()])
        ],
    }
    return keras.Sequential([keras.Input((6,)), *layers[penalty], keras.layers.Dense(10)])


PENALTIES = ["kernel_regularizer", "activity_regularizer", "add_loss", "inside another model"]
X = np.random.default_rng(0).normal(size=(96, 6)).astype("float32")
Y = np.arange(96) % 10


@pytest.mark.parametrize("penalty", PENALTIES)
def test_the_students_own_losses_count_once_as_in_its_own_fit(penalty):
    """With a teacher that says nothing, loss and weights match plain Keras, step by step, at any α."""
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    student, alone, teacher = (small_model(penalty) for _ in range(3))
    alone.set_weights(student.get_weights())
    alone.compile(keras.optimizers.SGD(0.05), lambda y, z: 0.3 * cross_entropy(y, z))
    distiller = Distiller(student=student, teacher=teacher)
    distiller.compile(
        keras.optimizers.SGD(0.05), distillation_loss_fn=lambda p, q: 0 * keras.ops.sum(q, axis=-1), alpha=0.3
    )
    settings = {"batch_size": 64, "epochs": 2, "shuffle": False, "verbose": 0}
    expected, found = (model.fit(X, Y, **settings).history for model in (alone, distiller))
    np.testing.assert_allclose(found["loss"], expected["loss"], rtol=1e-5)
    assert (np.array(found["loss"]) - 0.3 * np.array(found["student_loss"]) > 0.01).all()
    for ours, theirs in zip(student.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_a_teachers_own_losses_do_not_count():
    for teacher in map(small_model, PENALTIES):
        distiller = Distiller(student=small_model(None), teacher=teacher)
        distiller.compile(keras.optimizers.SGD(0.0), alpha=0.3, run_eagerly=True)
        for _ in range(2):  # the second time, the teacher's layers still hold what the first call added
            said = distiller.train_on_batch(X, Y, return_dict=True)
        terms = 0.3 * said["student_loss"] + 0.7 * said["distillation_loss"]
        assert said["loss"] == pytest.approx(terms, rel=1e-5)


def test_a_teacher_that_contains_the_student_teaches_without_learning():
    """No gradient goes back through the teacher: the step is that of its logits, stored before."""
    student = small_model(None)
    teacher = keras.Sequential([keras.Input((6,)), student, keras.layers.Dense(10)])
    stored, start = np.asarray(teacher(X)), student.get_weights()
    found = []
    for taught_by, targets in ((teacher, Y), (None, {"labels": Y, "teacher_logits": stored})):
        student.set_weights(start)
        distiller = Distiller(student=student, teacher=taught_by)
        distiller.compile("sgd")
        distiller.fit(X, targets, batch_size=96, verbose=0)
        found.append(np.concatenate([weights.ravel() for weights in student.get_weights()]))
    np.testing.assert_allclose(*found, atol=1e-6)
