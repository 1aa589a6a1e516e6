"""The tasks of a run: its models, its teacher's answers, the time a picture takes."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Mapping
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from kd.analysis import evaluation
from kd.base.data_sets import MNIST, content
from kd.base.unusable import Unusable
from kd.config import RunConfig, has_included_teacher, has_nonsense, is_consistent
from kd.engine import tasks
from kd.networks.architectures import Architecture, student_architecture, teacher_architecture
from kd.pictures.data_sets import data_set
from kd.pictures.training_set import places, rows_at
from kd.runs.scheduler import Task
from kd.store.store import Store
from kd.teachers.shipped import shipped_logits
from kd.training.messages import Teaching

if TYPE_CHECKING:
    from kd.engine import Attempt
    from kd.training.messages import Checkpoint, TrainedModel


def model_task(
    config: RunConfig,
    name: str,
    store: Store,
    teaching: Teaching | None = None,
    is_followed: bool = True,
    seconds: float | None = None,
) -> Task:
    """Returns the task that trains one of a run's models and stores it; its value is the model's record.

    is_followed: whether to look at the model as it develops: test accuracies on the way, and snapshots.
    """
    config = config.own_teacher if name == "teacher" else config
    model_id = config.model_ids[name]
    resource = "teacher" if name == "teacher" else "student"

    def submit(attempt: Attempt, checkpoint: Checkpoint | None) -> Any:
        measured = store.caches.precisions() if name == "teacher" else None
        data = content(config.data, attempt.is_here)
        arguments = config.to_dict(), data, name, teaching, measured, is_followed, checkpoint
        return attempt.submit(tasks.train, *arguments, resource=resource)

    def keep(trained: TrainedModel) -> dict[str, Any]:
        record = _model_record(config, name, trained)
        with store.waiting():
            if trained.processor is not None and trained.processor not in store.caches.precisions():
                store.caches.save_precisions({trained.processor: trained.precision})
            _keep_snapshots(store, model_id, trained)
            store.models.save(model_id, record, trained.keras_file, trained.test_logits)
        return record

    return Task(model_id, resource, submit, keep, partial(store.models.record, model_id), seconds)


def snapshots_task(config: RunConfig, name: str, store: Store, teaching: Teaching | None) -> Task:
    """Returns the task that trains a stored student once more, to the same weights, and keeps snapshots."""
    model_id = config.model_ids[name]
    keep = partial(_keep_snapshots, store, model_id)
    submit = model_task(config, name, store, teaching).submit
    return Task(f"snapshots-{model_id}", "student", submit, keep)


def _keep_snapshots(store: Store, model_id: str, trained: TrainedModel) -> bool:
    if trained.snapshots is not None:
        with store.waiting():
            store.models.save_snapshots(model_id, trained.snapshots.arrays())
    return True


def _model_record(config: RunConfig, name: str, trained: TrainedModel) -> dict[str, Any]:
    return {
        "model": config.model_ids[name],
        "name": name,
        "config": config.to_dict(),
        "identity": config.model_identity(name),
        "created": time.time(),
        "test_accuracy": evaluation.accuracy(data_set(config.data).y_test, trained.test_logits),
        "parameters": trained.parameters,
        "seconds": trained.seconds,
        "evaluation_seconds": trained.evaluation_seconds,
        "precision": trained.precision,
        "processor": trained.processor,
        "bytes": len(trained.keras_file),
        "history": trained.history,
        "software": software(),
    }


@cache
def software() -> dict[str, str]:
    """Returns the versions of what trains."""
    return {"python": platform.python_version()} | {
        name: version(name) for name in ("keras", "numpy", "tensorflow")
    }


class Teacher:
    """The teacher of a run once it is trained: its record, its file and its answers."""

    def __init__(self, config: RunConfig, store: Store):
        """Raises ValueError when it is not stored."""
        self._config, self._store = config, store
        self.is_shipped = has_included_teacher(config)
        self._compares_attention = config.objective_class.compares_attention
        stored = store.models.get(config.teacher_id)
        if stored is None:
            raise Unusable(
                "There is no stored model {model} to be the teacher: use the id of a model that is "
                "stored, or another teacher.",
                model=config.teacher_id,
            )
        self.record, self.path = stored

    @property
    def architecture(self) -> Architecture:
        """What it is made of."""
        if self.is_shipped:
            return teacher_architecture(RunConfig(teacher="fresh"))
        config, name = RunConfig.from_record(self.record["config"]), self.record["name"]
        return teacher_architecture(config) if name == "teacher" else student_architecture(config)

    def check(self) -> None:
        """Raises ValueError when it was trained with another data set, or has no maps to compare."""
        data = MNIST if self.is_shipped else self.record["config"].get("data", MNIST)
        if data != self._config.data:
            raise Unusable(
                "The teacher {model} was trained with another data set: choose one that was trained with "
                "the run's.",
                model=self._config.teacher_id,
            )
        if self._compares_attention and not self.architecture.student.has_attention:
            raise Unusable(
                "The objective {objective} compares convolutions, and the teacher {model} has none: "
                "choose a convolutional teacher.",
                objective=self._config.objective,
                model=self._config.teacher_id,
            )

    def teaching(self) -> Teaching | None:
        """Returns what it says of the run's training images, or None if `task` has to compute that."""
        if not self._compares_attention and self.is_shipped and not self._asked_about:
            said = shipped_logits(self._config.teacher)["train"]
            return Teaching(rows_at(said, places(self._config)))
        found = self._store.caches.logits(self._key)
        if found is None or (self._compares_attention and "attention" not in found):
            return None
        return Teaching(found["train"], found.get("attention"))

    def task(self) -> Task:
        """Returns the task that computes and stores what it says of the run's training images."""

        def submit(attempt: Attempt, checkpoint: Checkpoint | None) -> Any:
            data = content(self._config.data, attempt.is_here)
            asked = self._config.to_dict(), data, self._compares_attention
            return attempt.submit(tasks.teaching, self.path.read_bytes(), *asked, resource="teacher")

        def keep(teaching: Teaching) -> Teaching:
            found = {"train": teaching.logits}
            if teaching.attention is not None:
                found["attention"] = teaching.attention
            self._store.caches.save_logits(self._key, found)
            return teaching

        return Task(f"teaching-{self._key}", "teacher", submit, keep, self.teaching)

    @property
    def _key(self) -> str:
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()[:16]
        attention = "-attention" if self._compares_attention else ""
        drawn = f"-drawn-{self._config.seed}" if self._config.draws_pictures else ""
        return f"{digest}-{self._config.train_size}{drawn}{self._asked_about}{attention}"

    @property
    def _asked_about(self) -> str:
        """Names what is unusual in the pictures that it is asked about, and in how it answers."""
        config, changed = self._config, ""
        if has_nonsense(config):
            changed += f"-{config.unlabelled_pictures}-{config.labelled}"
            changed += f"-without-{config.omitted_digits}" if config.omitted_digits else ""
        changed += f"-dropout-{config.seed}" if config.teacher_dropout else ""
        return changed + (f"-shift-{config.shift}" if is_consistent(config) else "")


def teachers_of(config: RunConfig, store: Store) -> list[Teacher]:
    """Returns the run's teacher, or both where there are two; raises ValueError when one is not stored."""
    second = config.second_teacher if config.counts("second_teacher") else ""
    each = [config, *([config.replace(teacher=second)] if second else [])]
    return [Teacher(one, store) for one in each]


class Timings:
    """How long a picture takes through networks of an architecture; measured once for each pair."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, float]] = {}

    def task(self, architectures: Mapping[str, Architecture]) -> Task:
        """Returns the task that measures the milliseconds of a picture by name of the network."""
        made_of = tuple(tuple(architecture) for architecture in architectures.values())
        key = "time-" + "-".join("-".join(map(str, each)) for each in made_of)

        def submit(attempt: Attempt, checkpoint: Checkpoint | None) -> Any:
            return attempt.submit(tasks.milliseconds, made_of, resource="student")

        def keep(taken: tuple[float, ...]) -> dict[str, float]:
            self._known[key] = dict(zip(architectures, taken, strict=True))
            return self._known[key]

        return Task(key, "student", submit, keep, partial(self._known.get, key))
