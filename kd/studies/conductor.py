"""Conductor: carries out studies, as many runs at once as keep every worker busy."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from kd import files
from kd.config import RunConfig
from kd.files import json_bytes
from kd.runs.dispatch import Dispatch
from kd.runs.workshop import AHEAD, STUDY
from kd.store.store import Store
from kd.store.stored import ID
from kd.studies.study import Study
from kd.text.endings import Ending
from kd.text.translation import _
from kd.text.words import quoted

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.1
# How often to try again where a run could not be stored because the disk was full.
SECONDS_FOR_ROOM = 5.0
FULL = "disk full"
SECONDS_BETWEEN_TIDYING = 20.0


@dataclass(frozen=True)
class StudyView:
    """A study at one moment.

    status: running, waiting for room (on a full disk), finished, stopped, or unfinished: some runs failed.
    done: how many of the runs are stored; reused: how many of these were stored before. failed: run id → why.
    seconds_left: an estimate, None while nothing is known.
    """

    study_id: str
    study: Study
    status: str
    runs: int
    done: int
    reused: int
    failed: dict[str, Ending] = field(default_factory=dict)
    seconds_left: float | None = None

    @property
    def active(self) -> bool:
        """Whether it still computes."""
        return self.status in ("running", "waiting for room")


def study_id_of(study: str | StudyView) -> str:
    """The id of a study that is named by it, or by a view of it."""
    return study.study_id if isinstance(study, StudyView) else study


class _Progress:
    """A study on its way. Thread-safe."""

    def __init__(self, study: Study):
        self.study = study
        self.stopping = threading.Event()
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.done: set[str] = set()
        self.reused: set[str] = set()
        self.failed: dict[str, Ending] = {}
        self.in_progress: set[str] = set()
        self.waits_for_room = False
        self.began = time.monotonic()
        self.costs: dict[str, float] | None = None  # seconds of each missing run, by its id

    @property
    def status(self) -> str:
        if not self.ended.is_set():
            return "waiting for room" if self.waits_for_room else "running"
        if len(self.done) == self.study.size:
            return "finished"
        return "stopped" if self.stopping.is_set() else "unfinished"


class Conductor:
    """Starts, shows and stops studies of this process. Thread-safe."""

    def __init__(
        self,
        store: Store,
        dispatch: Dispatch,
        workers: Callable[[], int],
        is_usable: Callable[[RunConfig], bool],
        seconds: Callable[[list[RunConfig]], float],
        tidy: Callable[[], None] = lambda: None,
    ):
        """
        Args:
            workers: how many models train at once.
            is_usable: whether a run is stored with all its models.
            seconds: about how long these runs would take.
            tidy: called now and then after runs, and at the end of each study.
        """
        self._tidy, self._tidied = tidy, time.monotonic()
        self._store, self._dispatch = store, dispatch
        self._workers, self._is_usable, self._seconds = workers, is_usable, seconds
        self._lock = threading.Lock()
        self._studies: dict[str, _Progress] = {}
        self._closed = False

    def start(self, study: Study, urgency: int = STUDY) -> str:
        """Begin a study, or go on with one; returns its id at once. Whatever is stored is not computed again.

        Raises:
            OSError: when it cannot be recorded.
        """
        study_id = study.study_id
        with self._lock:
            before = self._studies.get(study_id)
            if before is not None and not before.ended.is_set() and not before.stopping.is_set():
                return study_id
            files.write_sealed(self._path(study_id), json_bytes(study.to_dict()))
            progress = self._studies[study_id] = _Progress(study)
            if self._closed:
                progress.stopping.set()
        threading.Thread(
            target=self._carry_out, args=(progress, urgency), name=f"kd-study-{study_id}", daemon=True
        ).start()
        log.info("study %s started: %d runs", study_id, study.size)
        return study_id

    def study(self, study_id: str) -> Study:
        """A study by its id, of this process or stored.

        Raises:
            ValueError: when there is none.
        """
        progress = self._progress(study_id)
        if progress is not None:
            return progress.study
        try:
            return Study.from_mapping(json.loads(files.read_sealed(self._path(study_id))))
        except (OSError, ValueError, TypeError, KeyError, files.Damaged):
            raise _unknown(study_id) from None

    def view(self, study_id: str) -> StudyView:
        """A study as it is now; one that is not under way shows what is stored of it.

        Raises:
            ValueError: when there is none.
        """
        progress = self._progress(study_id)
        if progress is None:
            study = self.study(study_id)
            done = sum(self._store.has_run(config.run_id) for _cell, config in study.runs())
            status = "finished" if done == study.size else "stopped"
            return StudyView(study_id, study, status, study.size, done, done)
        with progress.lock:
            return StudyView(
                study_id=study_id,
                study=progress.study,
                status=progress.status,
                runs=progress.study.size,
                done=len(progress.done),
                reused=len(progress.reused),
                failed=dict(progress.failed),
                seconds_left=self._seconds_left(progress),
            )

    def stop(self, study_id: str) -> None:
        """Stop a study; what it has computed is kept.

        Raises:
            ValueError: when there is none.
        """
        progress = self._progress(study_id)
        if progress is None:
            self.study(study_id)  # one that is stored is not under way
            return
        if progress.ended.is_set():
            return
        progress.stopping.set()
        with progress.lock:
            in_progress = list(progress.in_progress)
        for run_id in in_progress:
            self._dispatch.stop(run_id, study_id)

    def close(self) -> None:
        """Stop every study; their runs end with the Dispatch."""
        with self._lock:
            self._closed = True
            for progress in self._studies.values():
                progress.stopping.set()

    def wait_closed(self, timeout: float) -> None:
        """After `close`: wait until every study has ended, or `timeout` seconds pass."""
        deadline = time.monotonic() + timeout
        for progress in list(self._studies.values()):
            progress.ended.wait(max(0.0, deadline - time.monotonic()))

    def wait(self, study_id: str, timeout: float | None = None) -> StudyView:
        """Wait until a study ends or `timeout` seconds pass; returns it as it is then."""
        progress = self._progress(study_id)
        if progress is not None:
            progress.ended.wait(timeout)
        return self.view(study_id)

    def _progress(self, study_id: str) -> _Progress | None:
        """A study of this process.

        Raises:
            ValueError: when nothing can have this id.
        """
        if not isinstance(study_id, str) or not ID.fullmatch(study_id):
            raise _unknown(study_id)
        with self._lock:
            return self._studies.get(study_id)

    def _path(self, study_id: str) -> Path:
        return self._store.home / "studies" / f"{study_id}.json"

    def _carry_out(self, progress: _Progress, urgency: int) -> None:
        """In a thread of its own."""
        try:
            runs = [config for _cell, config in progress.study.runs()]
            if urgency < AHEAD:
                self._store.index.ask_for(*(config.run_id for config in runs))
            missing = []
            for config in runs:
                if self._is_usable(config):
                    with progress.lock:
                        progress.done.add(config.run_id)
                        progress.reused.add(config.run_id)
                else:
                    missing.append(config)
            # one more than can train, so that no worker waits for a comparison or for the disk
            with ThreadPoolExecutor(2 * self._workers() + 1, f"kd-cell-{progress.study.study_id}") as pool:
                ends = pool.map(partial(self._one, progress, urgency), missing)
                self._measure(progress, missing)
                list(ends)
        except Exception:
            log.exception("study %s failed", progress.study.study_id)
        finally:
            if not self._closed:
                self._tidy()
            progress.ended.set()
            log.info("study %s %s", progress.study.study_id, progress.status)

    def _measure(self, progress: _Progress, missing: list[RunConfig]) -> None:
        """Estimate each run once: there may be thousands, and somebody looks several times a second."""
        with contextlib.suppress(OSError):
            total, alone = self._seconds(missing), {run.run_id: self._seconds([run]) for run in missing}
            share = total / sum(alone.values()) if any(alone.values()) else 0.0
            with progress.lock:
                progress.costs = {run_id: seconds * share for run_id, seconds in alone.items()}

    def _one(self, progress: _Progress, urgency: int, config: RunConfig) -> None:
        """Compute one run; on a full disk, wait until there is room."""
        run_id = config.run_id
        while not progress.stopping.is_set():
            ending = self._ending(progress, urgency, config)
            if ending is None:
                with progress.lock:
                    progress.done.add(run_id)
                    progress.waits_for_room = False
                self._tidy_now_and_then()
                return
            if ending.code != FULL:
                if not progress.stopping.is_set():
                    with progress.lock:
                        progress.failed[run_id] = ending
                return
            with progress.lock:
                progress.waits_for_room = True
            progress.stopping.wait(SECONDS_FOR_ROOM)

    def _ending(self, progress: _Progress, urgency: int, config: RunConfig) -> Ending | None:
        """Compute one run; returns why there is no result, None if there is one."""
        run_id, study_id = config.run_id, progress.study.study_id
        with progress.lock:
            progress.in_progress.add(run_id)  # before it begins, so that `stop` finds it
        try:
            return self._dispatch.compute(config, study_id, progress.stopping.is_set, urgency)
        except Exception as error:
            log.exception("run %s of study %s failed", run_id, study_id)
            return Ending("unexpected", {"error": f"{type(error).__name__}: {error}"})
        finally:
            with progress.lock:
                progress.in_progress.discard(run_id)

    def _tidy_now_and_then(self) -> None:
        """It takes a look at every file, so not after every run of a study."""
        with self._lock:
            if time.monotonic() - self._tidied < SECONDS_BETWEEN_TIDYING:
                return
            self._tidied = time.monotonic()
        self._tidy()

    def _seconds_left(self, progress: _Progress) -> float | None:
        """Called with the progress' lock held."""
        if progress.ended.is_set() or progress.costs is None:
            return None
        total = sum(progress.costs.values())
        left = sum(seconds for run_id, seconds in progress.costs.items() if run_id not in progress.done)
        elapsed = time.monotonic() - progress.began
        pace = elapsed / (total - left) if total > left and elapsed > 5 else 1.0
        return left * pace


def _unknown(study_id: object) -> ValueError:
    return ValueError(_("There is no study {study}: start it, or choose another.", study=quoted(study_id)))
