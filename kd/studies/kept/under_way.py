"""UnderWay: a study that this process carries out, or has carried out."""

from __future__ import annotations

import threading
import time

from kd.studies.kept.pace import Pace
from kd.studies.kept.records import StudyRecord
from kd.studies.kept.view import StudyView
from kd.text.endings import Ending


class UnderWay:
    """A study on its way. Thread-safe.

    done: the ids of its runs that are stored; reused: of those that were stored before. failed: run id → why.
    in_progress: the ids of those that are being computed. pace: of the runs that were missing, once known.
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
        self.pace: Pace | None = None
        self._paused_since, self._seconds_paused = 0.0, 0.0

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
                experiment=self.record.experiment,
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
        """Called with the lock held."""
        if self.ended.is_set() or self.pace is None:
            return None
        paused = time.monotonic() - self._paused_since if self.is_resting else 0.0
        return self.pace.seconds_left(self.done, self._seconds_paused + paused)
