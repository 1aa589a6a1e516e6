"""What the checks share: small models, made-up data, and how a check fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from kd.distillation.distiller import Distiller
from kd.text.translation import _

ROWS, FEATURES, CLASSES, BATCH = 20, 6, 4, 12  # the last batch is a smaller one
MakeDistiller = Callable[[keras.Model, "keras.Model | None"], Distiller]
CHECKS: dict[str, Callable[[MakeDistiller], None]] = {}


def check(function: Callable[[MakeDistiller], None]) -> Callable[[MakeDistiller], None]:
    CHECKS[function.__name__] = function
    return function


class Case:
    """A student, its teacher and data, the same whenever they are made."""

    def __init__(self, make_distiller: MakeDistiller, *, with_teacher: bool = True, penalty: float = 0.0):
        keras.utils.set_random_seed(7)
        random = np.random.default_rng(7)
        self.x = random.normal(size=(ROWS, FEATURES)).astype("float32")
        self.y = random.integers(0, CLASSES, ROWS)
        self.teacher, student = small_model(noisy=True), small_model(penalty)
        self.z = np.asarray(self.teacher(self.x))
        self.distiller = make_distiller(student, self.teacher if with_teacher else None)

    @property
    def stored(self) -> dict[str, np.ndarray]:
        """Labels and logits, as targets."""
        return {"labels": self.y, "teacher_logits": self.z}

    def fit(self, y: Any = None, **settings) -> dict[str, list[float]]:
        """The history of two epochs, in the order of the rows."""
        settings = {"epochs": 2, "batch_size": BATCH, "shuffle": False, "verbose": 0, **settings}
        return self.distiller.fit(self.x, self.y if y is None else y, **settings).history

    def evaluate(self, y: Any = None, **settings) -> Any:
        targets = self.y if y is None else y
        settings = {"batch_size": BATCH, "verbose": 0, "return_dict": True, **settings}
        return self.distiller.evaluate(self.x, targets, **settings)

    @property
    def weights(self) -> np.ndarray:
        """All of the student's, in a row."""
        return np.concatenate([weights.ravel() for weights in self.distiller.student.get_weights()])


def small_model(penalty: float = 0.0, noisy: bool = False) -> keras.Model:
    """Two layers; noisy: between them are others that answer differently in training."""
    hidden = keras.layers.Dense(5, activation="tanh", kernel_regularizer=keras.regularizers.L2(penalty))
    between = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)] if noisy else []
    return keras.Sequential([keras.Input((FEATURES,)), hidden, *between, keras.layers.Dense(CLASSES)])


def same(found: Any, expected: Any, what: str) -> None:
    """Fail unless the numbers agree, as far as float32 goes."""
    if not np.allclose(found, expected, rtol=1e-4, atol=1e-6):
        raise AssertionError(
            _(
                "{what} must be the same, got {found} and {expected}.",
                what=what,
                found=found,
                expected=expected,
            )
        )


def holds(condition: bool, sentence: str) -> None:
    if not condition:
        raise AssertionError(sentence)


def refused(action: Callable[[], Any], sentence: str) -> None:
    """Fail unless the action raises a ValueError of one short sentence."""
    try:
        action()
    except ValueError as error:
        holds(0 < len(str(error)) < 300 and "\n" not in str(error), str(error))
    else:
        raise AssertionError(sentence)


def takes_weights(case: Case) -> bool:
    """Whether rows may be weighted; where not, it must be refused."""
    loss = case.distiller.distillation_loss_fn
    if getattr(loss, "takes_weights", True):
        return True
    ones = np.ones(ROWS, "float32")
    refused(lambda: case.fit(sample_weight=ones), _("sample_weight must count or be refused."))
    refused(lambda: case.fit(class_weight={0: 2.0}), _("class_weight must count or be refused."))
    return False
