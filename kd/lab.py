"""Lab: what the pages and the command line talk to. Start, watch, stop, list, predict."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kd.analysis.neighbours import NeighbourIndex
from kd.config import STUDENTS, RunConfig
from kd.engine import Engine
from kd.networks.numpy_model import NumpyModel
from kd.once import computed_once
from kd.pictures.mnist import load_mnist
from kd.runs.dispatch import NOBODY, Dispatch
from kd.runs.estimate import TYPICAL, Estimate, Estimator
from kd.runs.state import RunView
from kd.runs.views import RunViews
from kd.store.index import INTERRUPTED
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.text import states
from kd.text.translation import _
from kd.unusable import Unusable

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_OF_A_LONG_RUN = 300
# A drawing's nearest neighbours are sought among so many training pictures: 31 MB in memory.
NEIGHBOURS = 10_000


class Lab:
    """One per process; any thread may call any method. Loads no TensorFlow."""

    def __init__(self, home: Path | None = None):
        """
        Args:
            home: the folder for runs; by default KD_HOME, or .kd in the project.

        Raises:
            ValueError: when the folder cannot be written, or KD_WORKERS is not a number.
        """
        self.store = Store(home)
        self._engine = Engine()
        self._dispatch = Dispatch(self.store, self._engine, self._seconds, self._ended)
        self._views = RunViews(self.store, self._dispatch)
        self._estimator = Estimator(self._newest_results)
        self.upkeep = Upkeep(self.store)
        self._warmed = threading.Event()
        self._model = computed_once(maxsize=64)(self._load_model)
        self._logits = computed_once(maxsize=48)(self._load_logits)
        self._snapshots = computed_once(maxsize=16)(self._load_snapshots)
        self._neighbours = computed_once(maxsize=2)(self._open_neighbours)

    @property
    def _runs_at_once(self) -> int:
        return self._engine.runs_at_once()

    def start(self, config: RunConfig, person: str = NOBODY) -> str:
        """Ask for a run; returns its id at once.

        Nothing is computed for a stored run; one in progress is joined; any other is queued, and so is a
        stored one that has lost a file or its teacher.

        Args:
            person: who asks, by a name of their own; the queue is fair between people.

        Raises:
            ValueError: when this person already has kd.runs.dispatch.MOST_WAITING runs waiting; there is no
                limit without a person.
        """
        run_id = config.run_id
        if not self._is_usable(config):
            self.estimate(config)  # so that those who wait can be told how long
            self._dispatch.start(config, person)
        return run_id

    def stop(self, run_id: str, person: str | None = None) -> bool:
        """Withdraw a person's request for a run; it ends if nobody else wants it. None: end it at once.

        A run of another process is stopped only for None, by that process, within a second or two. Returns
        whether the run ends.
        """
        if self._dispatch.stop(run_id, person):
            return True
        asked = person is None and self.store.index.worker(run_id) == "elsewhere"
        if asked:
            self.store.index.ask_to_stop(run_id)
        return asked

    def watch(self, run_id: str) -> RunView:
        """The run as it is now; cheap.

        Raises:
            ValueError: when no run has this id.
        """
        view = self._views.view(run_id)
        self.upkeep.watched(run_id)
        return view

    def wait(self, run_id: str, timeout: float | None = None) -> RunView:
        """Wait until the run ends or `timeout` seconds pass; returns the run as it is then."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (view := self.watch(run_id)).active:
            if deadline is not None and time.monotonic() >= deadline:
                break
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return view

    def runs(self) -> list[RunView]:
        """All known runs, newest first; those that come with the project are last.

        Unreadable ones are left out: `unreadable` names them.
        """
        return self._views.all()

    def unreadable(self) -> list[str]:
        """The runs whose index entries cannot be read; `delete` accepts their names."""
        return self.store.index.unreadable()

    def models(self, run_id: str) -> dict[str, NumpyModel]:
        """The three trained networks of a finished run by name, usable from any thread.

        Raises:
            ValueError: when the run is not finished, or a model of it is missing or damaged.
        """
        self._finished(run_id)
        with _still_there(run_id):
            stored = self.store.of_each_model(run_id, self.store.model)
            return {name: self._model(path, _state(path)) for name, (_record, path) in stored.items()}

    def test_logits(self, run_id: str) -> dict[str, np.ndarray]:
        """Logits of all test images by model, float32 (10000, 10), read-only.

        Raises:
            ValueError: as `models`.
        """
        self._finished(run_id)
        return self.store.of_each_model(
            run_id, lambda model_id: self._logits(model_id, self.store.model_state(model_id))
        )

    def snapshots(self, run_id: str) -> dict[str, dict[str, np.ndarray]]:
        """Both students over the course of training, as kd/training/snapshots.py keeps them; read-only.

        Student → times in epochs (k,), logits float16 (k, 10000, 10), weights float16 (k, parameters),
        accuracies on the test images (k,).

        Raises:
            ValueError: as `models`, or when they were not kept.
        """
        self._finished(run_id)
        ids = self.store.models_of(run_id)
        found = {name: self._snapshots(ids[name], self.store.snapshots_state(ids[name])) for name in STUDENTS}
        if any(arrays is None for arrays in found.values()):
            raise Unusable(_("Run {run} was kept without the course of its training.", run=run_id))
        return found

    def neighbours(self, run_id: str) -> NeighbourIndex:
        """The run's training pictures (at most NEIGHBOURS) as its teacher sees them; cached on disk.

        The first call for a teacher takes some seconds.

        Raises:
            ValueError: as `models`.
        """
        config = self._finished(run_id).config
        with _still_there(run_id):
            _record, teacher = self.store.of_each_model(run_id, self.store.model)["teacher"]
            return self._neighbours(config.teacher_id, teacher, config.train_size, _state(teacher))

    def delete(self, run_id: str) -> None:
        """Take a run off the list; `restore` brings it back until its space is needed.

        Raises:
            ValueError: when there is no such run, it came with the project, or it is waiting or training.
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
        """The runs that can be brought back, the last one deleted at the end."""
        return {row["run_id"]: row["config"] for row in self.store.index.deleted()}

    def pin(self, run_id: str, pinned: bool) -> None:
        """Keep a run even when space is needed, or no longer."""
        self.store.index.pin(run_id, pinned)
        self.upkeep.forget_usage()

    def estimate(self, config: RunConfig) -> Estimate | None:
        """About how many seconds a run would take, judging by the newest finished runs.

        None if nothing has been measured on this machine yet.
        """
        return self._estimator.estimate(config, self._has_to_train_teacher(config))

    def is_long(self, config: RunConfig) -> bool:
        """Whether to ask people before they start this run, because it would keep the machine busy.

        False if it is stored or in progress already. Before the first run on a machine, this is a guess.
        """
        if self.store.has_run(config.run_id) or self._dispatch.view(config.run_id) is not None:
            return False
        guess = TYPICAL.estimate(config, self._has_to_train_teacher(config))
        return (self.estimate(config) or guess).total > SECONDS_OF_A_LONG_RUN

    def warm_up(self) -> None:
        """Start the engine and load TensorFlow in its workers, in the background; later calls do nothing."""
        if self._warmed.is_set():
            return
        self._warmed.set()
        threading.Thread(target=self._warm_up, name="kd-warm-up", daemon=True).start()

    def close(self) -> None:
        """Stop this process's runs and leave; stored runs are kept."""
        active = self._dispatch.close()
        self._engine.close()
        for run_id in active:
            # if it cannot be recorded, whoever looks next finds that this process has ended
            with contextlib.suppress(OSError):
                if not self.store.has_run(run_id):
                    self.store.index.set_status(run_id, "interrupted", INTERRUPTED)

    def _warm_up(self) -> None:
        try:
            self._engine.warm_up()
        except Exception as error:
            log.warning("the engine could not be warmed up: %s", error)
        # takes a second of one core, which would otherwise delay everyone at the end of the first run
        importlib.import_module("scipy.stats")

    def _ended(self, run_id: str) -> None:
        with self.store.index.waiting():
            self._estimator.read()
            self.upkeep.tidy()

    def _is_usable(self, config: RunConfig) -> bool:
        """Whether the whole run is stored: a result with a model missing has to be computed again."""
        return self.store.is_usable(config.run_id)

    def _newest_results(self, most: int) -> Iterator[tuple[RunConfig, dict[str, Any]]]:
        """Config and result of this machine's newest finished runs, at most so many."""
        finished: list[str] = []
        with contextlib.suppress(OSError):
            finished = [row["run_id"] for row in self.store.index.rows() if row["status"] == "finished"]
        for run_id in finished[:most]:
            with contextlib.suppress(ValueError, OSError):  # whoever shows that run will say so
                view = self._views.stored(run_id)
                if view is not None:
                    yield view.config, view.result

    def _has_to_train_teacher(self, config: RunConfig) -> bool:
        return config.teacher == "fresh" and not self.store.has_model(config.teacher_id)

    def _seconds(self, config: RunConfig) -> float | None:
        return self._estimator.seconds(config, self._has_to_train_teacher(config))

    def _finished(self, run_id: str) -> RunView:
        view = self.watch(run_id)
        if view.result is None:
            raise ValueError(
                _(
                    "Run {run} has no result ({state}): choose a finished run.",
                    run=run_id,
                    state=states.state(view.status),
                )
            )
        return view

    def _load_model(self, path: Path, state: tuple[int, int]) -> NumpyModel:
        return NumpyModel.load(path)

    def _load_logits(self, model_id: str, state: tuple[int, int] | None) -> np.ndarray | None:
        return self.store.model_logits(model_id)

    def _open_neighbours(
        self, teacher_id: str, teacher: Path, train_size: int, state: tuple[int, int]
    ) -> NeighbourIndex:
        images, labels = load_mnist().train(min(train_size, NEIGHBOURS))
        path = self.store.home / "neighbours" / f"{teacher_id}-{len(images)}.npz"
        return NeighbourIndex.open(path, self._model(teacher, state), images, labels)

    def _load_snapshots(self, model_id: str, state: tuple[int, int] | None) -> dict[str, np.ndarray] | None:
        return self.store.snapshots(model_id)


@contextlib.contextmanager
def _still_there(run_id: str) -> Iterator[None]:
    """Inside, a file that has disappeared becomes a sentence."""
    try:
        yield
    except FileNotFoundError:
        raise Unusable(
            _("Run {run} was deleted or trained again in the meantime: try again.", run=run_id)
        ) from None


def _state(path: Path) -> tuple[int, int]:
    """Changes whenever the file is replaced."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size
