"""Targets and weights as functions: which teacher's logits are taken, and what each row counts."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kd.distillation.objectives import OBJECTIVES
from kd.distillation.targets import check_teacher_logits, numbers_of_classes, weighted_by_class

Y = np.array([2, 0, 3])
INF = np.inf


def check(logits, loss=None) -> None:
    check_teacher_logits({"labels": Y, "teacher_logits": np.array(logits, float)}, loss)


@pytest.mark.parametrize(
    ("logits", "objective", "named"),
    [
        ([[1, np.nan, 0, 2]], None, "finite"),
        ([[1, INF, 0, 2]], None, "finite"),
        ([[1, 2, 3, 4], [-INF] * 4], None, "−inf"),
        ([[-INF, 1, 2, 3]], "logit_matching", "finite"),
        ([[-INF, 1, 2, 3]], "standardized", "finite"),
        (np.where(np.arange(8).reshape(1, 2, 4) > 3, -INF, 1.0), None, "finite"),
        ([[0.0, 0.25, 0.25, 0.5], [0.1, 0.2, 0.3, 0.4005]], None, "probabilities"),
        (np.full((2, 3, 4), 0.25), None, "probabilities"),
    ],
)
def test_logits_that_teach_nothing_are_refused(logits, objective, named):
    with pytest.raises(ValueError, match=f"^teacher_logits must .*{named}"):
        check(logits, objective and OBJECTIVES[objective]())


def test_what_teaches_is_taken():
    """Logits that are positive, or add up to 1, or rule a class out; data that cannot be looked at."""
    check([[0.5, 0.5, 0.5, 0.5]])
    check([[2.0, -1.0, 0.0, 0.0]])
    check([[0.5, 0.5, 0.002, 0.0]])
    check([[-INF, 1.0, 2.0, 3.0]])
    check_teacher_logits(Y, None)
    check_teacher_logits({"teacher_logits": "of a data set"}, None)


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
