"""Mistake: what is wrong with an experiment's students, line by line, and what three gauges say of it.

The gauges are loss, gradient and accuracy, in numbers; kd/text/mistake_words.py has the words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

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
from kd.studies.experiments.card import Chart, Experiment, Paper, compares, distilled, gain, grid, guess
from kd.studies.experiments.judging import Finding, Quantity
from kd.teachers.shipped import shipped_logits, shipped_teacher_path
from kd.text.translation import N_

if TYPE_CHECKING:
    import pandas as pd

BASE = RunConfig()
"""The setting at which mistakes are made: all of them share the right students."""
RIGHT = ""
LOSS = "distillation_loss = KLDivergence()({}) * T**2"
RIGHT_LINE = LOSS.format("softmax(teacher_logits / T), softmax(student_logits / T)")
MEASURES = ("loss_at_first", "loss_at_last")


class Thread(NamedTuple):
    """Where somebody met the mistake, or asked about it.

    place: repository and number. says: what the thread says, in English, marked for translation.
    """

    place: str
    title: str
    says: str

    @property
    def paper(self) -> Paper:
        """The thread as an experiment names it; GitHub leads to a pull request, too, as to an issue."""
        repository, number = self.place.split(" #")
        return Paper(self.place, f"“{self.title}”", f"https://github.com/{repository}/issues/{number}")


class Course(NamedTuple):
    """The mean loss over the first epoch's steps and over the last one's, averaged over the seeds."""

    first: float
    last: float


class Slope(NamedTuple):
    """The gradient of a mistaken loss by the student's logits, against that of the right one.

    size: how many times as long it is. cosine: of the angle between the two; NaN where one is 0.
    teacher_size, teacher_cosine: the same of the teacher's part by itself.
    """

    size: float
    cosine: float
    teacher_size: float
    teacher_cosine: float


class Gauges(NamedTuple):
    """What loss, gradient and accuracy say of a mistake; None where they are those of the right students.

    difference: its accuracy less that of the right ones. gain: over its scratch students.
    """

    loss: Course | None
    right_loss: Course | None
    gradient: Slope | None
    difference: Finding
    gain: Finding


@dataclass(frozen=True)
class Mistake:
    """The right line of code, the wrong ones by code of kd.distillation.mistakes, and a thread about them.

    accuracies: what `Gauges` has of accuracy, by code: the difference and the gain. is_learned: whether the
    students learn it, so that loss and gradient are not those of the right ones.
    """

    right: str
    wrong: Mapping[str, str]
    thread: Thread
    accuracies: Mapping[str, tuple[Quantity, Quantity]]
    is_learned: bool = True

    def gauges(self, rows: pd.DataFrame) -> dict[str, Gauges]:
        """Returns what each code's students come to; rows: of the experiment, at one length."""
        losses = courses(rows) if self.is_learned else {}
        return {
            code: Gauges(
                losses.get(code),
                losses.get(RIGHT),
                slope(code, BASE) if self.is_learned else None,
                *(each.finding(rows) for each in accuracies),
            )
            for code, accuracies in self.accuracies.items()
        }


@dataclass(frozen=True, kw_only=True)
class MistakeExperiment(Experiment):
    """An experiment that makes a mistake on purpose, beside what is right."""

    mistake: Mistake


