"""What a Distiller refuses, each in one sentence: models, targets, shapes and settings that would mislead."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd import Distiller

layers = keras.layers
X = np.random.default_rng(0).normal(size=(12, 6)).astype("float32")
Y = np.arange(12) % 4
Z = np.random.default_rng(1).normal(size=(12, 4)).astype("float32")


def model(*end: keras.layers.Layer, classes: int = 4) -> keras.Sequential:
    return keras.Sequential([keras.Input((6,)), layers.Dense(classes), *end])


def functional(*end, classes: int = 4) -> keras.Model:
    inputs = keras.Input((6,))
    outputs = layers.Dense(classes)(inputs)
    for layer in end:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


def distiller_of(student=None, teacher=None, **settings) -> Distiller:
    distiller = Distiller(student=student or model(), teacher=teacher)
    distiller.compile("sgd", **settings)
    return distiller


def refused(said: str):
    """A ValueError of one sentence that matches."""
    return pytest.raises(ValueError, match=f"^[^\n]*{said}[^\n]*[.]$")


ENDS = {
    "softmax": [
        lambda: model(layers.Softmax()),
        lambda: model(layers.Activation("softmax")),
        lambda: model(layers.Dense(4, activation="softmax")),
        lambda: model(layers.Dense(4, activation=tf.nn.softmax)),
        lambda: model(layers.Dense(4, activation=layers.Softmax())),
        lambda: model(layers.Activation("softmax"), layers.Activation("linear", dtype="float32")),
        lambda: keras.Sequential([model(), model_of_model()]),
        lambda: keras.Sequential([layers.Dense(4), layers.Softmax()]),
        lambda: functional(layers.Softmax(), layers.Reshape((4,))),
        lambda: functional(keras.ops.softmax),
        lambda: functional(model_of_model()),
    ],
    "sigmoid": [lambda: model(layers.Dense(4, activation="sigmoid"))],
}


def model_of_model() -> keras.Model:
    return keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Softmax()])


@pytest.mark.parametrize(
    ("activation", "build"), [(name, build) for name, builds in ENDS.items() for build in builds]
)
def test_a_model_that_ends_in_probabilities_is_refused(activation, build):
    for role, models in (("student", (build(), model())), ("teacher", (model(), build()))):
        said = f"{role} must give logits, and its last layer gives probabilities: leave out its {activation}"
        with pytest.raises(ValueError, match=f"^{said}[.]$"):
            Distiller(student=models[0], teacher=models[1])


def test_what_is_no_model_is_refused():
    for role, models in (("student", (3, model())), ("student", (None, model())), ("teacher", (model(), 3))):
        given = models[role == "teacher"]
        with pytest.raises(ValueError, match=f"^{role} must be a keras.Model, got {given}[.]$"):
            Distiller(student=models[0], teacher=models[1])


@pytest.mark.parametrize(
    "end",
    [
        [],
        [layers.Dense(4, activation="log_softmax")],
        [layers.Softmax(), layers.Dense(4)],
        [layers.Dense(4, activation="sigmoid"), layers.Dense(4)],
        [layers.Softmax(), layers.Activation("relu")],
    ],
)
def test_other_models_are_taken(end):
    Distiller(student=model(*end), teacher=functional(*end))


class Subclassed(keras.Model):
    """Nobody knows its layers before it is called."""

    def __init__(self, function=None):
        super().__init__()
        self.function, self.dense = function, layers.Dense(4)

    def call(self, inputs):
        logits = self.dense(inputs)
        return logits if self.function is None else self.function(logits)


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize(
    "function", [keras.activations.softmax, keras.ops.softmax, layers.Softmax(), keras.ops.sigmoid]
)
def test_a_subclassed_model_is_refused_when_it_is_called(function, eagerly):
    for role, models in (
        ("student", (Subclassed(function), model())),
        ("teacher", (model(), Subclassed(function))),
    ):
        distiller = distiller_of(*models, run_eagerly=eagerly)
        with refused(f"{role} must give logits, and gives probabilities: leave out its softmax or sigmoid"):
            distiller.fit(X, Y, verbose=0)
    distiller_of(Subclassed(), Subclassed()).fit(X, Y, verbose=0)


def test_a_softmax_cannot_hide_behind_stored_probabilities():
    with refused("teacher_logits must be logits, and these are probabilities"):
        distiller_of().fit(X, {"labels": Y, "teacher_logits": np.asarray(keras.ops.softmax(Z))})


def test_models_of_one_output_unit_are_refused():
    one = functional(classes=1)
    with refused(r"with two classes or more, got \(None, 1\)"):
        Distiller(student=one, teacher=model(classes=1))
    unbuilt = keras.Sequential([layers.Dense(1)])
    with refused(r"with two classes or more, got \((None|12), 1\)"):
        distiller_of(unbuilt, keras.Sequential([layers.Dense(1)])).fit(X, Y * 0, verbose=0)


def test_a_student_is_not_its_own_teacher():
    same = model()
    with refused("student and teacher must be two models"):
        Distiller(student=same, teacher=same)


def test_several_outputs_are_refused():
    inputs = keras.Input((6,))
    two = keras.Model(inputs, [layers.Dense(4)(inputs), layers.Dense(4)(inputs)])
    with refused("student must have one output, its logits, and has 2"):
        Distiller(student=two)

    class Two(keras.Model):
        def call(self, inputs):
            return [inputs[:, :4], inputs[:, 2:]]

    with refused("teacher must have one output, its logits, and has 2"):
        distiller_of(model(), Two()).fit(X, Y, verbose=0)


@pytest.mark.parametrize("classes", [3, 7])
def test_models_of_other_classes_are_refused_when_they_are_built_late(classes):
    unbuilt = keras.Sequential([layers.Dense(classes)])
    with refused(rf"of one shape, got \(None, {classes}\) and \(None, 4\)"):
        distiller_of(unbuilt, model()).fit(X, Y % 3, verbose=0)


@pytest.mark.parametrize(
    ("logits", "said"),
    [
        (Z[:, :1], r"two classes or more, got \(12, 1\)"),
        (Z[:, :3], r"of one shape, got \(None, 4\) and \(12, 3\)"),
        (Z[:, 0], r"must have the shape \(n, classes\)"),
        (np.where(np.eye(12, 4) == 1, np.nan, Z), "must be finite"),
        (np.where(np.eye(12, 4) == 1, np.inf, Z), "must be finite"),
        (np.where(np.arange(12)[:, None] == 5, -np.inf, Z), "must leave a class"),
    ],
)
def test_stored_logits_that_teach_nothing_right_are_refused(logits, said):
    targets = {"labels": Y, "teacher_logits": logits}
    for use in (
        lambda distiller: distiller.fit(X, targets, verbose=0),
        lambda distiller: distiller.fit(
            X, {"labels": Y, "teacher_logits": Z}, validation_data=(X, targets), verbose=0
        ),
        lambda distiller: distiller.evaluate(X, targets, verbose=0),
        lambda distiller: distiller.train_on_batch(X, targets),
    ):
        with refused(said):
            use(distiller_of())


def test_logits_for_validation_are_refused_before_anything_is_learned():
    distiller, right = distiller_of(), {"labels": Y, "teacher_logits": Z}
    before = distiller.student.get_weights()
    with refused("must be finite"):
        distiller.fit(X, right, validation_data=(X, {**right, "teacher_logits": Z * np.nan}), verbose=0)
    for kept, found in zip(before, distiller.student.get_weights(), strict=True):
        np.testing.assert_array_equal(found, kept)


@pytest.mark.parametrize("name", ["logit_matching", "standardized"])
def test_objectives_that_look_at_every_logit_allow_no_class_to_be_ruled_out(name):
    masked = np.where(np.arange(4) == 2, -np.inf, Z)
    with refused("teacher_logits must be finite with this distillation_loss_fn"):
        distiller_of(distillation_loss_fn=name).fit(X, {"labels": Y, "teacher_logits": masked})


def test_a_data_set_is_not_read_first_but_nan_stays_visible():
    broken = Z.copy()
    broken[3] = np.nan
    data = tf.data.Dataset.from_tensor_slices((X, {"labels": Y, "teacher_logits": broken})).batch(6)
    stop = keras.callbacks.TerminateOnNaN()
    history = distiller_of().fit(data, epochs=3, callbacks=[stop], verbose=0).history
    assert np.isnan(history["loss"]).tolist() == [True]


@pytest.mark.parametrize(
    ("labels", "loss", "said"),
    [
        (np.eye(4)[Y], None, r"numbers of classes, of the shape \(None,\), and labels have \(None, 4\)"),
        (
            Y,
            "categorical_crossentropy",
            r"number for each class, of the shape \(None, 4\), and labels have \(None,\)",
        ),
        (Y[:, None], "mse", r"number for each class, of the shape \(None, 4\), and labels have \(None, 1\)"),
        (np.eye(5)[Y], "categorical_crossentropy", r"and labels have \(None, 5\)"),
    ],
)
def test_labels_of_the_wrong_shape_are_refused(labels, loss, said):
    with refused(said):
        distiller_of(teacher=model(), student_loss_fn=loss).fit(X, labels, verbose=0)


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (
            {"label": Y, "logits": Z},
            r"must have the keys 'labels' and 'teacher_logits', got \['label', 'logits'\]",
        ),
        ((Y, Z), "must be an array of labels, or a dict of labels and teacher_logits, got 'tuple'"),
        (None, "must be an array of labels, or a dict of labels and teacher_logits, got 'NoneType'"),
    ],
)
def test_targets_of_another_form_are_refused(targets, said):
    with refused(said):
        distiller_of(teacher=model()).fit(X, targets, verbose=0)


def test_weights_of_another_form_are_refused():
    data = tf.data.Dataset.from_tensor_slices((X, Y, {"weight": np.ones(12)})).batch(6)
    with refused(r"sample_weight must be an array, or have the keys 'labels' and 'teacher_logits'"):
        distiller_of(teacher=model()).fit(data, verbose=0)


@pytest.mark.parametrize("name", ["loss", "loss_weights"])
def test_what_compile_would_ignore_is_refused(name):
    with refused(f"in place of {name}, which would be ignored"):
        distiller_of(teacher=model(), **{name: ["mse"]})


def test_a_loss_in_the_place_of_metrics_is_refused():
    with refused(r"metrics must be a list, such as \['accuracy'\], got 'mse'"):
        distiller_of(metrics="mse")


def test_a_refused_compile_leaves_the_one_before():
    distiller = distiller_of(alpha=0.25, temperature=2)
    optimizer = distiller.optimizer
    with refused("temperature must be a finite number above 0"):
        distiller.compile("adam", alpha=0.5, temperature=0)
    assert (distiller.alpha, distiller.temperature) == (0.25, 2.0)
    assert distiller.optimizer is optimizer


def test_student_and_teacher_are_named():
    """Keras' own Distiller takes the teacher first."""
    with pytest.raises(TypeError, match="positional"):
        Distiller(model(), model())


