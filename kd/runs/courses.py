"""Courses: students that learned without snapshots are trained once more for them, to the same weights."""

import threading
from collections.abc import Iterable

from kd.base.unusable import Unusable
from kd.config import STUDENTS, RunConfig
from kd.runs.run import Begin, Job, Steps, teaching_of
from kd.runs.scheduler import Scheduler
from kd.runs.tasks import snapshots_task, teachers_of
from kd.store.store import Store
from kd.text.endings import Ending

KEPT, COMING, MISSING = "kept", "coming", "missing"
"""What is known of a run's course: it is stored, it is being computed, or nobody has asked for it."""


class Courses:
    """Has students of finished runs trained once more for snapshots of their course. Thread-safe."""

    def __init__(self, store: Store, scheduler: Scheduler, trains: bool = True):
        """trains: whether anything may be trained; without, nothing that is wanted comes."""
        self._store, self._scheduler, self._trains = store, scheduler, trains
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._failed: dict[str, str] = {}
        self._closed = False

    def want(self, run_ids: Iterable[str]) -> None:
        """Asks for the courses of these runs, in this order; returns at once."""
        for run_id in run_ids:
            with self._changed:
                if self._closed or run_id in self._jobs or not self._trains:
                    continue
                self._failed.pop(run_id, None)
                job = self._jobs[run_id] = self._job(run_id)
            job.go_on()

    def wait(self, run_id: str) -> None:
        """Waits until a run's course that was wanted is stored; raises ValueError when that fails."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or run_id not in self._jobs)
        if self.failure(run_id):
            raise Unusable(self.failure(run_id))

    def state(self, run_id: str) -> str:
        """Returns KEPT, COMING or MISSING."""
        with self._changed:
            if run_id in self._jobs:
                return COMING
        ids = self._store.runs.models_of(run_id)
        kept = bool(ids) and all(self._store.models.has_snapshots(ids[name]) for name in STUDENTS)
        return KEPT if kept else MISSING

    def failure(self, run_id: str) -> str:
        """Returns why a course that was asked for is missing; empty where nothing went wrong."""
        return self._failed.get(run_id, "")

    def close(self) -> None:
        """Stops everything."""
        with self._changed:
            self._closed = True
            jobs, self._jobs = list(self._jobs.values()), {}
            self._changed.notify_all()
        for job in jobs:
            job.stop()

    def _job(self, run_id: str) -> Job:
        def ended(ending: Ending | None) -> None:
            with self._changed:
                if ending is not None:
                    self._failed[run_id] = str(ending)
                self._jobs.pop(run_id, None)
                self._changed.notify_all()

        people = frozenset({f"course {run_id}"})
        return Job(
            self._scheduler,
            f"course of run {run_id}",
            lambda begin: self._steps(run_id, begin),
            ended,
            people=people,
        )

    def _steps(self, run_id: str, begin: Begin) -> Steps:
        store, record = self._store, self._store.runs.record(run_id)
        if record is None:
            raise Unusable("There is no finished run {run}: choose another.", run=run_id)
        config = RunConfig.from_record(record["config"])
        missing = [name for name in STUDENTS if not store.models.has_snapshots(config.model_ids[name])]
        wait_for = []
        if "scratch" in missing:
            wait_for.append(begin(snapshots_task(config, "scratch", store, None)))
        if "distilled" in missing:
            teaching = None
            if config.learns_from_teacher:
                teaching = yield from teaching_of(teachers_of(config, store))
            wait_for.append(begin(snapshots_task(config, "distilled", store, teaching)))
        if wait_for:
            yield wait_for