def made(
    name: str,
    wrong: str | Mapping[str, str],
    *,
    thread: Thread,
    right: str = RIGHT_LINE,
    students: Mapping[str, str] | None = None,
    **words: Any,
) -> MistakeExperiment:
    """Returns an experiment that makes mistakes of kd.distillation.mistakes beside the same right students.

    Args:
        wrong: the lines of code that make it, or code → lines where there are several; right: those that
            do not.
        students: code → what the student with this mistake is called, marked for translation.
        words: of the experiment.
    """
    lines = {name: wrong} if isinstance(wrong, str) else wrong
    called = students or {name: N_("the student with the mistake")}
    accuracies = {
        code: (distilled(mistake=code) - distilled(mistake=RIGHT), gain(mistake=code)) for code in lines
    }
    quantities: dict[str, Quantity] = {}
    says = []
    for code, (difference, gained) in accuracies.items():
        quantities |= {f"difference_{code}": difference, f"gain_{code}": gained}
        says += [
            compares(f"difference_{code}", called[code], N_("the right one")),
            compares(f"gain_{code}", called[code], N_("its scratch student")),
        ]
    return MistakeExperiment(
        name=name,
        kind="mistake",
        paper=thread.paper,
        guess=guess(
            next(iter(quantities)),
            N_("What does the mistake do to the accuracy?"),
            (-2, -0.2, 0.2),
            much=N_("it costs more than 2 points"),
            little=N_("it costs something, up to 2 points"),
            nothing=N_("next to nothing"),
            better=N_("the student gets better"),
        ),
        chart=Chart(
            "bars",
            "mistake",
            names={RIGHT: N_("none"), **{code: MISTAKES[code].label for code in lines}},
        ),
        plan=grid(BASE, {"mistake": (RIGHT, *lines)}, baseline={"mistake": RIGHT}),
        quantities=quantities,
        says=tuple(says),
        measures=MEASURES,
        mistake=Mistake(right, lines, thread, accuracies),
        **words,
    )


def courses(rows: pd.DataFrame) -> dict[str, Course]:
    """Returns the course of the loss for each mistake; rows: with the columns MEASURES."""
    return {
        str(code): Course(*(float(group[name].mean()) for name in MEASURES))
        for code, group in rows.groupby("mistake", sort=False)
    }


PICTURES = 100


class Batch(NamedTuple):
    """labels: int (n,). student, teacher: logits (n, classes), float64."""

    labels: np.ndarray
    student: np.ndarray
    teacher: np.ndarray


@computed_once(maxsize=len(MISTAKES) + 1)
def batch(code: str = "") -> Batch:
    """Returns the first training pictures, as a default run's distilled student and its teacher see them.

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
    """Returns the teacher's answers to a run's pictures, as a student with this mistake is given them."""
    answers = shipped_logits(SHIPPED_TEACHERS[0])["train"][places(config)]
    if not code:
        return answers
    mistake = MISTAKES[code]
    if mistake.teacher_dropout:
        answers = _with_dropout(mistake.teacher_dropout, config)
    return mistake.answers(answers, config.seed)


def _with_dropout(share: float, config: RunConfig) -> np.ndarray:
    """Returns the teacher's logits of the batch, with dropout before its last layer."""
    teacher = NumpyModel.load(shipped_teacher_path(SHIPPED_TEACHERS[0]))
    features = teacher.penultimate(to_model_input(training_set(config).images[:PICTURES]))
    kept = np.random.default_rng(config.seed).random(features.shape) >= share
    kernel, bias = teacher.weights()[-2:]
    return (features * kept / np.float32(1 - share)) @ kernel + bias


# To which Keras clips what its divergence gets.
_SMALLEST = 1e-7


def slope(code: str, config: RunConfig) -> Slope:
    """Returns how the gradient of a mistake on the batch differs from the right one, at a run's α and T."""
    right, wrong = right_gradient(batch(), config), wrong_gradient(code, batch(code), config)
    return Slope(*_compared(wrong.total, right.total), *_compared(wrong.teacher, right.teacher))


def right_gradient(seen: Batch, config: RunConfig) -> Gradient:
    """Returns the gradient of α · cross-entropy + (1 − α) · soft targets with T², averaged over the batch."""
    both = loss_gradient(seen.labels, seen.student, seen.teacher, config.alpha, config.temperature)
    return Gradient(both.labels / len(seen.labels), both.teacher / len(seen.labels))


def wrong_gradient(code: str, seen: Batch, config: RunConfig) -> Gradient:
    """Returns the gradient of a mistake, whose loss kd/distillation/mistakes.py has."""
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
