"""Conductor: carries out studies, as many runs at once as keep every worker busy."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from kd import owners
from kd.config import RunConfig
from kd.once import computed_once
from kd.runs.dispatch import Dispatch
from kd.runs.queue import NOBODY
from kd.runs.work.piece import AHEAD, STUDY
from kd.store.shipped import ID
from kd.store.store import Store
from kd.studies.kept.pace import Pace, costs_of
from kd.studies.kept.records import StudyRecord, StudyRecords, unknown
from kd.studies.kept.under_way import UnderWay
from kd.studies.kept.view import StudyView
from kd.studies.study import Study
from kd.text.endings import Ending

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.1
# How often to try again where a run could not be stored because the disk was full.
SECONDS_FOR_ROOM = 5.0
FULL = "disk full"
SECONDS_BETWEEN_TIDYING = 20.0


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
        self._records = StudyRecords(store.studies)
        self._run_ids = computed_once(maxsize=64)(self._read_run_ids)
        self._studies: dict[str, UnderWay] = {}
        self._closed = False

    def start(self, study: Study, urgency: int = STUDY, person: str = NOBODY, experiment: str = "") -> str:
        """Begin a study, or go on with one; returns its id at once. Whatever is stored is not computed again.

        Raises:
            OSError: when it cannot be recorded.
        """
        study_id = study.study_id
        with self._lock:
            before = self._studies.get(study_id)
            if before is not None and not before.ended.is_set() and not before.stopping.is_set():
                for run_id in before.go_on():
                    self._dispatch.go_on(run_id)
                return study_id
            process = owners.hold(self._store.home)
            record = StudyRecord(study, person, time.time(), process, experiment=experiment)
            with contextlib.suppress(ValueError):
                known = self._records.read(study_id)
                # one that somebody has composed, too, is no longer an experiment's alone
                part_of = known.experiment and experiment
                record = replace(known, process=process, person=known.person or person, experiment=part_of)
            self._records.write(record)
            progress = self._studies[study_id] = UnderWay(record)
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
        return self._records.read(study_id).study if progress is None else progress.study

    def view(self, study_id: str) -> StudyView:
        """A study as it is now; one that is not under way shows what is stored of it.

        Raises:
            ValueError: when there is none.
        """
        progress = self._progress(study_id)
        if progress is not None:
            return progress.view()
        return self._stored(self._records.read(study_id), self._count(study_id))

    def _count(self, study_id: str) -> int:
        """How many runs of a study are stored."""
        return sum(map(self._store.runs.has, self._run_ids(study_id)))

    def _read_run_ids(self, study_id: str) -> list[str]:
        """The ids of a stored study's runs: to name them takes longer than to look whether they are there."""
        return [config.run_id for _cell, config in self._records.read(study_id).study.runs()]

    def views(self) -> list[StudyView]:
        """Every study that varies something, the newest first; cheap.

        Of one that is not under way, it shows how many runs were stored when it ended.
        """
        found = []
        for record in self._records.all():
            if record.study.axes:
                progress = self._progress(record.study.study_id)
                found.append(self._listed(record) if progress is None else progress.view())
        return found

    def _listed(self, record: StudyRecord) -> StudyView:
        """One that is not under way here; counted only where nobody noted its end."""
        known = record.done if record.process is None else None
        return self._stored(record, self._count(record.study.study_id) if known is None else known)

    def _stored(self, record: StudyRecord, done: int) -> StudyView:
        study, elsewhere = record.study, self._records.is_elsewhere(record)
        # nobody goes on with it unasked: a study that somebody has paused ends with its process, too
        ended = "stopped" if record.process is None else "interrupted"
        status = "finished" if done == study.size else "running" if elsewhere else ended
        return StudyView(
            study_id=study.study_id,
            study=study,
            status=status,
            runs=study.size,
            done=done,
            reused=done,
            person=record.person,
            created=record.created,
            elsewhere=elsewhere,
            experiment=record.experiment,
        )

    def pause(self, study_id: str) -> None:
        """Let a study rest, also in the middle of a run; `start` goes on from there.

        Raises:
            ValueError: when there is none.
        """
        progress = self._known(study_id)
        for run_id in progress.pause() if progress else ():
            self._dispatch.hold(run_id, study_id)

    def stop(self, study_id: str) -> None:
        """Stop a study; what it has computed is kept.

        Raises:
            ValueError: when there is none.
        """
        progress = self._known(study_id)
        if progress is not None and not progress.ended.is_set():
            for run_id in progress.stop():
                self._dispatch.stop(run_id, study_id)

    def close(self) -> None:
        """Stop every study; their runs end with the Dispatch."""
        with self._lock:
            self._closed = True
            for progress in self._studies.values():
                progress.stop()

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

    def _known(self, study_id: str) -> UnderWay | None:
        """A study of this process, or None for one that is stored and not under way.

        Raises:
            ValueError: when there is none.
        """
        progress = self._progress(study_id)
        if progress is None:
            self._records.read(study_id)
        return progress

    def _progress(self, study_id: str) -> UnderWay | None:
        """A study of this process.

        Raises:
            ValueError: when nothing can have this id.
        """
        if not isinstance(study_id, str) or not ID.fullmatch(study_id):
            raise unknown(study_id)
        with self._lock:
            return self._studies.get(study_id)

    def _carry_out(self, progress: UnderWay, urgency: int) -> None:
        """In a thread of its own."""
        try:
            runs = [config for _cell, config in progress.study.runs()]
            if urgency < AHEAD:
                person = progress.record.person
                self._store.runs.ask_for(*(config.run_id for config in runs), person=person)
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
                with contextlib.suppress(OSError, ValueError):  # then its runs are counted when it is shown
                    self._records.end(progress.study.study_id, len(progress.done))
            progress.ended.set()
            log.info("study %s %s", progress.study.study_id, progress.status)

    def _measure(self, progress: UnderWay, missing: list[RunConfig]) -> None:
        """Estimate each run once: there may be thousands, and somebody looks several times a second."""
        with contextlib.suppress(OSError):
            pace = Pace(costs_of(missing, self._seconds))
            with progress.lock:
                progress.pace = pace

    def _one(self, progress: UnderWay, urgency: int, config: RunConfig) -> None:
        """Compute one run; on a full disk, wait until there is room."""
        run_id = config.run_id
        while progress.going.wait() and not progress.stopping.is_set():
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

    def _ending(self, progress: UnderWay, urgency: int, config: RunConfig) -> Ending | None:
        """Compute one run; returns why there is no result, None if there is one."""
        run_id, study_id = config.run_id, progress.study.study_id
        with progress.lock:
            progress.in_progress.add(run_id)  # before it begins, so that `stop` and `pause` find it
        try:
            return self._dispatch.compute(
                config,
                study_id,
                progress.stopping.is_set,
                urgency,
                should_rest=lambda: progress.is_resting,
                person=progress.record.person,
            )
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
