"""The Distiller as a Keras model: evaluation, weights of rows, annealing, loading and exporting."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd import Distiller
from kd.distillation.objectives import OBJECTIVES
from tests import PROJECT
from tests.distillation.formulas import softmax

ROWS, CLASSES, BATCH = 40, 5, 16
GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(ROWS, 6)).astype("float32")
Y = GENERATOR.integers(0, CLASSES, ROWS)
WEIGHTS = GENERATOR.uniform(0, 3, ROWS).astype("float32")
ALPHA, T = 0.3, 4.0


def model(penalty: float = 0.0) -> keras.Model:
    dense = keras.layers.Dense(CLASSES, kernel_regularizer=keras.regularizers.L2(penalty))
    return keras.Sequential([keras.Input((6,)), dense])


@pytest.fixture(scope="module")
def teacher() -> keras.Model:
    keras.utils.set_random_seed(1)
    return model()


@pytest.fixture(scope="module")
def logits(teacher) -> np.ndarray:
    return np.asarray(teacher(X))


def distiller_of(teacher, penalty: float = 0.0, **settings) -> Distiller:
    keras.utils.set_random_seed(2)
    distiller = Distiller(student=model(penalty), teacher=teacher)
    settings = {"optimizer": keras.optimizers.SGD(0.1), "alpha": ALPHA, "temperature": T, **settings}
    distiller.compile(**settings)
    return distiller


def losses(student: np.ndarray, teacher: np.ndarray, labels=Y) -> tuple[np.ndarray, np.ndarray]:
    """Of each row, in float64: the cross-entropy, and the divergence at T."""
    own = -np.log(softmax(student.astype(float))[np.arange(len(labels)), labels])
    p, q = softmax(teacher.astype(float) / T), softmax(student.astype(float) / T)
    return own, (p * np.log(p / q)).sum(axis=1)


class TestEvaluation:
    @pytest.mark.parametrize("squared", [False, True])
    @pytest.mark.parametrize("stored", [False, True])
    def test_its_loss_is_the_objective_over_all_rows(self, teacher, logits, stored, squared):
        """Also where the last batch has fewer rows than the others."""
        distiller = distiller_of(None if stored else teacher, penalty=0.2, temperature_squared=squared)
        targets = {"labels": Y, "teacher_logits": logits} if stored else Y
        own, divergence = losses(np.asarray(distiller.student(X)), logits)
        divergence *= T**2 if squared else 1
        penalty = 0.2 * np.square(distiller.student.layers[0].get_weights()[0].astype(float)).sum()
        said = distiller.evaluate(X, targets, batch_size=BATCH, verbose=0, return_dict=True)
        assert said["student_loss"] == pytest.approx(own.mean(), rel=1e-5)
        assert said["distillation_loss"] == pytest.approx(divergence.mean(), rel=1e-5)
        expected = ALPHA * own.mean() + (1 - ALPHA) * divergence.mean() + penalty
        assert said["loss"] == pytest.approx(expected, rel=1e-5)
        assert distiller.evaluate(X, targets, batch_size=BATCH, verbose=0)[0] == pytest.approx(said["loss"])

    @pytest.mark.parametrize("labels", [Y.astype("uint8"), Y.astype("float32"), Y[:, None]])
    @pytest.mark.parametrize("dtype", ["float16", "float64"])
    def test_labels_and_logits_may_be_of_any_type_of_number(self, logits, labels, dtype):
        distiller = distiller_of(None, run_eagerly=True)
        own, divergence = losses(np.asarray(distiller.student(X)), logits.astype("float16"))
        targets = {"labels": labels, "teacher_logits": logits.astype("float16").astype(dtype)}
        expected = ALPHA * own.mean() + (1 - ALPHA) * divergence.mean()
        assert distiller.evaluate(X, targets, verbose=0)[0] == pytest.approx(expected, rel=1e-5)

    def test_with_labels_alone_it_is_the_students_own(self, logits):
        distiller = distiller_of(None, penalty=0.2)
        history = distiller.fit(
            X,
            {"labels": Y, "teacher_logits": logits},
            validation_data=(X, Y),
            batch_size=BATCH,
            verbose=0,
        ).history
        alone = distiller.student
        alone.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        assert history["val_loss"][0] == pytest.approx(alone.evaluate(X, Y, verbose=0), rel=1e-5)
        assert "val_distillation_loss" not in history
        assert history["distillation_loss"][0] > 0


class TestWeights:
    """The first step's loss, of all rows in one batch, against NumPy; Keras divides by the number of rows."""

    def expected(self, distiller, logits, weights, weights_of_teacher=None):
        own, divergence = losses(np.asarray(distiller.student(X)), logits)
        of_teacher = weights if weights_of_teacher is None else weights_of_teacher
        return ALPHA * (weights * own).mean() + (1 - ALPHA) * (of_teacher * divergence).mean()

    @pytest.mark.parametrize("loss", [None, "kl_divergence"])
    @pytest.mark.parametrize("apart", [False, True])
    def test_labels_and_stored_logits_are_weighted_together_or_apart(self, logits, loss, apart):
        """Apart is for rows without a label."""
        labelled = (np.arange(ROWS) % 4 == 0).astype("float32")
        weights = {"labels": labelled, "teacher_logits": WEIGHTS} if apart else WEIGHTS
        distiller = distiller_of(None, distillation_loss_fn=loss)
        expected = self.expected(distiller, logits, labelled if apart else WEIGHTS, WEIGHTS)
        targets = {"labels": Y, "teacher_logits": logits}
        history = distiller.fit(X, targets, sample_weight=weights, batch_size=ROWS, verbose=0).history
        assert history["loss"][0] == pytest.approx(expected, rel=1e-5)

    def test_a_data_set_may_have_weights_and_class_weights(self, logits):
        by_class = {0: 2.0, 3: 0.25}
        of_rows = WEIGHTS * np.array([by_class.get(label, 1.0) for label in Y])
        distiller = distiller_of(None)
        expected = self.expected(distiller, logits, of_rows)
        rows = (X, {"labels": Y, "teacher_logits": logits}, WEIGHTS)
        data = tf.data.Dataset.from_tensor_slices(rows).batch(ROWS)
        found = distiller.fit(data, class_weight=by_class, verbose=0).history["loss"][0]
        assert found == pytest.approx(expected, rel=1e-5)

    def test_class_weights_are_those_of_each_fit(self, teacher, logits):
        """The traced step does not keep those of the fit before; the validation data have none."""
        distiller = distiller_of(teacher, optimizer=keras.optimizers.SGD(0.0))
        for by_class in (None, {0: 2.0}, {0: 0.0, 1: 3.0}, None):
            of_rows = np.array([(by_class or {}).get(label, 1.0) for label in Y])
            expected = self.expected(distiller, logits, of_rows)
            history = distiller.fit(
                X, Y, class_weight=by_class, validation_data=(X, Y), batch_size=ROWS, verbose=0
            ).history
            assert history["loss"][0] == pytest.approx(expected, rel=1e-5)
            plain = self.expected(distiller, logits, np.ones(ROWS))
            assert history["val_loss"][0] == pytest.approx(plain, rel=1e-5)
        weighted = self.expected(distiller, logits, np.where(Y == 0, 2.0, 1.0))
        assert distiller.train_on_batch(X, Y, class_weight={0: 2.0})[0] == pytest.approx(weighted, rel=1e-5)

    def test_a_batch_may_have_weights(self, teacher, logits):
        """And arguments of Keras's own may be given by their place."""
        distiller = distiller_of(teacher, optimizer=keras.optimizers.SGD(0.0))
        weighted = self.expected(distiller, logits, WEIGHTS.astype(float))
        assert distiller.train_on_batch(X, Y, WEIGHTS)[0] == pytest.approx(weighted, rel=1e-5)
        plain = self.expected(distiller, logits, np.ones(ROWS))
        history = distiller.fit(X, Y, ROWS, 2, 0).history["loss"]
        assert history == pytest.approx([plain, plain], rel=1e-5)
        assert distiller.evaluate(X, Y, ROWS, 0, WEIGHTS)[0] == pytest.approx(weighted, rel=1e-5)

    @pytest.mark.parametrize("of_teacher", [None, np.ones(ROWS, "float32")], ids=["alike", "apart"])
    def test_metrics_are_weighted_as_keras_weights_them(self, logits, of_teacher):
        distiller = distiller_of(None, metrics=["accuracy"], weighted_metrics=["accuracy"])
        right = np.asarray(distiller.student(X)).argmax(axis=1) == Y
        said = distiller.evaluate(
            X,
            {"labels": Y, "teacher_logits": logits},
            sample_weight=WEIGHTS
            if of_teacher is None
            else {"labels": WEIGHTS, "teacher_logits": of_teacher},
            verbose=0,
            return_dict=True,
        )
        assert said["accuracy"] == pytest.approx(right.mean(), rel=1e-5)
        expected = (right * WEIGHTS).sum() / WEIGHTS.sum()
        assert said["weighted_accuracy"] == pytest.approx(expected, rel=1e-5)