def test_objectives_of_pictures_refuse_maps_of_logits():
    maps = keras.Sequential([keras.Input((3, 3, 2)), layers.Conv2D(4, 1)])
    pictures, labels = np.zeros((2, 3, 3, 2), "float32"), np.zeros((2, 3, 3))
    teacher = keras.models.clone_model(maps)
    distiller_of(maps, teacher).fit(pictures, labels, verbose=0)
    with refused(
        r"The objective relations compares logits of the shape \(n, classes\), got \(None, 3, 3, 4\)"
    ):
        distiller_of(maps, teacher, distillation_loss_fn="relations").fit(pictures, labels, verbose=0)


def test_a_teacher_that_contains_the_student_teaches_without_learning():
    """No gradient goes back through the teacher: the step is that of its logits, stored before."""
    student = model()
    teacher = keras.Sequential([keras.Input((6,)), student, layers.Dense(4)])
    stored, start = np.asarray(teacher(X)), student.get_weights()
    found = []
    for taught_by, targets in ((teacher, Y), (None, {"labels": Y, "teacher_logits": stored})):
        student.set_weights(start)
        distiller_of(student, taught_by).fit(X, targets, batch_size=12, verbose=0)
        found.append(np.concatenate([weights.ravel() for weights in student.get_weights()]))
    np.testing.assert_allclose(*found, atol=1e-6)
