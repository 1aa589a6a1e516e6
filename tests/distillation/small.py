"""A small problem for a Distiller, and its losses in NumPy and float64."""

from __future__ import annotations

import keras
import numpy as np

from kd import Distiller
from tests.distillation.formulas import FORMULAS, softmax

ROWS, CLASSES, BATCH = 40, 10, 16
ALPHA, T = 0.3, 4.0
_GENERATOR = np.random.default_rng(0)
X = _GENERATOR.normal(size=(ROWS, 6)).astype("float32")
Y = _GENERATOR.integers(0, CLASSES, ROWS)
Z = _GENERATOR.normal(0, 3, size=(ROWS, CLASSES)).astype("float32")
STORED = {"labels": Y, "teacher_logits": Z}
WEIGHTS = np.where(np.arange(ROWS) % 3, _GENERATOR.uniform(0, 3, ROWS), 0).astype("float32")


def model(*others: keras.layers.Layer, classes: int = CLASSES, penalty: float = 0.0) -> keras.Sequential:
    dense = keras.layers.Dense(classes, kernel_regularizer=keras.regularizers.L2(penalty))
    return keras.Sequential([keras.Input((6,)), dense, *others])


def distiller_of(teacher=None, student=None, rate=0.01, **settings) -> Distiller:
    keras.utils.set_random_seed(2)
    distiller = Distiller(student=student or model(), teacher=teacher)
    chosen = {"optimizer": keras.optimizers.SGD(rate), "alpha": ALPHA, "temperature": T, **settings}
    distiller.compile(**chosen)
    return distiller


def expected(
    distiller: Distiller,
    teacher=Z,
    weights=None,
    weights_of_teacher=None,
    name="soft_targets",
    scale=1.0,
    **own_fields,
) -> dict[str, float]:
    """Returns each reported loss; that of weighted rows from the formula of each row on its own."""
    logits = np.asarray(distiller.student(X)).astype(float)
    weights = np.ones(ROWS) if weights is None else weights.astype(float)
    of_teacher = weights if weights_of_teacher is None else weights_of_teacher.astype(float)

    def terms(rows) -> float:
        numbers = np.ones(ROWS)[rows], distiller.temperature, scale
        formula = FORMULAS[name](Y[rows], logits[rows], teacher[rows].astype(float), *numbers, **own_fields)
        return sum(formula.values())

    if (of_teacher == 1).all():
        distillation = terms(slice(None))
    else:
        distillation = sum(of_teacher[row] * terms(slice(row, row + 1)) for row in range(ROWS)) / ROWS
    student = -(weights * np.log(softmax(logits)[np.arange(ROWS), Y])).mean()
    teacher_weight = 9.0 if name == "standardized" else 1 - distiller.alpha
    loss = distiller.alpha * student + teacher_weight * distillation
    return {"loss": loss, "student_loss": student, "distillation_loss": distillation}
