"""Targets, weights and labels as functions: what is taken, and each refusal to the letter."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kd.distillation.losses import student_loss
from kd.distillation.objectives import OBJECTIVES
from kd.distillation.targets import (
    check_labels,
    check_teacher_logits,
    numbers_of_classes,
    split_targets,
    split_weights,
    weighted_by_class,
)
from kd.distillation.teachers_part import numbered, teachers_terms

Z = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
Y = np.array([2, 0, 3])
SPARSE, ONE_HOT = student_loss(None), student_loss("categorical_crossentropy")


def teach(logits, loss=None, classes=4) -> None:
    check_teacher_logits({"labels": Y, "teacher_logits": np.array(logits, float)}, classes, loss)


def terms_of(name: str, student, weights=None) -> dict:
    loss = OBJECTIVES[name]()
    objective = numbered(loss, keras.ops.convert_to_tensor(0.3), keras.ops.convert_to_tensor(4.0), True)
    return teachers_terms(loss, objective, Y, student, student, weights)


REFUSED = {
    "targets must have the keys 'labels' and 'teacher_logits', got ['label', 'logits'].": (
        lambda: split_targets({"logits": Z, "label": Y})
    ),
    "targets must be an array of labels, or a dict of labels and teacher_logits, got 'list'.": (
        lambda: split_targets([Y, Z])
    ),
    "sample_weight must be an array, or have the keys 'labels' and 'teacher_logits', got ['labels'].": (
        lambda: split_weights({"labels": Y})
    ),
    "teacher_logits must be finite with this distillation_loss_fn, and some are NaN or infinite.": (
        lambda: teach([[1, np.nan, 0, 2]])
    ),
    "teacher_logits must leave a class, and some rows are −inf throughout.": (
        lambda: teach([[1, 2, 3, 4], [-np.inf] * 4])
    ),
    "teacher_logits must be logits, and these are probabilities: give what the teacher computes before its "
    "softmax.": lambda: teach([[0.0, 0.25, 0.25, 0.5], [0.1, 0.2, 0.3, 0.4005]]),
    "student and teacher must give logits of one shape, got (None, 4) and (3, 2).": (
        lambda: teach(np.zeros((3, 2)))
    ),
    "SparseCategoricalCrossentropy takes the numbers of classes, of the shape (3,), and labels have (3, 4): "
    "CategoricalCrossentropy(from_logits=True) takes one-hot labels.": (
        lambda: check_labels(np.eye(4)[Y], Z, SPARSE)
    ),
    "CategoricalCrossentropy takes a number for each class, of the shape (3, 4), and labels have (3,): "
    "SparseCategoricalCrossentropy(from_logits=True) takes the numbers of classes.": (
        lambda: check_labels(Y, Z, ONE_HOT)
    ),
    "FunctionLoss takes a number for each class, of the shape (3, 4), and labels have (3, 1): "
    "SparseCategoricalCrossentropy(from_logits=True) takes the numbers of classes.": (
        lambda: check_labels(Y[:, None], Z, student_loss("mse"))
    ),
    "sample_weight must be None with the objective relations, whose terms are of whole batches.": (
        lambda: terms_of("relations", Z, np.ones(3))
    ),
    "The objective relations compares logits of the shape (n, classes), got (3, 1, 4).": (
        lambda: terms_of("relations", Z[:, None])
    ),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_each_refusal_says_what_is_wrong_and_what_would_be_right(sentence):
    with pytest.raises(ValueError, match=r".") as caught:
        REFUSED[sentence]()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("logits", "loss", "said"),
    [
        ([[-np.inf, 1.0, 2.0, 3.0]], OBJECTIVES["logit_matching"](), "must be finite"),
        (np.where(np.arange(8).reshape(1, 2, 4) > 3, -np.inf, 1.0), None, "must leave a class"),
        (np.full((2, 3, 4), 0.25), None, "are probabilities"),
    ],
)
def test_a_class_that_may_not_be_ruled_out_and_rows_of_more_than_one_dimension(logits, loss, said):
    with pytest.raises(ValueError, match=said):
        teach(logits, loss)


def test_both_parts_of_targets_and_of_weights_are_told_apart():
    both = {"teacher_logits": 2, "labels": 1}
    assert split_targets(both) == split_weights(both) == (1, 2)
    assert (split_targets(3), split_weights(3), split_weights(None)) == ((3, None), (3, 3), (None, None))


def test_what_teaches_is_taken():
    """Logits that are positive, or add up to 1, or rule a class out; data that cannot be looked at."""
    teach([[0.5, 0.5, 0.5, 0.5]])
    teach([[2.0, -1.0, 0.0, 0.0]])
    teach([[0.5, 0.5, 0.002, 0.0]])
    teach([[-np.inf, 1.0, 2.0, 3.0]])
    teach(np.zeros((3, 4)), classes=None)
    check_teacher_logits(Y, 4, None)
    check_teacher_logits({"teacher_logits": "of a data set"}, 4, None)
    for labels in (Y, Y[:, None]):
        check_labels(labels, Z, SPARSE)
    check_labels(np.eye(4)[Y], Z, ONE_HOT)
    check_labels(np.zeros((2, 3)), np.zeros((2, 3, 4)), SPARSE)
    check_labels(Y, Z, student_loss(lambda labels, logits: logits))


def test_labels_and_weights_by_class():
    for labels in (Y, Y[:, None], Y.astype("float32"), np.eye(4)[Y]):
        labels = keras.ops.convert_to_tensor(labels)
        assert np.asarray(numbers_of_classes(labels)).tolist() == Y.tolist()
        weigh = {2: 3.0, 3: 0.0}
        assert np.asarray(weighted_by_class(None, labels, weigh)).tolist() == [3.0, 1.0, 0.0]
        for given in (np.array([1.0, 2.0, 4.0], "float32"), np.array([[1.0], [2.0], [4.0]], "float32")):
            assert np.asarray(weighted_by_class(given, labels, weigh)).tolist() == [3.0, 2.0, 0.0]
            both = weighted_by_class({"labels": given, "teacher_logits": 2 * given}, labels, weigh)
            assert np.asarray(both["labels"]).tolist() == [3.0, 2.0, 0.0]
            assert np.asarray(both["teacher_logits"]).tolist() == [6.0, 4.0, 0.0]
