"""Dispatch: who waits for which run, which runs are computed now, and how they are stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from kd.config import RunConfig
from kd.engine import Engine
from kd.logs import described
from kd.queue import FairQueue, waits
from kd.run_job import RunJob
from kd.run_state import TEACHER_STEP, RunView
from kd.store import Store

log = logging.getLogger("kd")

NOBODY = ""
SECONDS_A_PLAN_HOLDS = 1.0
STOPPED_WAITING = "Stopped before it began."


class Dispatch:
    """Starts runs in turn, as many at once as the engine bears. Thread-safe."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        estimate: Callable[[RunConfig], float | None],
        ended: Callable[[str], None],
    ):
        """
        Args:
            estimate: about how many seconds a run takes, or None where nothing was measured yet.
            ended: called with the id of a run that has ended, from its thread.
        """
        self._store, self._engine, self._estimate, self._ended = store, engine, estimate, ended
        self._lock = threading.RLock()
        self._jobs: dict[str, RunJob] = {}
        self._queue = FairQueue()
        self._running: set[str] = set()  # in the engine; a run that is only being stored is none of them
        self._plan: tuple[float, dict[str, tuple[int, float | None]]] | None = None

    def start(self, config: RunConfig, person: str = NOBODY) -> None:
        """Queue a run, or join it where it waits or is computed already."""
        run_id = config.run_id
        with self._lock:
            job = self._jobs.get(run_id)
            if job is not None and job.state.view().active:
                self._queue.join(run_id, person)
                return
            if not self._store.index.claim(run_id, config.to_dict()):
                return  # another process computes it
            self._jobs[run_id] = RunJob(
                config, self._store, self._engine, trained=partial(self._leave_engine, run_id)
            )
            self._queue.add(run_id, person)
            self._plan = None
            log.info("run %s queued: %s", run_id, described(config))
            self._pump()

    def stop(self, run_id: str, person: str | None = None) -> bool:
        """Withdraw a person's wish, and end the run when nobody else has it; None ends it in any case.

        Returns:
            Whether the run ends.
        """
        with self._lock:
            job = self._jobs.get(run_id)
            if job is None or not job.state.view().active:
                return False
            if person is not None:
                others = self._queue.people(run_id) - {person}
                self._queue.withdraw(run_id, person)
                if others:
                    log.info("run %s goes on for %d who wait for it", run_id, len(others))
                    return False
            self._plan = None
            if run_id in self._queue:
                self._queue.forget(run_id)
                job.state.enter("done", "stopped", STOPPED_WAITING)
                self._store.index.set_status(run_id, "stopped", STOPPED_WAITING)
                log.info("run %s stopped before it began", run_id)
                return True
        job.stop()
        return True

    def view(self, run_id: str) -> RunView | None:
        """A run of this process as it stands now, or None when it is none of them."""
        with self._lock:
            job = self._jobs.get(run_id)
            if job is None:
                return None
            view = replace(job.state.view(), people=self._queue.people(run_id))
            if run_id not in self._queue:
                return view
            place, wait = self._places()[run_id]
            return replace(view, queue_place=place, queue_wait=wait)

    def forget(self, run_id: str) -> None:
        """Remember nothing of a run that has ended: its files are gone."""
        with self._lock:
            self._jobs.pop(run_id, None)

    def close(self) -> list[str]:
        """End every run; returns the ids of those that had not ended."""
        with self._lock:
            active = [run_id for run_id, job in self._jobs.items() if job.state.view().active]
            self._queue.clear()
            for run_id in active:
                self._jobs[run_id].stop()
        return active

    def _pump(self) -> None:
        """Start what may start now; called with the lock held."""
        while len(self._running) < self._engine.runs_at_once():
            run_id = self._queue.pop()
            if run_id is None:
                return
            self._plan = None
            self._running.add(run_id)
            job = self._jobs[run_id]
            job.state.enter("starting")
            threading.Thread(target=self._run, args=(job,), name=f"kd-run-{run_id}", daemon=True).start()

    def _run(self, job: RunJob) -> None:
        run_id = job.config.run_id
        try:
            job.run()
        finally:
            with self._lock:
                self._queue.forget(run_id)
                self._leave_engine(run_id)
            self._ended(run_id)

    def _leave_engine(self, run_id: str) -> None:
        """Make room for the next run."""
        with self._lock:
            self._running.discard(run_id)
            self._plan = None
            self._pump()

    def _places(self) -> dict[str, tuple[int, float | None]]:
        """Place and wait in seconds of each waiting run; called with the lock held."""
        now = time.monotonic()
        if self._plan is None or now - self._plan[0] > SECONDS_A_PLAN_HOLDS:
            order = self._queue.order()
            running = [self._seconds_left(self._jobs[run_id]) for run_id in self._running]
            lengths = [self._length(self._jobs[run_id].config) for run_id in order]
            if None in running or None in lengths:
                begins: list[float | None] = [None] * len(order)
            else:
                begins = list(waits(running, lengths, self._engine.runs_at_once()))
            places = zip(range(1, len(order) + 1), begins, strict=True)
            self._plan = now, dict(zip(order, places, strict=True))
        return self._plan[1]

    def _seconds_left(self, job: RunJob) -> float | None:
        view = job.state.view()
        if view.seconds_left is not None:
            return view.seconds_left
        length = self._length(job.config)
        return None if length is None else length * (1 - view.progress)

    def _length(self, config: RunConfig) -> float | None:
        students = self._estimate(config)
        if students is None or config.teacher != "fresh" or self._store.has_teacher(config.teacher_id):
            return students
        steps = config.teacher_train_size * config.teacher_epochs / (config.train_size * config.epochs)
        return students * (1 + TEACHER_STEP * steps)
