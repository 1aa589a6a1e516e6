"""The batch on which gradients are compared: pictures, labels, and what teacher and student say of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kd import files
from kd.config import SHIPPED_TEACHERS, RunConfig
from kd.distillation.mistakes import MISTAKES
from kd.networks.numpy_model import NumpyModel
from kd.once import computed_once
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import places, training_set
from kd.places import DATA
from kd.teachers.logits import shipped_logits
from kd.teachers.shipped import shipped_teacher_path

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
