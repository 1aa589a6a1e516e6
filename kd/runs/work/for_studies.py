"""ForStudies: the part of Dispatch that computes runs for studies, which wait for no turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from kd.config import RunConfig
from kd.runs.job import STOPPED, RunJob
from kd.runs.queue import NOBODY, FairQueue
from kd.runs.result import not_stored
from kd.runs.work.piece import AHEAD, STUDY
from kd.store.store import Store
from kd.text.endings import Ending

SECONDS_BETWEEN_LOOKS = 0.5

Ask = Callable[[], bool]


class ForStudies:
    """Runs of studies. Thread-safe."""

    _store: Store
    _lock: Any
    _jobs: dict[str, RunJob]
    _queue: FairQueue
    _closed: bool

    def compute(
        self,
        config: RunConfig,
        study: str,
        should_stop: Ask,
        urgency: int = STUDY,
        looks: bool = False,
        should_rest: Ask = lambda: False,
        person: str = NOBODY,
    ) -> Ending | None:
        """Compute a run for a study, in this thread; returns why there is no result, None if there is one.

        It waits for no turn: the workshop decides when its models are trained. One that is in progress, here
        or in another process, is waited for, and computed here if it is stopped there.

        Args:
            study: who wants it, as a person's name in `start` and `stop`.
            should_stop: says so before `stop` is called, and from then on.
            urgency: STUDY, or AHEAD for what nobody has asked for.
            looks: whether to look at its students while they train, as at a person's.
            person: whose the run is to be.
            should_rest: says so before `hold` is called, and until `go_on` is.
        """
        run_id = config.run_id
        while True:
            with self._lock:
                if self._closed or should_stop():
                    return STOPPED
                job = self._jobs.get(run_id)
                joins = True
                if job is None or not job.state.active:
                    joins = False
                    job = self._jobs[run_id] = self._job(config, urgency, looks, person, study)
                    self._queue.forget(run_id)
                tries_again = job.is_stopping
                if not tries_again:
                    job.hurry(urgency)
                    self._queue.join(run_id, study)
                    if should_rest():
                        self.hold(run_id, study)
            if not joins and not self._carry_out(job):
                tries_again = urgency < AHEAD
                while not should_stop() and self._store.runs.worker(run_id) == "elsewhere":
                    time.sleep(SECONDS_BETWEEN_LOOKS)
            while not job.state.done.wait(SECONDS_BETWEEN_LOOKS):
                if should_stop():
                    return STOPPED
            if self._store.runs.has(run_id):
                return None
            if not tries_again:
                return job.state.view().ending

    def hold(self, run_id: str, study: str) -> None:
        """Let a study's run rest, unless somebody else wants it, too; what is computed of it is kept."""
        with self._lock:
            job = self._jobs.get(run_id)
            if job is not None and self._queue.people(run_id) == {study}:
                job.hold()

    def go_on(self, run_id: str) -> None:
        """Go on with a run that was held."""
        with self._lock:
            job = self._jobs.get(run_id)
            if job is not None:
                job.go_on()

    def _carry_out(self, job: RunJob) -> bool:
        """A study's run, from its claim to its end; returns False if another process is computing it."""
        ours = True
        with self._store.waiting():  # nobody is waiting for this thread
            try:
                ours = job.claim()
                if ours:
                    job.run()
                else:
                    job.state.enter("done", "interrupted")
            except OSError as error:
                job.state.enter("done", "failed", not_stored(error))
        self._settle(job)
        return ours

    def _job(
        self, config: RunConfig, urgency: int, looks: bool = True, person: str = NOBODY, study: str = ""
    ) -> RunJob:
        raise NotImplementedError

    def _settle(self, job: RunJob) -> None:
        raise NotImplementedError
