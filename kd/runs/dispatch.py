"""Dispatch: who waits for which run, which runs are in progress, and how they are stopped."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from kd.config import RunConfig
from kd.engine import Engine
from kd.logs import described
from kd.runs.job import RunJob
from kd.runs.orders import Timings
from kd.runs.queue import NOBODY, FairQueue
from kd.runs.queue_plan import QueuePlan
from kd.runs.result import not_stored
from kd.runs.state import RunView
from kd.runs.work.for_studies import ForStudies
from kd.runs.work.piece import PERSON
from kd.runs.workshop import Workshop
from kd.store.store import Store

log = logging.getLogger("kd")

# How long a run may keep its place while others wait; then it pauses within its current epoch.
SECONDS_A_TURN = 60.0


class Dispatch(ForStudies):
    """Starts runs in turn, as many at once as the engine can handle. Thread-safe.

    A run of this process is requested, recorded in the index, waits, is computed in one or more turns, and
    ends. It is known here until its end is stored; after that, the store answers for it. The index is written
    without holding the lock, so that waiting for the index holds nobody else up.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        estimate: Callable[[RunConfig], float | None],
        ended: Callable[[str], None],
    ):
        """
        Args:
            estimate: about how many seconds a run takes, or None if nothing was measured yet; must be quick.
            ended: called with the id of each run that ends, from its thread.
        """
        self._store, self._engine, self._estimate, self._ended = store, engine, estimate, ended
        self._lock = threading.RLock()
        self._jobs: dict[str, RunJob] = {}
        self._successors: dict[RunJob, RunJob] = {}
        self._queue = FairQueue()
        self._running: set[RunJob] = set()  # in the engine; not those that are only being stored
        self.workshop, self._timings = Workshop(engine), Timings()
        self._plan: QueuePlan | None = None
        self._closed = False

    def start(self, config: RunConfig, person: str = NOBODY) -> None:
        """Queue a run, or join it if it is waiting or in progress already.

        A run that is being stopped starts again for this person as soon as it has ended.

        Raises:
            ValueError: when this person already has MOST_WAITING runs waiting. NOBODY (the library used on
                its own) may have any number.
        """
        run_id = config.run_id
        with self._lock:
            before = self._jobs.get(run_id)
            if before is not None and not before.state.active:
                before = None
            joined = None if before is None or before.is_stopping else before
            if joined is None or not (joined in self._running or person in self._queue.people(run_id)):
                self._queue.check_room(person)
            if joined is not None:
                joined.hurry()
                self._queue.join(run_id, person)
                self._plan = None
                return
            job = self._job(config, PERSON, person=person)
            self._jobs[run_id] = job
            self._queue.forget(run_id)
            self._queue.join(run_id, person)
            if before is not None:
                self._successors[before] = job
                return
        self._publish(job)

    def stop(self, run_id: str, person: str | None = None) -> bool:
        """Withdraw a person's request, or everybody's for None; returns whether the run ends by that."""
        with self._lock:
            job = self._jobs.get(run_id)
            if job is None or not job.state.active:
                return False
            if person is not None:
                others = self._queue.people(run_id) - {person}
                self._queue.withdraw(run_id, person)
                if others:
                    log.info("run %s continues: others want it too (%d)", run_id, len(others))
                    return False
            waits = run_id in self._queue
            self._queue.forget(run_id)
            self._plan = None
            job.stop()
        if waits:
            job.end_waiting()
            log.info("run %s stopped while waiting", run_id)
            self._settle(job)
        return True

    def anybody_else_waits(self, person: str) -> bool:
        """Whether somebody other than this person is waiting for a run to start."""
        with self._lock:
            return self._queue.anybody_else_waits(person)

    def view(self, run_id: str) -> RunView | None:
        """A run of this process as it is now, or None if it is not one of them."""
        with self._lock:
            job = self._jobs.get(run_id)
            if job is None:
                return None
            people = self._queue.people(run_id)
            place, wait = self._place(run_id) if run_id in self._queue else (None, None)
        return replace(job.state.view(), people=people, queue_place=place, queue_wait=wait)

    def forget(self, run_id: str) -> None:
        """Forget a run that has ended: its files are gone."""
        with self._lock:
            job = self._jobs.get(run_id)
            if job is not None and not job.state.active:
                del self._jobs[run_id]

    def close(self) -> dict[str, float | None]:
        """End every run; returns the ids of those that had not ended, with their claims."""
        with self._lock:
            self._closed = True
            active = {run_id: job.stamp for run_id, job in self._jobs.items() if job.state.active}
            for run_id in active:
                job = self._jobs[run_id]
                job.stop()
                if run_id in self._queue or job in self._successors.values():
                    del self._jobs[run_id]  # no thread will end it
            self._queue.clear()
        self.workshop.close()
        return active

    def wait_closed(self, timeout: float) -> None:
        """After `close`: wait until nothing is computed or stored any more, or `timeout` seconds pass."""
        deadline = time.monotonic() + timeout
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.state.done.wait(max(0.0, deadline - time.monotonic()))
        self.workshop.wait_closed(max(0.0, deadline - time.monotonic()))

    def is_idle(self) -> bool:
        """Whether nothing that anybody asked for waits or is computed."""
        with self._lock:
            jobs = list(self._jobs.values())
        asked = any(job.is_asked_for and job.state.active and not job.is_held for job in jobs)
        return not asked and self.workshop.is_idle()

    def _job(
        self,
        config: RunConfig,
        urgency: int,
        looks: bool = True,
        person: str = NOBODY,
        study: str = "",
    ) -> RunJob:
        notices = self._leave_engine, self._attend
        shared = self._store, self.workshop, self._timings
        return RunJob(config, *shared, *notices, urgency, looks, person, study)

    def _publish(self, job: RunJob) -> None:
        """Let a run wait for its turn, unless another process is computing it."""
        run_id = job.config.run_id
        self._estimate(job.config)  # so that what it reads from the store is ready when the plan is made
        try:
            ours = job.claim()
        except OSError as error:
            job.state.enter("done", "failed", not_stored(error))  # for those who joined it in the meantime
            self._settle(job)
            raise
        with self._lock:
            if ours and not job.is_stopping:
                log.info("run %s queued: %s", run_id, described(job.config))
                self._queue.enter(run_id)
                self._plan = None
                self._pump()
                return
        if ours:
            job.end_waiting()
        self._settle(job)

    def _pump(self) -> None:
        """Start what may start now; called with the lock held."""
        while not self._closed and len(self._running) < self._engine.runs_at_once():
            run_id = self._queue.pop()
            if run_id is None:
                return
            self._plan = None
            job = self._jobs[run_id]
            self._running.add(job)
            threading.Thread(target=self._run, args=(job,), name=f"kd-run-{run_id}", daemon=True).start()

    def _run(self, job: RunJob) -> None:
        with self._store.waiting():  # nobody is waiting for this thread
            has_ended = job.run()
        with self._lock:
            waits_again = not has_ended and not job.is_stopping
            if waits_again:
                job.state.enter("paused", "queued")
                self._queue.put_back(job.config.run_id)
            self._leave_engine(job)
        if waits_again:
            return
        if not has_ended:
            job.end_waiting()
        self._settle(job)
        if not self._closed:
            self._ended(job.config.run_id)

    def _leave_engine(self, job: RunJob) -> None:
        """Make room for the next run."""
        with self._lock:
            self._running.discard(job)
            self._plan = None
            self._pump()

    def _settle(self, job: RunJob) -> None:
        """After a run's end: the store answers for it, and the same run starts again if requested since."""
        run_id = job.config.run_id
        with self._lock:
            if self._jobs.get(run_id) is job:
                self._queue.forget(run_id)
                if job.end_is_noted:  # otherwise only this process knows
                    del self._jobs[run_id]
            successor = self._successors.pop(job, None)
            if successor is None or self._closed:
                return
        if self._store.runs.has(run_id):  # the stop came too late
            successor.end_is_noted = True
            self._settle(successor)
            return
        try:
            self._publish(successor)
        except OSError as error:
            log.error("run %s could not be queued again (%s)", run_id, error)

    def _attend(self, job: RunJob) -> None:
        """About once a second while a run is computed: should any stop, and has this one had its turn?"""
        self._hear_stops()
        if job.turn_began is None or time.monotonic() - job.turn_began < SECONDS_A_TURN:
            return
        with self._lock:
            if job not in self._running:
                return  # a study's: the workshop decides when it gives way
            others_wait = self._queue.others_wait(job.config.run_id) or self._keeps_teachers_worker(job)
        if others_wait:
            job.give_way()

    def _hear_stops(self) -> None:
        """Stop the runs of this process that another process asked to stop."""
        with contextlib.suppress(OSError):  # try again next time
            for run_id in self._store.runs.asked_to_stop():
                with self._lock:
                    is_ours = run_id in self._jobs
                if is_ours:
                    log.info("run %s is being stopped: another process asked for it", run_id)
                    self.stop(run_id)

    def _keeps_teachers_worker(self, job: RunJob) -> bool:
        """Whether this run keeps the worker that trains teachers from another person's run."""
        if job.state.phase != "teacher":
            return False
        mine = self._queue.people(job.config.run_id)
        return any(
            other.waits_for_teachers_worker and not mine.issuperset(self._queue.people(other.config.run_id))
            for other in self._running
        )

    def _place(self, run_id: str) -> tuple[int, float | None]:
        """Place of a waiting run, and its wait in seconds; called with the lock held."""
        if self._plan is None:
            order = self._queue.order()
            lengths = [self._keeps_its_place(self._jobs[run_id]) for run_id in order]
            self._plan = QueuePlan(order, lengths, self._engine.runs_at_once(), self._running_keep)
        return self._plan.place(run_id)

    def _running_keep(self) -> list[float | None]:
        return [self._keeps_its_place(job) for job in self._running]

    def _keeps_its_place(self, job: RunJob) -> float | None:
        """For how many seconds a run will keep its place: until it ends, or for a turn if people share."""
        left = job.seconds_left(self._estimate)
        return job.seconds_of_turn(left, SECONDS_A_TURN) if left and self._queue.is_shared else left