class TestAnnealing:
    def test_a_callback_changes_both_numbers_without_tracing_again(self, teacher, logits):
        """Each epoch's loss is that of its own α and T, by NumPy; the weights stay where they are."""
        traced = []

        def divergence(p, q):
            traced.append(p)
            return keras.ops.sum(p * keras.ops.log(p / q), axis=-1)

        schedule = [(0.3, 4.0), (0.9, 1.5), (0.0, 20.0)]

        class Anneal(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.model.alpha, self.model.temperature = schedule[epoch]

        distiller = distiller_of(
            teacher, distillation_loss_fn=divergence, optimizer=keras.optimizers.SGD(0.0)
        )
        student = np.asarray(distiller.student(X)).astype(float)
        found = distiller.fit(X, Y, epochs=3, batch_size=ROWS, callbacks=[Anneal()], verbose=0).history
        once = len(traced)
        own, _ = losses(student, logits)
        for epoch, (alpha, temperature) in enumerate(schedule):
            p, q = (softmax(z.astype(float) / temperature) for z in (logits, student))
            expected = alpha * own.mean() + (1 - alpha) * (p * np.log(p / q)).sum(axis=1).mean()
            assert found["loss"][epoch] == pytest.approx(expected, rel=1e-4)
        distiller.temperature = 2.0
        distiller.fit(X, Y, batch_size=ROWS, verbose=0)
        assert len(traced) == once

    def test_an_objective_follows(self, teacher):
        distiller = distiller_of(teacher, distillation_loss_fn="standardized", temperature_squared=True)
        distiller.train_on_batch(X, Y)
        distiller.alpha, distiller.temperature = 1.0, 2.0
        assert distiller.distillation_loss_fn == OBJECTIVES["standardized"](1.0, 2.0, 4.0)
        said = distiller.train_on_batch(X, Y, return_dict=True)
        assert said["loss"] == pytest.approx(said["student_loss"], rel=1e-6)

    @pytest.mark.parametrize(("name", "value"), [("temperature", -3), ("alpha", 7), ("alpha", "0.5")])
    def test_a_wrong_number_is_refused_and_changes_nothing(self, teacher, name, value):
        distiller = distiller_of(teacher)
        with pytest.raises(ValueError, match=f"{name} must be a .*number"):
            setattr(distiller, name, value)
        assert (distiller.alpha, distiller.temperature) == (ALPHA, T)

    def test_the_students_weights_can_be_saved_and_loaded_as_before(self, teacher, tmp_path):
        """The numbers are no weights: they are saved with the rest of what compile was told."""
        distiller, fresh = distiller_of(teacher), distiller_of(teacher)
        distiller.fit(X, Y, verbose=0)
        assert len(distiller.weights) == len(distiller.student.weights) + len(teacher.weights)
        distiller.save_weights(tmp_path / "all.weights.h5")
        fresh.load_weights(tmp_path / "all.weights.h5")
        np.testing.assert_array_equal(fresh.student(X), distiller.student(X))
        distiller.student.save_weights(tmp_path / "student.weights.h5")
        alone = model()
        alone.load_weights(tmp_path / "student.weights.h5")
        np.testing.assert_array_equal(alone(X), distiller.student(X))


def test_it_answers_as_its_student_does_without_dropout(teacher):
    student = keras.Sequential([keras.Input((6,)), keras.layers.Dropout(0.5), keras.layers.Dense(CLASSES)])
    distiller = Distiller(student=student, teacher=teacher)
    np.testing.assert_array_equal(distiller(X), student(X, training=False))
    assert np.any(np.asarray(distiller(X, training=True)) != np.asarray(distiller(X)))


def test_compile_alone_sets_what_it_says(teacher):
    distiller = Distiller(student=model(), teacher=teacher)
    distiller.compile()
    assert isinstance(distiller.optimizer, keras.optimizers.Adam)
    assert (distiller.alpha, distiller.temperature, distiller.temperature_squared) == (0.1, 3.0, False)


class Drops(keras.Model):
    """Gives its first input double and the others not at all, unless told that it does not learn."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def call(self, inputs, training=True):
        return self.model(inputs * np.eye(6)[0] * 2 if training else inputs)


def test_a_teacher_is_told_that_it_does_not_learn(teacher):
    told, without = (
        distiller_of(taught_by).train_on_batch(X, Y, return_dict=True)
        for taught_by in (Drops(teacher), teacher)
    )
    assert told == pytest.approx(without, rel=1e-6)


def test_a_loss_is_that_of_training_unless_said_otherwise():
    distiller = distiller_of(None)
    with pytest.raises(ValueError, match="has no teacher"):
        distiller.compute_loss(X, Y, distiller.student(X))
    alone = losses(np.asarray(distiller.student(X)), np.zeros((ROWS, CLASSES)))[0].mean()
    found = distiller.compute_loss(X, Y, distiller.student(X), training=False)
    assert float(found) == pytest.approx(alone, rel=1e-5)


def test_the_summary_counts_every_weight_once(teacher):
    distiller = distiller_of(teacher)
    of_each = [np.size(w) for w in distiller.student.get_weights() + teacher.get_weights()]
    counted = [
        sum(np.prod(w.shape) for w in weights)
        for weights in (distiller.trainable_weights, distiller.non_trainable_weights)
    ]
    assert counted == [distiller.student.count_params(), teacher.count_params()]
    assert sum(counted) == distiller.count_params() == sum(of_each)


def test_an_exported_distiller_is_its_student(teacher, tmp_path):
    distiller = distiller_of(teacher)
    distiller.export(tmp_path / "student", verbose=False)
    exported = tf.saved_model.load(tmp_path / "student")
    np.testing.assert_allclose(exported.serve(X), distiller.student(X), atol=1e-5)
    for given, named in ((["cuneiform"], {}), ([], {"format": "cuneiform"})):
        with pytest.raises(ValueError, match="cuneiform"):
            distiller.export(tmp_path / "student", *given, **named)


class Halves(keras.layers.Layer):
    """A layer that Keras does not know."""

    def call(self, inputs):
        return inputs / 2


def test_its_config_keeps_its_name_and_takes_layers_that_keras_does_not_know():
    student, teacher = (
        keras.Sequential([keras.Input((6,)), Halves(), keras.layers.Dense(CLASSES)]) for _ in range(2)
    )
    distiller = Distiller(student=student, teacher=teacher, name="mine")
    config = distiller.get_config()
    again = Distiller.from_config(config, custom_objects={"Halves": Halves})
    assert (distiller.name, again.name) == ("mine", "mine")
    for model in (again.student, again.teacher):
        assert [type(layer) for layer in model.layers] == [Halves, keras.layers.Dense]
    assert again.get_config() == config == distiller.get_config()


def test_keras_loads_one_where_the_distiller_was_imported(teacher, tmp_path):
    distiller_of(teacher, distillation_loss_fn="relations").save(tmp_path / "distiller.keras")
    load = (
        "import sys, keras; from kd import Distiller\n"
        "distiller = keras.saving.load_model(sys.argv[1])\n"
        "print(type(distiller) is Distiller, distiller.distillation_loss_fn.name, distiller.temperature)"
    )
    done = subprocess.run(
        [sys.executable, "-c", load, str(tmp_path / "distiller.keras")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["True", "relations", "4.0"], done.stderr[-2000:]


def test_callbacks_watch_its_val_loss(teacher, tmp_path):
    best = tmp_path / "best.keras"
    callbacks = [
        keras.callbacks.EarlyStopping(min_delta=1e9),
        keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=1e9),
        keras.callbacks.ModelCheckpoint(best, save_best_only=True),
    ]
    distiller = distiller_of(teacher)
    history = distiller.fit(X, Y, validation_split=0.25, epochs=4, callbacks=callbacks, verbose=0).history
    assert len(history["val_loss"]) == 2
    assert float(distiller.optimizer.learning_rate) == pytest.approx(0.01)
    assert isinstance(keras.saving.load_model(best), Distiller)


def test_data_sets_are_not_read_first_but_nan_stays_visible(logits):
    broken = np.where(np.arange(ROWS)[:, None] == 3, np.nan, logits)
    data = tf.data.Dataset.from_tensor_slices((X, {"labels": Y, "teacher_logits": broken})).batch(BATCH)
    stop = keras.callbacks.TerminateOnNaN()
    history = distiller_of(None).fit(data, epochs=3, callbacks=[stop], verbose=0).history
    assert np.isnan(history["loss"]).tolist() == [True]
