"""How long runs and studies take: the cost of their work, scaled by how fast this machine has been so far.

Each step, each image and each look at the test images costs some time (kd/training/costs.py), measured on one
machine. Finished runs show how this machine compares.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from kd.config import RunConfig, has_nonsense, is_consistent, trains_teacher
from kd.networks.students import Costs
from kd.store.store import Store
from kd.training.costs import answers_of, costs_of, epochs_of, eval_epochs, images_of, training_seconds

if TYPE_CHECKING:
    from kd.engine import Engine
    from kd.studies.study import Study

RUNS_MEASURED = 5
# Before this, how long the first runs took says little about the others.
_SECONDS_BEFORE_A_PACE = 5.0


class Estimate(NamedTuple):
    """Seconds that a run will take: for its fresh teacher (0 if none has to be trained) and its students."""

    teacher: float
    students: float

    @property
    def total(self) -> float:
        """Seconds from the first step to the last."""
        return self.teacher + self.students


# A run of a few steps mostly measures start-up costs: compared with this typical second, it counts little.
AS_USUAL = 1.0


@dataclass(frozen=True)
class Speed:
    """How many times longer than the costs say this machine takes, for students and for teachers."""

    student: float = 1.0
    teacher: float = 1.0

    def estimate(self, config: RunConfig, with_teacher: bool) -> Estimate:
        """Returns the seconds of a run; with_teacher: whether its fresh teacher has to be trained first."""
        teacher = 0.0
        if with_teacher:
            look = costs_of(config, "teacher").look
            teacher = self.teacher * (_teacher_work(config) + look + _answers(config))
        elif is_consistent(config) or has_nonsense(config):
            teacher = self.student * _answers(config)
        return Estimate(teacher, self.student * _student_work(config))

    def model_seconds(self, config: RunConfig, name: str) -> float:
        """Returns the seconds of one model of a study, which is looked at once, at its end."""
        if name == "teacher":
            return self.teacher * _teacher_work(config, 1)
        return self.student * _student_work(config, 1)


TYPICAL = Speed()


def measured_speed(runs: Iterable[tuple[RunConfig, Mapping[str, Any]]]) -> Speed | None:
    """Returns the speed shown by configs and results of finished runs, longer ones counting more."""
    nominal = taken = AS_USUAL
    teachers_nominal = teachers_taken = 0.0
    for config, result in runs:
        slower = max((result["distilled"], result["scratch"]), key=lambda model: model["seconds"])
        # runs of earlier versions looked after every epoch, and four times within the first
        nominal += _student_work(config, slower.get("looks", config.epochs + 4))
        taken += slower["seconds"]
        if trains_teacher(config) and not result["teacher"]["cached"]:
            teachers_nominal += _teacher_work(config)
            teachers_taken += result["teacher"]["seconds"]
    if nominal == AS_USUAL:
        return None
    student = taken / nominal
    # where none was timed, a teacher is taken to be slower than usual by the same factor
    return Speed(student, teachers_taken / teachers_nominal if teachers_nominal else student)


def _answers(config: RunConfig) -> float:
    """Returns the seconds of a teacher's answers to all that a run's students learn from."""
    return costs_of(config, "teacher").look * answers_of(config) / config.about_data.test


def _student_work(config: RunConfig, times: int | None = None) -> float:
    """Returns the seconds of one of a run's students; times: how often it is looked at."""
    times = len(eval_epochs(config, "distilled")) if times is None else times
    # about as many images show each class
    classes = len(config.about_data.classes)
    images = -(-config.train_size * (classes - len(config.omitted)) // classes)
    return _work(costs_of(config, "distilled"), config.epochs, images, config.batch_size, times)


def _teacher_work(config: RunConfig, times: int | None = None) -> float:
    times = len(eval_epochs(config, "teacher")) if times is None else times
    epochs, images = epochs_of(config, "teacher"), images_of(config, "teacher")
    return _work(costs_of(config, "teacher"), epochs, images, config.own_teacher.batch_size, times)


def _work(costs: Costs, epochs: int, images: int, batch_size: int, times: int) -> float:
    return training_seconds(costs, epochs, images, batch_size) + times * costs.look


class Pace:
    """How long the rest of many runs takes, judging by those that are done since this was made."""

    def __init__(self, costs: Mapping[str, float]):
        """costs: seconds that each run was estimated to take, by its id."""
        self._costs, self._began = costs, time.monotonic()

    def seconds_left(self, done: Iterable[str], seconds_paused: float = 0.0) -> float:
        """Returns the seconds that the other runs take: as estimated, until the pace is known."""
        total = sum(self._costs.values())
        left = total - sum(self._costs.get(run_id, 0.0) for run_id in set(done))
        elapsed = time.monotonic() - self._began - seconds_paused
        return left * (elapsed / (total - left) if total > left and elapsed > _SECONDS_BEFORE_A_PACE else 1.0)


class Estimates:
    """Judges by the newest finished runs, which are read again whenever a run ends. Thread-safe."""

    def __init__(self, store: Store, engine: Engine):
        self._store, self._engine = store, engine
        self._speed: Speed | None = None
        self._is_read = False

    def read(self) -> None:
        """Reads the finished runs; takes a moment."""
        self._speed = measured_speed(self._newest())
        self._is_read = True

    def run(self, config: RunConfig) -> Estimate | None:
        """Returns the seconds of a run; None if nothing has been measured on this machine yet."""
        speed = self._speed_here()
        return None if self._speed is None else speed.estimate(config, self._trains_teacher(config))

    def seconds(self, config: RunConfig) -> float:
        """Returns the seconds of a run, on a typical machine while nothing has been measured on this one."""
        return self._speed_here().estimate(config, self._trains_teacher(config)).total

    def model(self, config: RunConfig, name: str) -> float | None:
        """Returns the seconds of one of a run's models as far as runs were read, or None; never waits."""
        return None if self._speed is None else self._speed.model_seconds(config, name)

    def studies(self, *studies: Study) -> float:
        """Returns the seconds that studies take side by side, without what is stored."""
        return self.together(self._missing(studies))

    def pace(self, *studies: Study) -> Pace:
        """Returns the pace of studies that begin now; what is stored costs nothing."""
        missing = self._missing(studies)
        alone = {config.run_id: self.together([config]) for config in missing}
        total = sum(alone.values())
        share = self.together(missing) / total if total else 0.0
        return Pace({run_id: cost * share for run_id, cost in alone.items()})

    def together(self, configs: Iterable[RunConfig]) -> float:
        """Returns the seconds that runs take together, if each model is trained once on all workers."""
        speed = self._speed_here()
        models = {
            model_id: speed.model_seconds(config, name)
            for config in configs
            for name, model_id in config.model_ids.items()
            if name != "teacher" or trains_teacher(config)
            if not self._store.models.has(model_id)
        }
        return max(max(models.values(), default=0.0), sum(models.values()) / self.workers())

    def workers(self) -> int:
        """Returns how many students train at once, as far as is known."""
        return self._engine.students_at_once()

    def count_workers(self) -> int:
        """Asks somebody else's cluster how many students train at once; may take a while."""
        from kd.engine.connection import EngineLost  # not above: `kd runs` does without an engine

        with contextlib.suppress(EngineLost):  # the first training there reports it
            self._engine.look_for_workers()
        return self.workers()

    def _speed_here(self) -> Speed:
        if not self._is_read:
            self.read()
        return self._speed or TYPICAL

    def _trains_teacher(self, config: RunConfig) -> bool:
        return trains_teacher(config) and not self._store.models.has(config.teacher_id)

    def _missing(self, studies: Iterable[Study]) -> list[RunConfig]:
        runs = dict.fromkeys(config for study in studies for _cell, config in study.runs())
        return [config for config in runs if not self._store.is_usable(config.run_id)]

    def _newest(self) -> Iterator[tuple[RunConfig, Mapping[str, Any]]]:
        """Yields config and result of this machine's newest finished runs."""
        with contextlib.suppress(OSError):
            finished = [row for row in self._store.runs.rows(unasked=True) if row.status == "finished"]
            for row in finished[:RUNS_MEASURED]:
                record = self._store.runs.record(row.run_id)
                if record is not None:
                    yield row.config, record["result"]
