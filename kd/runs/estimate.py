"""How long a run will take: the cost of its work, scaled by how fast this machine has been so far.

Each step, each image and each look at the test images costs some time (kd/training/costs.py), measured on one
machine. Finished runs show how this machine compares, separately for training and for looking, so that
neither many small epochs nor a few large ones distort the estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from kd.config import RunConfig, has_nonsense, is_consistent
from kd.networks.architectures import CLASSES, Architecture, student_architecture, teacher_architecture
from kd.training.costs import eval_epochs, training_seconds


class Estimate(NamedTuple):
    """Seconds that a run will take: for its fresh teacher (0 if none has to be trained) and its students."""

    teacher: float
    students: float

    @property
    def total(self) -> float:
        """Seconds from the first step to the last."""
        return self.teacher + self.students


class Work(NamedTuple):
    """Seconds spent training, and seconds spent evaluating and taking snapshots."""

    training: float
    looking: float


# A run of a few steps mostly measures start-up costs: compared with this typical second, it counts little.
AS_USUAL = Work(training=1.0, looking=0.1)


@dataclass(frozen=True)
class Speed:
    """How many times longer than the costs say this machine takes; teacher: None if none was trained."""

    training: float = 1.0
    looking: float = 1.0
    teacher: float | None = None

    def estimate(self, config: RunConfig, with_teacher: bool) -> Estimate:
        """Args: with_teacher: whether its fresh teacher has to be trained first."""
        students, teacher = _students_work(config), 0.0
        if with_teacher:
            # if no teacher was timed, it is assumed to be slower than a student by the usual factor
            slowness = self.training if self.teacher is None else self.teacher
            look = teacher_architecture(config).costs.look
            teacher = slowness * (sum(_teacher_work(config)) + look + _answers(config))
        elif is_consistent(config) or has_nonsense(config):
            teacher = self.training * _answers(config)
        return Estimate(teacher, self.training * students.training + self.looking * students.looking)

    def model_seconds(self, config: RunConfig, name: str) -> float:
        """Seconds that one model of a study takes: it is looked at once, at its end."""
        if name == "teacher":
            slowness = self.training if self.teacher is None else self.teacher
            return slowness * sum(_teacher_work(config, 1))
        work = _students_work(config, 1)
        return self.training * work.training + self.looking * work.looking


TYPICAL = Speed()
RUNS_MEASURED = 5


def measured_speed(runs: Iterable[tuple[RunConfig, Mapping[str, Any]]]) -> Speed | None:
    """The speed shown by finished runs, longer ones counting more; None if there are none.

    Args:
        runs: configs and results, as records have them.
    """
    nominal = taken = AS_USUAL
    teachers_nominal = teachers_taken = 0.0
    for config, result in runs:
        slower = max((result["distilled"], result["scratch"]), key=lambda model: model["seconds"])
        # runs of earlier versions looked after every epoch, and four times within the first
        work = _students_work(config, slower.get("looks", config.epochs + 4))
        seconds = slower["seconds"]
        # runs of earlier versions do not say how long their evaluation took
        looking = slower.get("evaluation_seconds", seconds * work.looking / sum(work))
        nominal = Work(nominal.training + work.training, nominal.looking + work.looking)
        taken = Work(taken.training + seconds - looking, taken.looking + looking)
        if config.teacher == "fresh" and not result["teacher"]["cached"]:
            teachers_nominal += sum(_teacher_work(config))
            teachers_taken += result["teacher"]["seconds"]
    if nominal == AS_USUAL:
        return None
    return Speed(
        training=taken.training / nominal.training,
        looking=taken.looking / nominal.looking,
        teacher=teachers_taken / teachers_nominal if teachers_nominal else None,
    )


def _answers(config: RunConfig) -> float:
    """Seconds for a teacher's answers to all that a run's students learn from."""
    from kd.pictures.shifts import variants

    pictures = config.train_size * (len(variants(config.shift)) if is_consistent(config) else 1)
    return teacher_architecture(config).costs.look * pictures / 10_000


def _students_work(config: RunConfig, times: int | None = None) -> Work:
    """The work of one student: the two train side by side. times: how often it is looked at."""
    times = len(eval_epochs(config, "distilled")) if times is None else times
    # about a tenth of the images shows each digit
    images = -(-config.train_size * (CLASSES - len(config.omitted_digits)) // CLASSES)
    return _work(student_architecture(config), config.epochs, images, config.batch_size, times)


def _teacher_work(config: RunConfig, times: int | None = None) -> Work:
    times = len(eval_epochs(config, "teacher")) if times is None else times
    epochs, images = config.teacher_epochs, config.teacher_train_size
    return _work(teacher_architecture(config), epochs, images, config.batch_size, times)


def _work(architecture: Architecture, epochs: int, images: int, batch_size: int, times: int) -> Work:
    costs = architecture.costs
    return Work(training_seconds(costs, epochs, images, batch_size), times * costs.look)
