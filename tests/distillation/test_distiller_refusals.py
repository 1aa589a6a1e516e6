"""What a Distiller refuses because Keras would go on in silence: probabilities, shapes that broadcast."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kd import Distiller

layers = keras.layers
X = np.random.default_rng(0).normal(size=(12, 6)).astype("float32")
Y = np.arange(12) % 4
Z = np.random.default_rng(1).normal(size=(12, 4)).astype("float32")
STORED = {"labels": Y, "teacher_logits": Z}


def model(*end: keras.layers.Layer, classes: int = 4) -> keras.Sequential:
    return keras.Sequential([keras.Input((6,)), layers.Dense(classes), *end])


def two_outputs() -> keras.Model:
    inputs = keras.Input((6,))
    return keras.Model(inputs, [layers.Dense(4)(inputs), layers.Dense(4)(inputs)])


def distiller_of(student=None, teacher=None, **settings) -> Distiller:
    distiller = Distiller(student=student or model(), teacher=teacher)
    distiller.compile("sgd", **settings)
    return distiller


class Subclassed(keras.Model):
    """Ends in an operation that is no layer."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)

    def call(self, inputs):
        return keras.ops.softmax(self.dense(inputs))


ENDS = {
    "layer": lambda: model(layers.Softmax()),
    "activation": lambda: model(layers.Dense(4, activation="sigmoid")),
    "float32 at the end": lambda: model(
        layers.Activation("softmax"), layers.Activation("linear", dtype="float32")
    ),
    "inside": lambda: keras.Sequential([model(), keras.Sequential([layers.Dense(4), layers.Softmax()])]),
    "subclassed": Subclassed,
}


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("end", ENDS)
def test_a_model_that_ends_in_probabilities_is_refused(end, eagerly):
    for role, models in (("student", (ENDS[end](), model())), ("teacher", (model(), ENDS[end]()))):
        with pytest.raises(ValueError, match=f"{role} must give logits"):
            distiller_of(*models, run_eagerly=eagerly).fit(X, Y, verbose=0)


@pytest.mark.parametrize(
    "end", [[layers.Dense(4, activation="log_softmax")], [layers.Softmax(), layers.Dense(4)]]
)
def test_other_ends_are_taken(end):
    distiller_of(model(*end), model(*end), run_eagerly=True).fit(X, Y, verbose=0)


@pytest.mark.parametrize(
    ("models", "named"),
    [
        ((3, None), "student .*keras.Model.*int"),
        ((None, None), "student .*keras.Model.*None"),
        ((model(), 3), "teacher .*keras.Model.*int"),
        ((same := model(), same), "two models"),
    ],
)
def test_what_are_not_two_models_is_refused(models, named):
    with pytest.raises(ValueError, match=named):
        Distiller(student=models[0], teacher=models[1])


@pytest.mark.parametrize(
    ("models", "named"),
    [
        ((model(classes=1), model(classes=1)), r"two classes or more, got \(None, 1\)"),
        ((model(classes=5), model()), r"one shape, got \(None, 5\) and \(None, 4\)"),
        ((two_outputs(), model()), "student must have one output.* 2"),
        ((model(), two_outputs()), "teacher must have one output.* 2"),
    ],
)
def test_models_that_do_not_belong_together_are_refused(models, named):
    with pytest.raises(ValueError, match=named):
        distiller_of(*models).fit(X, Y * 0, verbose=0)


@pytest.mark.parametrize(
    ("logits", "named"),
    [
        (Z[:, :1], r"two classes or more, got \((None|12), 1\)"),
        (Z[:, :3], r"one shape, got .*, 4\) and .*, 3\)"),
        (Z[:, 0], r"\(n, classes\)"),
        (np.where(np.eye(12, 4) == 1, np.nan, Z), "teacher_logits must be finite"),
        (np.asarray(keras.ops.softmax(Z)), "teacher_logits must be logits, not probabilities"),
    ],
)
def test_stored_logits_that_teach_nothing_right_are_refused_before_anything_is_learned(logits, named):
    wrong = {"labels": Y, "teacher_logits": logits}
    distiller = distiller_of(run_eagerly=True)
    before = distiller.student.get_weights()
    uses = [
        lambda: distiller.fit(X, wrong, verbose=0),
        lambda: distiller.evaluate(X, wrong, verbose=0),
        lambda: distiller.train_on_batch(X, wrong),
    ]
    if "teacher_logits" in named:  # what can be seen without the student
        uses.append(lambda: distiller.fit(X, STORED, validation_data=(X, wrong), verbose=0))
    for use in uses:
        with pytest.raises(ValueError, match=named):
            use()
    for kept, found in zip(before, distiller.student.get_weights(), strict=True):
        np.testing.assert_array_equal(found, kept)


@pytest.mark.parametrize(
    ("settings", "targets"),
    [
        ({}, np.eye(4)[Y]),
        ({}, (Y, Z)),
        ({}, None),
        ({"student_loss_fn": "categorical_crossentropy"}, Y),
        ({"student_loss_fn": "categorical_crossentropy"}, np.eye(5)[Y]),
        ({"distillation_loss_fn": "sparse_categorical_crossentropy"}, Y),
        ({"metrics": "mse"}, Y),
    ],
)
def test_keras_itself_refuses_these(settings, targets):
    with pytest.raises(ValueError, match=r"."):
        distiller_of(teacher=model(), **settings).fit(X, targets, verbose=0)


def test_a_key_that_is_missing_is_named():
    with pytest.raises(KeyError, match="teacher_logits"):
        distiller_of(teacher=model()).fit(X, {"labels": Y, "logits": Z}, verbose=0)


@pytest.mark.parametrize("name", ["loss", "loss_weights"])
def test_what_compile_would_ignore_is_refused(name):
    with pytest.raises(ValueError, match=f"student_loss_fn.* not {name}"):
        distiller_of(**{name: ["mse"]})


def test_a_refused_compile_leaves_the_one_before():
    distiller = distiller_of(alpha=0.25, temperature=2)
    optimizer = distiller.optimizer
    with pytest.raises(ValueError, match=r"temperature .*above 0"):
        distiller.compile("adam", alpha=0.5, temperature=0)
    assert (distiller.alpha, distiller.temperature) == (0.25, 2.0)
    assert distiller.optimizer is optimizer


def test_student_and_teacher_are_named():
    """Keras' own Distiller takes the teacher first."""
    with pytest.raises(TypeError, match="positional"):
        Distiller(model(), model())
