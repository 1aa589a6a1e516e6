"""One run from start to stored result: teacher, soft targets, two students side by side, evaluation."""

from __future__ import annotations

import errno
import hashlib
import logging
import platform
import uuid
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kd import evaluation
from kd.config import RunConfig
from kd.data import load_mnist
from kd.engine import Abandoned, Attempt, Engine, EngineLost, WorkerLost, tasks
from kd.run_state import RunState
from kd.store import Store, npz_bytes
from kd.teacher_logits import shipped_logits
from kd.teachers import shipped_teacher_path, teacher_record

if TYPE_CHECKING:
    from kd.trained_model import TrainedModel

log = logging.getLogger("kd")

# The engine may be lost once in a run without the run being lost.
ATTEMPTS = 2


class RunJob:
    """Computes one run with an engine and keeps it in a store; `state` tells how it goes."""

    def __init__(
        self, config: RunConfig, store: Store, engine: Engine, trained: Callable[[], None] = lambda: None
    ):
        """
        Args:
            trained: called when the run needs the engine no longer and only has to be stored.
        """
        self.state = RunState(config)
        self.config = config
        self._store = store
        self._engine = engine
        self._trained = trained
        self._attempt: Attempt

    def run(self) -> None:
        """Compute the run; every outcome ends in `state`, none in an exception."""
        run_id = self.config.run_id
        log.info("run %s started", run_id)
        status, message = "finished", ""
        try:
            self._store.index.set_status(run_id, "running")
            self.state.enter("done", "finished", result=self._with_retries())
        except Abandoned:
            status, message = "stopped", "Stopped before the end."
        except (EngineLost, WorkerLost, ValueError) as error:
            status, message = "failed", str(error)
        except OSError as error:
            status, message = "failed", not_stored(error)
        except Exception as error:
            log.exception("run %s failed", run_id)
            status, message = "failed", f"The run failed unexpectedly ({type(error).__name__}: {error})."
        if status != "finished":
            self._end(status, message)
        log.info("run %s %s%s", run_id, status, f": {message}" if message else "")

    def stop(self) -> None:
        """End the run soon, in whatever phase it is; returns at once."""
        self.state.stop_requested.set()

    def _end(self, status: str, message: str) -> None:
        try:
            self._store.index.set_status(self.config.run_id, status, message)
        except Exception as error:
            log.error("run %s: its end could not be noted (%s)", self.config.run_id, error)
        self.state.enter("done", status, message)

    def _with_retries(self) -> dict[str, Any]:
        for number in range(1, ATTEMPTS + 1):
            self.state.enter("starting" if number == 1 else "reconnecting")
            token = f"{self.config.run_id}-{uuid.uuid4().hex}"
            try:
                self._attempt = self._engine.attempt(token, self._hear, self.state.stop_requested.is_set)
                try:
                    return self._compute()
                finally:
                    self._attempt.close()
            except EngineLost as error:
                self._check_stop()  # then it is no loss, and nothing is to be started anew
                if number == ATTEMPTS:
                    raise
                log.warning("run %s: %s Trying once more.", self.config.run_id, error)
        raise AssertionError("unreachable")

    def _compute(self) -> dict[str, Any]:
        teacher, teacher_file = self._teacher()
        self.state.know_teacher(teacher["history"], teacher["test_accuracy"])
        logits = self._soft_targets(teacher_file)
        self.state.enter("students")
        config = self.config.to_dict()
        futures = {
            name: self._submit(tasks.student, config, name, soft_targets, resource="student")
            for name, soft_targets in (("distilled", logits["train"]), ("scratch", None))
        }
        students = {name: self._result(future) for name, future in futures.items()}
        self.state.enter("evaluating")
        milliseconds = self._result(self._submit(tasks.milliseconds, resource="student"))
        self._trained()
        return self._keep(teacher, logits["test"], students, milliseconds)

    def _teacher(self) -> tuple[dict[str, Any], Path]:
        """The teacher's record and its .keras file, after training it where there is none."""
        if self.config.teacher != "fresh":
            path = shipped_teacher_path(self.config.teacher)
            record = {"history": [], "bytes": path.stat().st_size, **teacher_record(self.config.teacher)}
            return {**record, "cached": True}, path
        teacher_id = self.config.teacher_id
        stored = self._store.teacher(teacher_id)
        if stored is None:
            self.state.expect_teacher()
            self.state.enter("teacher")
            measured = self._store.precisions()
            trained = self._result(
                self._submit(tasks.fresh_teacher, self.config.to_dict(), measured, resource="teacher")
            )
            if trained.processor is not None and trained.processor not in measured:
                self._store.save_precisions({**measured, trained.processor: trained.precision})
            self._store.save_teacher(teacher_id, _teacher_record(self.config, trained), trained.keras_file)
            logits = {"test": trained.test_logits, "train": trained.train_logits}
            self._store.save_logits(self._logits_key(self._store.teacher(teacher_id)[1]), logits)
        record, path = self._store.teacher(teacher_id)
        return {**record, "cached": stored is not None}, path

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

    def _keep(
        self,
        teacher: dict,
        teacher_logits: np.ndarray,
        students: dict[str, TrainedModel],
        milliseconds: dict[str, float],
    ) -> dict[str, Any]:
        labels = load_mnist().y_test
        kept = ("test_accuracy", "parameters", "seconds", "cached", "bytes")
        result = {
            "run": self.config.run_id,
            "config": self.config.to_dict(),
            "teacher": {name: teacher[name] for name in kept}
            | {
                "milliseconds": milliseconds["teacher"],
                "precision": teacher.get("precision", "float32"),
            },
            **{
                name: _student_result(model, labels, teacher_logits)
                | {"milliseconds": milliseconds["student"]}
                for name, model in students.items()
            },
            "comparison": evaluation.compare(
                labels,
                students["distilled"].test_logits,
                students["scratch"].test_logits,
                self.config.alpha,
            ),
        }
        view = self.state.view()
        record = {
            "config": self.config.to_dict(),
            "created": view.created,
            "result": result,
            "history": view.history,
            "software": {"python": platform.python_version()}
            | {name: version(name) for name in ("keras", "numpy", "tensorflow")},
        }
        files = {f"{name}.keras": model.keras_file for name, model in students.items()}
        test_logits = {name: model.test_logits for name, model in students.items()}
        files["logits.npz"] = npz_bytes({"teacher": teacher_logits, **test_logits})
        for name, model in students.items():
            files[f"snapshots-{name}.npz"] = npz_bytes(model.snapshots.arrays())
        self._check_stop()
        self._store.save_run(self.config.run_id, record, files)
        return result

    def _hear(self, event: dict[str, Any]) -> None:
        self.state.hear(event)
        if event["event"] == "progress":
            return
        try:
            self._store.index.add_event(self.config.run_id, event)
        except OSError as error:  # who watches here sees it all the same
            log.warning("run %s: an epoch could not be noted (%s)", self.config.run_id, error)

    def _submit(self, task, *arguments, resource: str):
        return self._attempt.submit(task, *arguments, resource=resource)

    def _result(self, future):
        try:
            value = self._attempt.result(future)
        finally:
            self._check_stop()
        if value is None:  # it was stopped
            raise Abandoned
        return value

    def _check_stop(self) -> None:
        if self.state.stop_requested.is_set():
            raise Abandoned


def not_stored(error: OSError) -> str:
    """One sentence for what could not be written, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            "The disk is full, so this run could not be stored; what was stored before is whole. "
            "Delete runs on the page Runs or make room otherwise, then train it again."
        )
    return f"The run could not be stored ({error.strerror or error}): see that KD_HOME can be written."


def _student_result(model: TrainedModel, labels: np.ndarray, teacher_logits: np.ndarray) -> dict[str, Any]:
    return {
        "test_accuracy": evaluation.accuracy(labels, model.test_logits),
        "parameters": model.parameters,
        "seconds": model.seconds,
        "agreement": evaluation.agreement(teacher_logits, model.test_logits),
        "bytes": len(model.keras_file),
    }


def _teacher_record(config: RunConfig, trained: TrainedModel) -> dict[str, Any]:
    return {
        "identity": config.teacher_identity(),
        "test_accuracy": evaluation.accuracy(load_mnist().y_test, trained.test_logits),
        "parameters": trained.parameters,
        "seconds": trained.seconds,
        "precision": trained.precision,
        "bytes": len(trained.keras_file),
        "history": trained.history,
    }
