"""One run from start to stored result: teacher, soft targets, two students side by side, evaluation."""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.config import RunConfig
from kd.engine import Abandoned, Attempt, Engine, EngineLost, WorkerLost, tasks
from kd.runs.result import fresh_teacher_record, run_files, run_record
from kd.runs.shared_teachers import SharedTeachers
from kd.runs.state import RunState
from kd.store.room import is_full
from kd.store.store import Store
from kd.teachers.logits import shipped_logits
from kd.teachers.shipped import shipped_teacher_path, teacher_record
from kd.text.endings import Ending
from kd.training.checkpoint import Checkpoint
from kd.unusable import Unusable

if TYPE_CHECKING:
    from kd.training.trained_model import TrainedModel

log = logging.getLogger("kd")

# A run survives losing the engine once.
ATTEMPTS = 2
SECONDS_BETWEEN_ATTENDING = 1.0
STOPPED_WAITING = Ending("stopped while waiting")
STOPPED = Ending("stopped")


class GaveWay(Exception):
    """Others are waiting: the run continues at its next turn."""


class RunJob:
    """Computes one run with an engine and stores it; `state` shows its progress."""

    def __init__(
        self,
        config: RunConfig,
        store: Store,
        engine: Engine,
        teachers: SharedTeachers,
        trained: Callable[[RunJob], None],
        attend: Callable[[RunJob], None],
    ):
        """
        Args:
            teachers: fresh teachers being trained by this and other runs.
            trained: called when the run no longer needs the engine and only has to be stored.
            attend: called about once a second while the run is computed, from its thread.
        """
        self.state = RunState(config)
        self.config = config
        self.turn_began: float | None = None
        self.waits_for_teachers_worker = False
        self.end_is_noted = False
        self._store, self._engine, self._teachers = store, engine, teachers
        self._trained, self._attend = trained, attend
        self._attended = 0.0
        self._attempt: Attempt | None = None
        self._lost = 0
        self._is_giving_way = False
        self._students: dict[str, TrainedModel] = {}
        self._checkpoints: dict[str, Checkpoint] = {}

    def run(self) -> bool:
        """Compute the run, or its next turn; every outcome is recorded in `state`, none raises an exception.

        Returns:
            Whether the run has ended; False if it gave up its place and needs another turn.
        """
        run_id = self.config.run_id
        log.info("run %s %s", run_id, "started" if self.turn_began is None else "continues")
        self.turn_began = time.monotonic()
        status, ending = "finished", None
        try:
            self._store.index.set_status(run_id, "running")
            result = self._with_retries()
            self.end_is_noted = True
            self.state.enter("done", "finished", result=result)
        except GaveWay:
            log.info("run %s gives up its place: others are waiting", run_id)
            return False
        except Abandoned:
            status, ending = "stopped", STOPPED
        except (EngineLost, WorkerLost, ValueError) as error:
            status, ending = "failed", Ending.of(error)
        except OSError as error:
            status, ending = "failed", not_stored(error)
        except Exception as error:
            log.exception("run %s failed", run_id)
            status = "failed"
            ending = Ending("unexpected", {"error": f"{type(error).__name__}: {error}"})
        if ending is not None:
            self.end(status, ending)
        log.info("run %s %s%s", run_id, status, f": {ending.english}" if ending else "")
        return True

    def stop(self) -> None:
        """End the run soon, whatever its phase; returns at once."""
        self.state.stop_requested.set()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self.state.stop_requested.is_set()

    def give_way(self) -> None:
        """Leave the engine after the current epoch, to continue later; returns at once."""
        if self._attempt is not None and not self._is_giving_way:
            self._is_giving_way = True
            self._attempt.request_yield()

    def end(self, status: str, ending: Ending) -> None:
        """Record that the run ended without a result, in the index and then in `state`."""
        try:
            self._store.index.set_status(self.config.run_id, status, ending.stored())
            self.end_is_noted = True
        except Exception as error:
            log.error("run %s: its end could not be recorded (%s)", self.config.run_id, error)
        self.state.enter("done", status, ending)

    def end_waiting(self) -> None:
        """Record that the run was stopped while it waited for its turn."""
        self.end("stopped", STOPPED_WAITING if self.turn_began is None else STOPPED)

    def _with_retries(self) -> dict[str, Any]:
        while True:
            self.state.enter("reconnecting" if self._lost else "starting")
            token = f"{self.config.run_id}-{uuid.uuid4().hex}"
            try:
                self._is_giving_way = False
                self._attempt = self._engine.attempt(token, self._hear, self._should_stop)
                try:
                    return self._compute()
                finally:
                    self.waits_for_teachers_worker = False
                    self._attempt.close()
                    self._attempt = None
            except EngineLost as error:
                self._check_stop()  # if it was stopped, nothing was lost and nothing needs restarting
                self._lost += 1
                if self._lost == ATTEMPTS:
                    raise
                log.warning("run %s: %s Trying once more.", self.config.run_id, Ending.of(error).english)

    def _compute(self) -> dict[str, Any]:
        teacher, teacher_file = self._teacher()
        self.state.know_teacher(teacher["history"], teacher["test_accuracy"])
        logits = self._soft_targets(teacher_file)
        self.state.enter("students")
        self._train_students(logits["train"])
        self.state.enter("evaluating")
        milliseconds = self._result(self._submit(tasks.milliseconds, resource="student"))
        self._trained(self)
        record = run_record(self.state.view(), teacher, logits["test"], self._students, milliseconds)
        files = run_files(logits["test"], self._students)
        self._check_stop()
        self._store.save_run(self.config.run_id, record, files)
        return record["result"]

    def _train_students(self, soft_targets: np.ndarray) -> None:
        """Train the students that are not done yet, from where they were at the end of the last turn."""
        config = self.config.to_dict()
        futures = {
            name: self._submit(
                tasks.student, config, name, targets, self._checkpoints.get(name), resource="student"
            )
            for name, targets in (("distilled", soft_targets), ("scratch", None))
            if name not in self._students
        }
        for name, future in futures.items():
            trained = self._result(future)
            if isinstance(trained, Checkpoint):
                self._checkpoints[name] = trained
            else:
                self._students[name] = trained
        if len(self._students) < 2:
            raise GaveWay

    def _teacher(self) -> tuple[dict[str, Any], Path]:
        """The teacher's record and its .keras file, after training it if it is not stored."""
        if self.config.teacher != "fresh":
            path = shipped_teacher_path(self.config.teacher)
            record = {"history": [], "bytes": path.stat().st_size, **teacher_record(self.config.teacher)}
            return {**record, "cached": True}, path
        teacher_id = self.config.teacher_id
        with self._teachers.only_one(teacher_id, self._while_another_trains_it):
            stored = self._store.teacher(teacher_id)
            if stored is None:
                self._train_teacher(teacher_id)
        record, path = self._store.teacher(teacher_id)
        return {**record, "cached": stored is not None}, path

    def _train_teacher(self, teacher_id: str) -> None:
        self.state.expect_teacher()
        self.state.enter("teacher")
        config, measured = self.config.to_dict(), self._store.precisions()
        checkpoint = self._teachers.checkpoint(teacher_id)
        trained = self._result(
            self._submit(tasks.fresh_teacher, config, measured, checkpoint, resource="teacher")
        )
        if isinstance(trained, Checkpoint):
            self._teachers.keep(teacher_id, trained)
            raise GaveWay
        if trained.processor is not None and trained.processor not in measured:
            self._store.save_precisions({**measured, trained.processor: trained.precision})
        record = fresh_teacher_record(self.config, trained)
        self._store.save_teacher(teacher_id, record, trained.keras_file)
        self._teachers.forget(teacher_id)
        logits = {"test": trained.test_logits, "train": trained.train_logits}
        self._store.save_logits(self._logits_key(self._store.teacher(teacher_id)[1]), logits)

    def _while_another_trains_it(self) -> None:
        """Called each time this run checks whether another one has finished the teacher."""
        self.state.wait_for_teacher()
        self._check_stop()
        if self._is_giving_way:
            raise GaveWay

    def _soft_targets(self, teacher_file: Path) -> dict[str, np.ndarray]:
        if self.config.teacher != "fresh":
            return shipped_logits(self.config.teacher, self.config.train_size)
        key = self._logits_key(teacher_file)
        logits = self._store.logits(key)
        if logits is None:
            self.state.enter("soft targets")
            size = self.config.train_size
            task = self._submit(tasks.soft_targets, teacher_file.read_bytes(), size, resource="teacher")
            logits = self._result(task)
            self._store.save_logits(key, logits)
        return logits

    def _logits_key(self, teacher_file: Path) -> str:
        digest = hashlib.sha256(teacher_file.read_bytes()).hexdigest()[:16]
        return f"{digest}-{self.config.train_size}"

    def _hear(self, event: dict[str, Any]) -> None:
        self.state.hear(event)
        if event["model"] == "teacher":
            self.waits_for_teachers_worker = False
        if event["event"] == "progress":
            return
        if event["event"] == "begin":  # in a worker that may not know of the request to give way
            self._is_giving_way = False
        try:
            self._store.index.add_event(self.config.run_id, event)
        except OSError as error:  # those who watch in this process still see it
            log.warning("run %s: an epoch could not be recorded (%s)", self.config.run_id, error)

    def _submit(self, task, *arguments, resource: str):
        self.waits_for_teachers_worker = resource == "teacher"
        return self._attempt.submit(task, *arguments, resource=resource)

    def _result(self, future):
        try:
            value = self._attempt.result(future)
        finally:
            self._check_stop()
        if value is None:  # it was stopped
            raise Abandoned
        return value

    def _should_stop(self) -> bool:
        now = time.monotonic()
        if now - self._attended >= SECONDS_BETWEEN_ATTENDING:
            self._attended = now
            self._attend(self)
        return self.is_stopping

    def _check_stop(self) -> None:
        if self._should_stop():
            raise Abandoned


def not_stored(error: OSError) -> Ending:
    """The ending of a run that could not be stored."""
    if isinstance(error, Unusable):
        return Ending.of(error)
    if is_full(error):
        return Ending("disk full")
    return Ending("not saved", {"reason": str(error.strerror or error)})
