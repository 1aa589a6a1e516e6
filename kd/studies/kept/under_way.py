"""UnderWay: a study that this process carries out, or has carried out."""

from __future__ import annotations

import threading
import time

from kd.studies.kept.records import StudyRecord
from kd.studies.kept.view import StudyView
from kd.text.endings import Ending

# Before this, how long the first runs took says little about the others.
_SECONDS_BEFORE_A_PACE = 5.0


class UnderWay:
    """A study on its way. Thread-safe.

    done: the ids of its runs that are stored; reused: of those that were stored before. failed: run id → why.
    in_progress: the ids of those that are being computed. costs: seconds of each missing run, by its id.
    going: while it is not paused.
    """

    def __init__(self, record: StudyRecord):
        self.study, self.record = record.study, record
        self.stopping, self.ended, self.going = threading.Event(), threading.Event(), threading.Event()
        self.going.set()
        self.lock = threading.Lock()
        self.done: set[str] = set()
        self.reused: set[str] = set()
        self.failed: dict[str, Ending] = {}
        self.in_progress: set[str] = set()
        self.waits_for_room = False
        self.costs: dict[str, float] | None = None
        self._began, self._paused_since, self._seconds_paused = time.monotonic(), 0.0, 0.0

    @property
    def status(self) -> str:
        """As in a StudyView."""
        if not self.ended.is_set():
            if not self.going.is_set():
                return "paused"
            return "waiting for room" if self.waits_for_room else "running"
        if len(self.done) == self.study.size:
            return "finished"
        return "stopped" if self.stopping.is_set() else "unfinished"

    @property
    def is_resting(self) -> bool:
        """Whether it is paused."""
        return not self.going.is_set()

    def view(self) -> StudyView:
        """The study as it is now."""
        with self.lock:
            return StudyView(
                study_id=self.study.study_id,
                study=self.study,
                status=self.status,
                runs=self.study.size,
                done=len(self.done),
                reused=len(self.reused),
                failed=dict(self.failed),
                seconds_left=self._seconds_left(),
                person=self.record.person,
                created=self.record.created,
            )

    def stop(self) -> list[str]:
        """Begin nothing any more; returns the runs that are in progress."""
        self.stopping.set()
        self.going.set()
        with self.lock:
            return list(self.in_progress)

    def pause(self) -> list[str]:
        """Begin nothing until `go_on`; returns the runs that are in progress."""
        with self.lock:
            if self.ended.is_set() or self.stopping.is_set() or self.is_resting:
                return []
            self.going.clear()
            self._paused_since = time.monotonic()
            return list(self.in_progress)

    def go_on(self) -> list[str]:
        """After `pause`; returns the runs that are in progress."""
        with self.lock:
            if self.is_resting:
                self._seconds_paused += time.monotonic() - self._paused_since
                self.going.set()
            return list(self.in_progress)

    def _seconds_left(self) -> float | None:
        """At the pace so far, as soon as there is one; called with the lock held."""
        if self.ended.is_set() or self.costs is None:
            return None
        total = sum(self.costs.values())
        left = sum(seconds for run_id, seconds in self.costs.items() if run_id not in self.done)
        paused = time.monotonic() - self._paused_since if self.is_resting else 0.0
        elapsed = time.monotonic() - self._began - self._seconds_paused - paused
        return left * (elapsed / (total - left) if total > left and elapsed > _SECONDS_BEFORE_A_PACE else 1.0)
