"""Lab: what pages and the command line ask. Start, watch, stop, list, predict."""

from __future__ import annotations

import importlib
import logging
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from kd.config import RunConfig
from kd.data import load_mnist
from kd.dispatch import NOBODY, Dispatch
from kd.engine import Engine
from kd.evaluation import in_words
from kd.index import ACTIVE, INTERRUPTED
from kd.inference import NumpyModel
from kd.neighbours import NeighbourIndex
from kd.once import computed_once
from kd.run_state import RunView
from kd.store import DamagedRun, Store
from kd.teachers import shipped_teacher_path
from kd.unusable import Unusable
from kd.upkeep import Upkeep
from kd.words import quoted

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.1
# Training pictures among which a drawing's nearest are sought: 31 MB in memory.
NEIGHBOURS = 10_000


class Lab:
    """One for each process; every method may be called from any thread. Loads no TensorFlow."""

    def __init__(self, home: Path | None = None):
        """
        Args:
            home: the folder of runs; KD_HOME, or .kd in the project.

        Raises:
            ValueError: when the folder cannot be written, or KD_WORKERS is not a number.
        """
        self.store = Store(home)
        self._engine = Engine()
        self._dispatch = Dispatch(self.store, self._engine, self.estimate, self._ended)
        self.upkeep = Upkeep(self.store)
        self._pace: float | None = None
        self._warmed = threading.Event()
        self._model = computed_once(maxsize=64)(self._load_model)
        self._logits = computed_once(maxsize=16)(self._load_logits)
        self._snapshots = computed_once(maxsize=8)(self._load_snapshots)
        self._neighbours = computed_once(maxsize=2)(self._open_neighbours)
        self._finished_view = lru_cache(maxsize=256)(self._load_view)

    @property
    def _runs_at_once(self) -> int:
        return self._engine.runs_at_once()

    def start(self, config: RunConfig, person: str = NOBODY) -> str:
        """Ask for a run; returns its id at once.

        A stored run is only named, one that is being computed is joined, any other is queued.

        Args:
            person: who asks, by any name that is theirs alone; the queue is fair between people.
        """
        run_id = config.run_id
        if not self.store.has_run(run_id):
            self._dispatch.start(config, person)
        return run_id

    def stop(self, run_id: str, person: str | None = None) -> bool:
        """Withdraw a person's wish for a run; it ends when nobody else waits for it. None: end it at once.

        A run that is not active, or another process's, stays as it is. Returns whether the run ends.
        """
        return self._dispatch.stop(run_id, person)

    def watch(self, run_id: str) -> RunView:
        """The run as it stands now; cheap.

        Raises:
            ValueError: when no run has this id.
        """
        view = self._view(run_id)
        self.upkeep.watched(run_id)
        return view

    def _view(self, run_id: str) -> RunView:
        view = self._dispatch.view(run_id)
        if view is not None and view.active:
            return view
        if self.store.has_run(run_id):
            try:
                return self._finished_view(run_id)
            except DamagedRun:
                self._dispatch.forget(run_id)
        if view is not None:
            return view  # its end could not be stored: nobody else knows of it
        row = self.store.row(run_id)
        if row is not None and row["status"] in ACTIVE:
            self.store.reconcile()  # the process that computes it may be gone
            row = self.store.row(run_id)
        if row is None:
            raise ValueError(
                f"There is no run {quoted(run_id)}: choose one from the list of runs, or train one."
            )
        return _view_of_row(row, self.store.index.events(run_id))

    def wait(self, run_id: str, timeout: float | None = None) -> RunView:
        """Wait until the run has ended, or `timeout` seconds; returns it as it then stands."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (view := self.watch(run_id)).active:
            if deadline is not None and time.monotonic() >= deadline:
                break
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return view

    def runs(self) -> list[RunView]:
        """Every run that is known, newest first; those that came with the project last."""
        rows = [row["run_id"] for row in self.store.index.rows()]
        shipped = [run_id for run_id in self.store.shipped_runs() if run_id not in rows]
        return [self._view(run_id) for run_id in [*rows, *shipped]]

    def models(self, run_id: str) -> dict[str, NumpyModel]:
        """The three trained networks of a finished run by name, ready to be asked from any thread.

        Raises:
            ValueError: when the run is not finished, or a file of it is missing or damaged.
        """
        config = self._finished(run_id).config
        return {
            "teacher": self._model(self._teacher_path(config)),
            "distilled": self._model(self.store.file(run_id, "distilled.keras")),
            "scratch": self._model(self.store.file(run_id, "scratch.keras")),
        }

    def test_logits(self, run_id: str) -> dict[str, np.ndarray]:
        """Logits of all test images by model, float32 (10000, 10), read-only.

        Raises:
            ValueError: as `models`.
        """
        self._finished(run_id)
        return self._logits(run_id)

    def snapshots(self, run_id: str) -> dict[str, dict[str, np.ndarray]]:
        """The two students along their training, as kd/snapshots.py keeps them; read-only.

        Student → times in epochs (k,), logits float16 (k, 10000, 10), weights float16 (k, parameters).

        Raises:
            ValueError: as `models`.
        """
        self._finished(run_id)
        return self._snapshots(run_id)

    def neighbours(self, run_id: str) -> NeighbourIndex:
        """The run's training pictures (at most NEIGHBOURS), as its teacher sees them; kept on disk.

        The first call for a teacher takes some seconds.

        Raises:
            ValueError: as `models`.
        """
        config = self._finished(run_id).config
        return self._neighbours(config.teacher_id, self._teacher_path(config), config.train_size)

    def delete(self, run_id: str) -> None:
        """Take a run off the list; `restore` brings it back until its room is needed.

        Raises:
            ValueError: when there is no such run of our own, or it is being computed.
        """
        self.store.delete_run(run_id)
        self._dispatch.forget(run_id)
        self.upkeep.forget_usage()
        log.info("run %s deleted", run_id)

    def restore(self, run_id: str) -> bool:
        """Bring a deleted run back; False when it is gone for good."""
        restored = self.store.restore_run(run_id)
        self.upkeep.forget_usage()
        log.info("run %s %s", run_id, "brought back" if restored else "could not be brought back")
        return restored

    def deleted(self) -> dict[str, RunConfig]:
        """The runs that can be brought back, the one deleted last at the end."""
        return {row["run_id"]: RunConfig.from_mapping(row["config"]) for row in self.store.index.deleted()}

    def pin(self, run_id: str, pinned: bool) -> None:
        """Keep a run when room is needed, or no longer."""
        self.store.index.pin(run_id, pinned)
        self.upkeep.forget_usage()

    def estimate(self, config: RunConfig) -> float | None:
        """About how many seconds the students of a run would take, from the newest finished run.

        None when nothing was measured yet on this machine. A fresh teacher's time is not in it.
        """
        if self._pace is None:
            self._pace = self._newest_pace()
        return self._pace * config.epochs * config.train_size if self._pace else None

    def warm_up(self) -> None:
        """Start the engine and load TensorFlow in its workers, in the background; once is enough."""
        if self._warmed.is_set():
            return
        self._warmed.set()
        threading.Thread(target=self._warm_up, name="kd-warm-up", daemon=True).start()

    def close(self) -> None:
        """End what runs here and leave; what is stored stays."""
        active = self._dispatch.close()
        self._engine.close()
        for run_id in active:
            if not self.store.has_run(run_id):
                self.store.index.set_status(run_id, "interrupted", INTERRUPTED)

    def _warm_up(self) -> None:
        try:
            self._engine.warm_up()
        except Exception as error:
            log.warning("the engine could not be warmed up: %s", error)
        # a second of one core, which the end of the first run would take from all who watch it
        importlib.import_module("scipy.stats")

    def _ended(self, run_id: str) -> None:
        self._pace = None
        self.upkeep.tidy()

    def _newest_pace(self) -> float:
        """Seconds that a student took for an image of an epoch in the newest finished run, 0 for none."""
        for row in self.store.index.rows():
            if row["status"] == "finished" and self.store.has_run(row["run_id"]):
                view = self._view(row["run_id"])
                if view.result is not None:
                    seconds = max(view.result[name]["seconds"] for name in ("distilled", "scratch"))
                    return seconds / (view.config.epochs * view.config.train_size)
        return 0.0

    def _finished(self, run_id: str) -> RunView:
        view = self.watch(run_id)
        if view.result is None:
            raise ValueError(f"Run {run_id} has no result yet ({view.status}): choose a finished run.")
        return view

    def _load_view(self, run_id: str) -> RunView:
        record = self.store.record(run_id)
        config, result = RunConfig.from_mapping(record["config"]), record["result"]
        if "comparison" in result:
            result = {**result, "comparison": in_words(result["comparison"], config.alpha)}
        return RunView(
            run_id=run_id,
            config=config,
            status="finished",
            phase="done",
            history=record["history"],
            progress=1.0,
            version=len(record["history"]),
            result=result,
            created=record["created"],
            shipped=self.store.is_shipped(run_id),
            teacher_accuracy=result["teacher"]["test_accuracy"],
        )

    def _teacher_path(self, config: RunConfig) -> Path:
        if config.teacher != "fresh":
            return shipped_teacher_path(config.teacher)
        stored = self.store.teacher(config.teacher_id)
        if stored is None:
            raise Unusable(f"The teacher of run {config.run_id} is no longer stored: train the run again.")
        return stored[1]

    def _load_model(self, path: Path) -> NumpyModel:
        return NumpyModel.load(path)

    def _load_logits(self, run_id: str) -> dict[str, np.ndarray]:
        return _arrays(self.store.file(run_id, "logits.npz"))

    def _open_neighbours(self, teacher_id: str, teacher: Path, train_size: int) -> NeighbourIndex:
        images, labels = load_mnist().train(min(train_size, NEIGHBOURS))
        path = self.store.home / "neighbours" / f"{teacher_id}-{len(images)}.npz"
        return NeighbourIndex.open(path, self._model(teacher), images, labels)

    def _load_snapshots(self, run_id: str) -> dict[str, dict[str, np.ndarray]]:
        return {
            name: _arrays(self.store.file(run_id, f"snapshots-{name}.npz"))
            for name in ("distilled", "scratch")
        }


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an npz, read-only."""
    with np.load(path, allow_pickle=False) as archive:
        arrays = dict(archive)
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _view_of_row(row: dict[str, Any], events: list[dict[str, Any]]) -> RunView:
    """A run that this process does not compute: interrupted, stopped, or another process's."""
    history: dict[str, list[dict]] = {}
    for event in events:
        if event["event"] == "begin":
            history[event["model"]] = event.get("history", [])
        else:
            history.setdefault(event["model"], []).append(event)
    epochs = [event for model in history.values() for event in model]
    students = [event["epoch"] / event["epochs"] for event in epochs if event["model"] != "teacher"]
    return RunView(
        run_id=row["run_id"],
        config=RunConfig.from_mapping(row["config"]),
        status=row["status"],
        phase="students" if row["status"] == "running" else "done",
        message=row["message"],
        history=epochs,
        progress=max(students, default=0.0),
        version=len(events),
        created=row["created"],
        elsewhere=row["status"] in ACTIVE,
    )
