"""What loss and gradient say of a mistake, in numbers; kd/text/mistake_words.py has the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kd.analysis.logits import log_softmax, softmax
from kd.analysis.softening import Gradient, loss_gradient
from kd.base import files
from kd.base.once import computed_once
from kd.base.places import DATA
from kd.config import SHIPPED_TEACHERS, RunConfig
from kd.distillation.mistakes import MISTAKES
from kd.networks.numpy_model import NumpyModel
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import places, training_set
from kd.teachers.logits import shipped_logits
from kd.teachers.shipped import shipped_teacher_path

if TYPE_CHECKING:
    import pandas as pd


MEASURES = ("loss_at_first", "loss_at_last")


class Course(NamedTuple):
    """The mean loss over the first epoch's steps and over the last one's, averaged over the seeds."""

    first: float
    last: float


def courses(rows: pd.DataFrame, by: str) -> dict[str, Course]:
    """The course of the loss for each value of a column.

    Args:
        rows: of an experiment, with the columns MEASURES.
    """
    return {
        str(value): Course(*(float(group[name].mean()) for name in MEASURES))
        for value, group in rows.groupby(by, sort=False)
    }


PICTURES = 100


class Batch(NamedTuple):
    """labels: int (n,). student, teacher: logits (n, classes), float64."""

    labels: np.ndarray
    student: np.ndarray
    teacher: np.ndarray


@computed_once(maxsize=len(MISTAKES) + 1)
def batch(code: str = "") -> Batch:
    """The first training pictures, as a default run's distilled student and its teacher see them.

    The student is that of the run that comes with the project, when it was first looked at in training.

    Args:
        code: of a mistake, whose student is given other answers of its teacher.
    """
    config = RunConfig()
    chosen = training_set(config)
    pictures = to_model_input(chosen.images[:PICTURES])
    model = config.model_ids["distilled"]
    path = DATA / "snapshots" / f"{model}.npz"
    weights = files.npz_arrays(files.read_sealed(path))["weights"][0]
    student = NumpyModel.load(DATA / "models" / model / "model.keras").with_flat_weights(weights)
    labels = chosen.labels[:PICTURES].astype(np.int64)
    return Batch(
        labels, student.logits(pictures).astype(float), _answers(code, config)[:PICTURES].astype(float)
    )


def _answers(code: str, config: RunConfig) -> np.ndarray:
    """The teacher's answers to the pictures of a run, as a student with this mistake is given them."""
    answers = shipped_logits(SHIPPED_TEACHERS[0])["train"][places(config)]
    if not code:
        return answers
    mistake = MISTAKES[code]
    if mistake.teacher_dropout:
        answers = _with_dropout(mistake.teacher_dropout, config)
    return mistake.answers(answers, config.seed)


def _with_dropout(share: float, config: RunConfig) -> np.ndarray:
    """What the teacher says of the batch with dropout before its last layer."""
    teacher = NumpyModel.load(shipped_teacher_path(SHIPPED_TEACHERS[0]))
    features = teacher.penultimate(to_model_input(training_set(config).images[:PICTURES]))
    kept = np.random.default_rng(config.seed).random(features.shape) >= share
    kernel, bias = teacher.weights()[-2:]
    return (features * kept / np.float32(1 - share)) @ kernel + bias


# To which Keras clips what its divergence gets.
_SMALLEST = 1e-7


class Slope(NamedTuple):
    """The gradient of a mistaken loss by the student's logits, against that of the right one.

    size: how many times as long it is. cosine: of the angle between the two; NaN where one is 0.
    teacher_size, teacher_cosine: the same of the teacher's part by itself.
    """

    size: float
    cosine: float
    teacher_size: float
    teacher_cosine: float


def slope(code: str, config: RunConfig) -> Slope:
    """The gradient of a mistake on the batch of kd/studies/mistakes/gauges.py, at a run's α and T."""
    right, wrong = right_gradient(batch(), config), wrong_gradient(code, batch(code), config)
    return Slope(*_compared(wrong.total, right.total), *_compared(wrong.teacher, right.teacher))


def right_gradient(seen: Batch, config: RunConfig) -> Gradient:
    """The gradient of α · labels' part + (1 − α) · soft targets with T², averaged over the batch, by hand."""
    both = loss_gradient(seen.labels, seen.student, seen.teacher, config.alpha, config.temperature)
    return Gradient(both.labels / len(seen.labels), both.teacher / len(seen.labels))


def wrong_gradient(code: str, seen: Batch, config: RunConfig) -> Gradient:
    """The same of a mistake: kd/distillation/mistakes.py has the loss."""
    alpha, n = config.alpha, len(seen.labels)
    weight = alpha if code == "alpha_reversed" else 1 - alpha
    truth = np.eye(seen.student.shape[1])[seen.labels]
    teacher = _TEACHERS_PART.get(code, _soft_targets)(seen.student, seen.teacher, config.temperature)
    return Gradient((1 - weight) * (softmax(seen.student) - truth) / n, weight * teacher / n)


def _compared(wrong: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    lengths = np.linalg.norm(wrong), np.linalg.norm(right)
    cosine = np.vdot(wrong, right) / np.prod(lengths) if all(lengths) else np.nan
    return float(lengths[0] / lengths[1]), float(cosine)


def _soft_targets(student: np.ndarray, teacher: np.ndarray, t: float) -> np.ndarray:
    return t * (softmax(student, t) - softmax(teacher, t))


def _reversed_divergence(student: np.ndarray, teacher: np.ndarray, t: float) -> np.ndarray:
    ours, apart = softmax(student, t), log_softmax(student, t) - log_softmax(teacher, t)
    return t * ours * (apart - (ours * apart).sum(axis=1, keepdims=True))


def _both_probabilities(student: np.ndarray, teacher: np.ndarray, t: float) -> np.ndarray:
    probabilities = softmax(student)
    upstream = _soft_targets(probabilities, softmax(teacher), t)
    return probabilities * (upstream - (upstream * probabilities).sum(axis=1, keepdims=True))


def _keras_default(student: np.ndarray, teacher: np.ndarray, t: float) -> np.ndarray:
    ours, theirs = (np.clip(logits / t, _SMALLEST, 1) for logits in (student, teacher))
    return np.where(ours == student / t, -theirs / ours / t, 0.0)


def _nothing(student: np.ndarray, teacher: np.ndarray, t: float) -> np.ndarray:
    return np.zeros_like(student)


# Code → the gradient of the teacher's part for each picture, (n, classes); soft targets' own for the others.
_TEACHERS_PART: dict[str, Callable[[np.ndarray, np.ndarray, float], np.ndarray]] = {
    "no_t_squared": lambda student, teacher, t: _soft_targets(student, teacher, t) / t**2,
    "mean_reduction": lambda student, teacher, t: _soft_targets(student, teacher, t) / student.shape[1],
    "reversed_divergence": _reversed_divergence,
    "one_temperature": lambda student, teacher, t: t**2 * (softmax(student) - softmax(teacher, t)),
    "teacher_probabilities": lambda student, teacher, t: _soft_targets(student, softmax(teacher), t),
    "both_probabilities": _both_probabilities,
    "log_probabilities": _nothing,
    "same_network": _nothing,
    "keras_default": _keras_default,
}
