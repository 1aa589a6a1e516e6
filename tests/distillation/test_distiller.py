"""Distiller: the notebook's own cells, and a good Keras model: weights, annealing, saving, callbacks."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd import Distiller, build_student, build_teacher
from kd.distillation.objectives import OBJECTIVES
from tests.distillation.small import (
    ALPHA,
    BATCH,
    ROWS,
    STORED,
    WEIGHTS,
    T,
    X,
    Y,
    Z,
    distiller_of,
    expected,
    model,
)


@pytest.fixture(scope="module")
def teacher() -> keras.Model:
    keras.utils.set_random_seed(1)
    return model()


@pytest.fixture(scope="module")
def logits(teacher) -> np.ndarray:
    return np.asarray(teacher(X))


def test_the_notebooks_cells_run_as_written(mnist):
    (x_train, y_train), (x_test, y_test) = mnist.train(96), mnist.test(32)
    teacher, student = build_teacher(width=1 / 16), build_student()
    teacher_before = teacher.get_weights()
    distiller = Distiller(student=student, teacher=teacher)
    distiller.compile(
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
        student_loss_fn=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        distillation_loss_fn=keras.losses.KLDivergence(),
        alpha=0.1,
        temperature=10,
    )
    history = distiller.fit(x_train, y_train, epochs=3, validation_data=(x_test, y_test), verbose=0).history
    results = distiller.evaluate(x_test, y_test, return_dict=True, verbose=0)
    names = {"loss", "student_loss", "distillation_loss", "sparse_categorical_accuracy"}
    assert set(results) == names
    assert set(history) == names | {f"val_{name}" for name in names}  # what callbacks watch
    assert history["val_loss"][-1] == pytest.approx(results["loss"], rel=1e-5)
    both = 0.1 * np.array(history["student_loss"]) + 0.9 * np.array(history["distillation_loss"])
    np.testing.assert_allclose(history["loss"], both, rtol=1e-5)
    assert history["loss"][-1] < history["loss"][0]
    for before, after in zip(teacher_before, teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert teacher.trainable


def test_a_step_is_the_notebooks_own_step(teacher):
    """One batch through the notebook's train_step, written out, changes the weights in the same way."""
    distiller = distiller_of(
        teacher, rate=0.1, distillation_loss_fn=keras.losses.KLDivergence(), alpha=0.1, temperature=10
    )
    theirs = keras.models.clone_model(distiller.student)
    theirs.set_weights(distiller.student.get_weights())
    distiller.train_on_batch(X, Y)

    optimizer = keras.optimizers.SGD(0.1)
    with tf.GradientTape() as tape:
        predictions = theirs(X, training=True)
        student_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(Y, predictions)
        distillation_loss = keras.losses.KLDivergence()(
            tf.nn.softmax(teacher(X, training=False) / 10, axis=1), tf.nn.softmax(predictions / 10, axis=1)
        )
        loss = 0.1 * student_loss + (1 - 0.1) * distillation_loss
    optimizer.apply(tape.gradient(loss, theirs.trainable_variables), theirs.trainable_variables)
    for ours, other in zip(distiller.student.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-7)


class AddsLoss(keras.layers.Layer):
    """Adds two losses of its inputs and returns the inputs."""

    def call(self, inputs):
        self.add_loss([keras.ops.mean(inputs**2), 0.3 * keras.ops.mean(inputs)])
        return inputs


def penalised() -> keras.Model:
    regularised = keras.layers.Dense(8, kernel_regularizer=keras.regularizers.L2(0.5))
    inside = keras.Sequential([AddsLoss()])
    return keras.Sequential([keras.Input((6,)), regularised, inside, keras.layers.Dense(10)])


