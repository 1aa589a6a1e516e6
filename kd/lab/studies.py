"""The studies of a lab: carried out, watched, paused and stopped, each for all the people who want it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from kd.base import owners
from kd.base.once import computed_once
from kd.config import NOBODY, RunConfig
from kd.lab.estimates import Estimates
from kd.lab.study_handle import StudyHandle, StudyName, study_id_of
from kd.runs.batch import Batch, Pace
from kd.runs.in_progress import RunsInProgress
from kd.store.store import Store
from kd.store.studies import StudyRecord
from kd.studies.study import Study
from kd.studies.view import StudyView, moment
from kd.terminal.progress import show, views

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.2


class StudyInProgress:
    """A study that this process carries out, or has carried out. Thread-safe.

    wanting: the people who want it now; paused: those of them who let it rest. It goes on as long as one of
    them does not.
    """

    def __init__(
        self,
        study: Study,
        record: StudyRecord,
        runs: RunsInProgress,
        ended: Callable[[StudyInProgress], None],
    ):
        self.study, self.record = study, record
        self.wanting: set[str] = set()
        self.paused: set[str] = set()
        self.ended = threading.Event()
        self.pace: Pace | None = None
        self.lock = threading.RLock()

        def batch_ended() -> None:
            ended(self)
            self.ended.set()

        self.batch = Batch(runs, study.study_id, batch_ended, person=_first(record))

    @property
    def status(self) -> str:
        """As in a StudyView."""
        if not self.ended.is_set():
            if self.batch.is_paused:
                return "paused"
            return "waiting for room" if self.batch.waits_for_room else "running"
        if len(self.batch.done) == self.study.size:
            return "finished"
        return "stopped" if self.batch.is_stopped else "unfinished"

    def view(self) -> StudyView:
        """Returns the study as it is now."""
        left = None
        if self.pace is not None and not self.ended.is_set():
            left = self.pace.seconds_left(list(self.batch.done), self.batch.seconds_paused)
        return _view(
            self.study,
            self.record,
            self.status,
            done=len(self.batch.done),
            reused=len(self.batch.reused),
            failed=dict(self.batch.failed),
            seconds_left=left,
            wanting=frozenset(self.wanting),
        )

    def join(self, person: str) -> None:
        """Adds a person who wants it, or lets it go on for them."""
        with self.lock:
            self.wanting.add(person)
            self.paused.discard(person)
            self._go_on_or_rest()

    def pause(self, person: str | None) -> bool:
        """Lets it rest for this person, or for everybody; returns whether it rests."""
        with self.lock:
            self.paused |= self.wanting if person is None else self.wanting & {person, NOBODY}
            self._go_on_or_rest()
            return self.batch.is_paused

    def stop(self, person: str | None) -> bool:
        """Removes a person, or everybody, from those who want it; returns whether it ends."""
        with self.lock:
            self.wanting -= self.wanting if person is None else {person, NOBODY}
            self.paused &= self.wanting
            if self.wanting:
                self._go_on_or_rest()
                return False
        self.batch.stop()
        return True

    def _go_on_or_rest(self) -> None:
        if self.wanting == self.paused:
            self.batch.pause()
        else:
            self.batch.go_on()


class Studies:
    """The studies of a lab: those under way here, and what is stored of the others. Thread-safe.

    `lab.studies[id]` is one of them. A study is named by its id, a view of it or a handle on it.
    """

    def __init__(
        self,
        store: Store,
        runs: RunsInProgress,
        estimates: Estimates,
        check: Callable[[RunConfig], None],
        result: Callable[[RunConfig], dict | None],
    ):
        """
        Args:
            check: raises ValueError where a run's teacher or images cannot be had.
            result: a stored run's result, or None.
        """
        self._store, self._runs, self._estimates = store, runs, estimates
        self._check, self._result = check, result
        self._lock = threading.Lock()
        self._known: dict[str, StudyInProgress] = {}
        self._asked = computed_once(maxsize=256)(self._read)
        self._run_ids = computed_once(maxsize=64)(self._read_run_ids)
        self._closed = False

    def __getitem__(self, study: StudyName) -> StudyHandle:
        """
        Raises:
            ValueError: when there is no such study.
        """
        return StudyHandle(self, self.study(study))

    def start(self, study: Study, person: str = NOBODY, experiment: str = "") -> str:
        """Begins a study, joins it, or goes on with it; returns its id at once.

        What is stored is not trained again. Studies that go on at the same time share the workers evenly.

        Args:
            person: who asks, by a name of their own. It goes on until all the people who asked have stopped.
            experiment: of which it is a part, if it is part of one.

        Raises:
            ValueError: when the study's teacher is not stored.
            OSError: when it cannot be recorded.
        """
        for config in {config.teacher: config for _cell, config in study.runs()}.values():
            self._check(config)
        study_id = study.study_id
        with self._lock:
            going = self._known.get(study_id)
            is_new = going is None or going.ended.is_set() or going.batch.is_stopped
            process = owners.hold(self._store.home)
            self._store.studies.write(study, person, experiment, process)
            record = self._store.studies.get(study_id)
            if going is None or is_new:
                going = self._known[study_id] = StudyInProgress(study, record, self._runs, self._ended)
            going.record = record
            if self._closed:
                return study_id
        going.join(person)
        if is_new:
            threading.Thread(
                target=self._begin, args=(going,), name=f"kd-study-{study_id}", daemon=True
            ).start()
            log.info("study %s started: %d runs", study_id, study.size)
        return study_id

    def view(self, study: StudyName) -> StudyView:
        """Returns the study as it is now; cheap. One that is not under way shows what is stored of it.

        Raises:
            ValueError: when there is no such study.
        """
        study_id = study_id_of(study)
        going = self._known.get(study_id)
        # of one that was stopped, a run that was being stored may have been finished since
        if going is not None and not (going.ended.is_set() and going.batch.is_stopped):
            return going.view()
        return self._stored(self._store.studies.get(study_id), self._count(study_id))

    def views(self) -> list[StudyView]:
        """Returns every study that varies more than the seed, the newest first; cheap.

        Of one that is not under way here, `done` is as it was when it ended.
        """
        found = []
        for record in self._store.studies.all():
            going = self._known.get(record.study_id)
            if not record.study["axes"]:
                continue
            if going is not None:
                found.append(going.view())
            else:
                done = record.done if record.process is None else None
                with contextlib.suppress(ValueError):  # of another version
                    found.append(self._stored(record, self._count(record.study_id) if done is None else done))
        return found

    def study(self, study: StudyName) -> Study:
        """Returns what a study asks.

        Raises:
            ValueError: when there is no such study.
        """
        return study.study if isinstance(study, StudyView | StudyHandle) else self._asked(study_id_of(study))

    def pause(self, study: StudyName, person: str | None = None) -> bool:
        """Lets a study rest, also in the middle of a run; `start` goes on from there.

        It rests when everybody who wants it has paused it; None pauses it for all of them. Returns whether it
        rests.

        Raises:
            ValueError: when there is no such study.
        """
        going = self._going(study)
        return going is None or going.pause(person)

    def stop(self, study: StudyName, person: str | None = None) -> bool:
        """Stops a study; what it has computed is kept, and `start` goes on from there.

        It ends when nobody wants it any more; None stops it for everybody. Returns whether it ends.

        Raises:
            ValueError: when there is no such study.
        """
        going = self._going(study)
        return going is None or going.stop(person)

    def wait(self, study: StudyName, timeout: float | None = None, progress: bool = False) -> StudyView:
        """Waits until a study ends or `timeout` seconds pass; returns it as it is then.

        Args:
            progress: show its progress on standard error meanwhile, as `kd sweep` does.

        Raises:
            ValueError: when there is no such study.
        """
        if progress:
            return show(views(lambda: self.view(study), SECONDS_BETWEEN_LOOKS, timeout), moment)
        going = self._going(study)
        if going is not None:
            going.ended.wait(timeout)
        return self.view(study)

    def frame(self, study: StudyName | Study) -> pd.DataFrame:
        """Returns the finished runs of a study, one row each (`kd.studies.verdicts.study_frame`).

        Args:
            study: also one that was never started, some runs of which may be stored all the same.

        Raises:
            ValueError: when there is no such study.
        """
        from kd.studies.verdicts import study_frame

        return study_frame(study if isinstance(study, Study) else self.study(study), self._result)

    def close(self) -> None:
        """Stops every study."""
        with self._lock:
            self._closed = True
            known = list(self._known.values())
        for going in known:
            going.batch.stop()

    def _begin(self, going: StudyInProgress) -> None:
        try:
            configs = [config for _cell, config in going.study.runs()]
            with self._store.waiting():
                self._store.runs.ask_for(*(config.run_id for config in configs), person=_first(going.record))
            # more than can train, so that no worker waits for a comparison or for the disk
            most = 2 * self._estimates.count_workers() + 1
            going.batch.start(configs, lambda config: self._store.is_usable(config.run_id), most)
            # once for each run: there may be thousands, and somebody looks several times a second
            missing = [config for config in configs if config.run_id not in going.batch.reused]
            going.pace = Pace(self._estimates.costs(missing))
        except Exception:
            log.exception("study %s failed", going.study.study_id)
            going.batch.stop()

    def _ended(self, going: StudyInProgress) -> None:
        study_id = going.study.study_id
        done = self._count(study_id) if going.batch.is_stopped else len(going.batch.done)
        if not self._closed and self._known[study_id] is going:
            with contextlib.suppress(OSError):  # then its runs are counted when it is shown
                self._store.studies.end(study_id, done)
        log.info("study %s has ended: %d of %d runs", study_id, done, going.study.size)

    def _going(self, study: StudyName) -> StudyInProgress | None:
        """Returns a study of this process; None for one that is stored and not under way.

        Raises:
            ValueError: when there is no such study.
        """
        study_id = study_id_of(study)
        going = self._known.get(study_id)
        if going is None:
            self._store.studies.get(study_id)
        return going

    def _read(self, study_id: str) -> Study:
        return Study.from_mapping(self._store.studies.get(study_id).study)

    def _read_run_ids(self, study_id: str) -> list[str]:
        """Computes the ids of a study's runs, which takes longer than to look them up."""
        return [config.run_id for _cell, config in self._asked(study_id).runs()]

    def _count(self, study_id: str) -> int:
        """Counts the stored runs of a study."""
        return sum(map(self._store.runs.has, self._run_ids(study_id)))

    def _stored(self, record: StudyRecord, done: int) -> StudyView:
        study = self._asked(record.study_id)
        elsewhere = self._store.studies.is_elsewhere(record)
        # it is not taken up unasked: a study that was paused ends with its process, too
        ended = "stopped" if record.process is None else "interrupted"
        status = "finished" if done == study.size else "running" if elsewhere else ended
        return _view(study, record, status, done=done, reused=done, elsewhere=elsewhere)


def _view(study: Study, record: StudyRecord, status: str, **values: object) -> StudyView:
    labels = list(record.people.values())
    return StudyView(
        study_id=record.study_id,
        study=study,
        status=status,
        runs=study.size,
        created=record.created,
        person=_first(record),
        # what somebody has composed, too, is no longer an experiment's alone
        experiment=labels[0] if labels and all(labels) else "",
        people=frozenset(record.people),
        **values,  # type: ignore[arg-type]
    )


def _first(record: StudyRecord) -> str:
    """Returns who asked for it first."""
    return next(iter(record.people), NOBODY)