def test_the_students_own_losses_count_once_as_in_its_own_fit_and_the_teachers_do_not():
    """With a teacher that says nothing, loss and weights match plain Keras, step by step, at any α."""
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    student, alone, teacher = (penalised() for _ in range(3))
    alone.set_weights(student.get_weights())
    alone.compile(keras.optimizers.SGD(0.05), lambda y, z: ALPHA * cross_entropy(y, z))
    nothing = {"distillation_loss_fn": lambda p, q: 0 * keras.ops.sum(q, axis=-1)}
    distiller = distiller_of(teacher, student, rate=0.05, **nothing)
    settings = {"batch_size": BATCH, "epochs": 2, "shuffle": False, "verbose": 0}
    plain, found = (each.fit(X, Y, **settings).history for each in (alone, distiller))
    np.testing.assert_allclose(found["loss"], plain["loss"], rtol=1e-5)
    assert (np.array(found["loss"]) - ALPHA * np.array(found["student_loss"]) > 0.01).all()
    for ours, theirs in zip(student.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    eager = distiller_of(teacher, run_eagerly=True)
    for _ in range(2):  # the second time, the teacher's layers still hold what the first call added
        said = eager.train_on_batch(X, Y, return_dict=True)
    terms = ALPHA * said["student_loss"] + (1 - ALPHA) * said["distillation_loss"]
    assert said["loss"] == pytest.approx(terms, rel=1e-5)


def test_a_teacher_that_contains_the_student_teaches_without_learning():
    """No gradient goes back through the teacher: the step is that of its logits, stored before."""
    student = model()
    containing = keras.Sequential([keras.Input((6,)), student, keras.layers.Dense(10)])
    stored, start = np.asarray(containing(X)), student.get_weights()
    found = []
    for taught_by, targets in ((containing, Y), (None, {"labels": Y, "teacher_logits": stored})):
        student.set_weights(start)
        distiller_of(taught_by, student).train_on_batch(X, targets)
        found.append(np.concatenate([weights.ravel() for weights in student.get_weights()]))
    np.testing.assert_allclose(*found, atol=1e-6)


@pytest.mark.parametrize("stored", [False, True])
def test_the_loss_of_an_evaluation_is_the_objective_over_all_rows(teacher, logits, stored):
    """Also where the last batch has fewer rows than the others."""
    student = model(penalty=0.2)
    distiller = distiller_of(None if stored else teacher, student, temperature_squared=stored)
    targets = {"labels": Y, "teacher_logits": logits} if stored else Y
    said = distiller.evaluate(X, targets, batch_size=BATCH, verbose=0, return_dict=True)
    losses = expected(distiller, logits, scale=T**2 if stored else 1.0)
    losses["loss"] += 0.2 * np.square(student.layers[0].get_weights()[0].astype(float)).sum()
    assert said == pytest.approx(losses, rel=1e-5)


def test_with_labels_alone_an_evaluation_is_the_students_own():
    distiller = distiller_of(student=model(penalty=0.2))
    history = distiller.fit(X, STORED, validation_data=(X, Y), batch_size=BATCH, verbose=0).history
    alone = distiller.student
    alone.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert history["val_loss"][0] == pytest.approx(alone.evaluate(X, Y, verbose=0), rel=1e-5)
    assert "val_distillation_loss" not in history
    assert history["distillation_loss"][0] > 0
    with pytest.raises(ValueError, match="has no teacher"):
        distiller.compute_loss(X, Y, distiller.student(X))


@pytest.mark.parametrize("loss", [None, "kl_divergence"])
@pytest.mark.parametrize("apart", [False, True])
def test_labels_and_stored_logits_are_weighted_together_or_apart(loss, apart):
    """Apart is for rows without a label. Keras' metrics have the labels' weights."""
    labelled = (np.arange(ROWS) % 4 == 0).astype("float32")
    weights = {"labels": labelled, "teacher_logits": WEIGHTS} if apart else WEIGHTS
    metrics = {"metrics": ["accuracy"], "weighted_metrics": ["accuracy"]}
    distiller = distiller_of(distillation_loss_fn=loss, rate=0.0, **metrics)
    of_labels = labelled if apart else WEIGHTS
    said = expected(distiller, Z, of_labels, WEIGHTS)["loss"]
    history = distiller.fit(X, STORED, sample_weight=weights, batch_size=ROWS, verbose=0).history
    assert history["loss"][0] == pytest.approx(said, rel=1e-4)
    right = np.asarray(distiller.student(X)).argmax(axis=1) == Y
    assert history["accuracy"][0] == pytest.approx(right.mean(), rel=1e-5)
    assert history["weighted_accuracy"][0] == pytest.approx(
        (right * of_labels).sum() / of_labels.sum(), rel=1e-5
    )


def test_class_weights_are_those_of_each_fit_and_arguments_of_keras_keep_their_places(teacher, logits):
    """The traced step does not keep those of the fit before; the validation data have none."""
    distiller = distiller_of(teacher, rate=0.0)
    plain = expected(distiller, logits)["loss"]
    for by_class in ({0: 2.0}, {0: 0.0, 1: 3.0}, None):
        of_rows = np.array([(by_class or {}).get(label, 1.0) for label in Y])
        settings = {"class_weight": by_class, "validation_data": (X, Y), "batch_size": ROWS, "verbose": 0}
        history = distiller.fit(X, Y, **settings).history
        assert history["loss"][0] == pytest.approx(expected(distiller, logits, of_rows)["loss"], rel=1e-5)
        assert history["val_loss"][0] == pytest.approx(plain, rel=1e-5)
    assert distiller.fit(X, Y, ROWS, 2, 0).history["loss"] == pytest.approx([plain, plain], rel=1e-5)
    weighted = pytest.approx(expected(distiller, logits, WEIGHTS)["loss"], rel=1e-5)
    assert distiller.train_on_batch(X, Y, WEIGHTS)[0] == weighted
    assert distiller.evaluate(X, Y, ROWS, 0, WEIGHTS)[0] == weighted
    data = tf.data.Dataset.from_tensor_slices((X, STORED, WEIGHTS)).batch(ROWS)
    both = WEIGHTS * np.where(Y == 3, 0.25, 1.0)
    found = distiller.fit(data, class_weight={3: 0.25}, verbose=0).history["loss"][0]
    assert found == pytest.approx(expected(distiller, Z, both)["loss"], rel=1e-5)


def test_a_callback_changes_both_numbers_without_tracing_again(teacher, logits):
    """Each epoch's loss is that of its own α and T, by NumPy; the weights stay where they are."""
    traced = []

    def divergence(p, q):
        traced.append(p)
        return keras.ops.sum(p * keras.ops.log(p / q), axis=-1)

    schedule = [(0.3, 4.0), (0.9, 1.5), (0.0, 20.0)]

    class Anneal(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.alpha, self.model.temperature = schedule[epoch]

    distiller = distiller_of(teacher, distillation_loss_fn=divergence, rate=0.0)
    found = distiller.fit(X, Y, epochs=3, batch_size=ROWS, callbacks=[Anneal()], verbose=0).history
    once = len(traced)
    for epoch, (distiller.alpha, distiller.temperature) in enumerate(schedule):
        assert found["loss"][epoch] == pytest.approx(expected(distiller, logits)["loss"], rel=1e-4)
    distiller.fit(X, Y, batch_size=ROWS, verbose=0)
    assert len(traced) == once
    for name, value in (("temperature", -3), ("alpha", 7), ("alpha", "0.5")):
        with pytest.raises(ValueError, match=f"{name} must be a .*number"):
            setattr(distiller, name, value)
    assert (distiller.alpha, distiller.temperature) == (0.0, 20.0)
    distiller.compile(distillation_loss_fn="standardized", temperature_squared=True)
    distiller.alpha, distiller.temperature = 1.0, 2.0
    assert distiller.distillation_loss_fn == OBJECTIVES["standardized"](1.0, 2.0, 4.0)


class Drops(keras.Model):
    """Gives its first input double and the others not at all, unless told that it does not learn."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def call(self, inputs, training=True):
        return self.model(inputs * np.eye(6)[0] * 2 if training else inputs)


def test_only_the_student_is_told_that_it_learns(teacher):
    told, without = (
        distiller_of(taught_by).train_on_batch(X, Y, return_dict=True)
        for taught_by in (Drops(teacher), teacher)
    )
    assert told == pytest.approx(without, rel=1e-6)
    student = keras.Sequential([keras.Input((6,)), keras.layers.Dropout(0.5), keras.layers.Dense(10)])
    distiller = Distiller(student=student, teacher=teacher)
    np.testing.assert_array_equal(distiller(X), student(X, training=False))
    assert np.any(np.asarray(distiller(X, training=True)) != np.asarray(distiller(X)))


def test_weights_are_those_of_both_models_and_nothing_else(teacher, tmp_path):
    """α and T are no weights: they are saved with the rest of what compile was told."""
    distiller, fresh = distiller_of(teacher), distiller_of(teacher)
    distiller.fit(X, Y, verbose=0)
    counts = [
        sum(np.prod(weight.shape) for weight in weights)
        for weights in (distiller.trainable_weights, distiller.non_trainable_weights)
    ]
    assert counts == [distiller.student.count_params(), teacher.count_params()]
    assert sum(counts) == distiller.count_params()
    distiller.save_weights(tmp_path / "all.weights.h5")
    fresh.load_weights(tmp_path / "all.weights.h5")
    np.testing.assert_array_equal(fresh.student(X), distiller.student(X))


class Halves(keras.layers.Layer):
    """A layer that Keras does not know."""

    def call(self, inputs):
        return inputs / 2


def test_a_distiller_survives_saving_and_loading(teacher, tmp_path):
    student = keras.Sequential([keras.Input((6,)), Halves(), keras.layers.Dense(10)])
    distiller = distiller_of(
        teacher, student, distillation_loss_fn=keras.losses.KLDivergence(), temperature_squared=True
    )
    distiller.fit(X, Y, verbose=0)
    distiller.save(tmp_path / "distiller.keras")
    loaded = keras.saving.load_model(tmp_path / "distiller.keras", custom_objects={"Halves": Halves})
    assert isinstance(loaded, Distiller)
    assert (loaded.alpha, loaded.temperature, loaded.temperature_squared) == (ALPHA, T, True)
    assert type(loaded.distillation_loss_fn) is keras.losses.KLDivergence
    assert loaded.name == distiller.name
    np.testing.assert_array_equal(loaded(X), distiller(X))
    np.testing.assert_array_equal(loaded.teacher(X), teacher(X))
    both = [each.fit(X, Y, shuffle=False, verbose=0).history["loss"] for each in (distiller, loaded)]
    np.testing.assert_allclose(*both, rtol=1e-6)


def test_an_exported_distiller_is_its_student(teacher, tmp_path):
    distiller = distiller_of(teacher)
    distiller.export(tmp_path / "student", verbose=False)
    exported = tf.saved_model.load(tmp_path / "student")
    np.testing.assert_allclose(exported.serve(X), distiller.student(X), atol=1e-5)
    for given, named in ((["cuneiform"], {}), ([], {"format": "cuneiform"})):
        with pytest.raises(ValueError, match="cuneiform"):
            distiller.export(tmp_path / "student", *given, **named)


def test_data_sets_are_not_read_first_but_nan_stays_visible():
    broken = np.where(np.arange(ROWS)[:, None] == 3, np.nan, Z)
    data = tf.data.Dataset.from_tensor_slices((X, {"labels": Y, "teacher_logits": broken})).batch(BATCH)
    stop = keras.callbacks.TerminateOnNaN()
    history = distiller_of().fit(data, epochs=3, callbacks=[stop], verbose=0).history
    assert np.isnan(history["loss"]).tolist() == [True]
