"""Courses: how students learned where nobody looked while they did. They are trained once more for that."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable

log = logging.getLogger("kd")

KEPT, COMING, MISSING = "kept", "coming", "missing"
"""What is known of a run's course: it is stored, it is on its way, or nobody has asked for it."""


class Courses:
    """Has them trained in the background, one run after the other and each once. Thread-safe."""

    def __init__(self, is_kept: Callable[[str], bool], train: Callable[[str], object]):
        """
        Args:
            is_kept: whether a run's course is stored.
            train: trains its students once more and keeps how they learn.
        """
        self._is_kept, self._train = is_kept, train
        self._lock = threading.Lock()
        self._waiting: deque[str] = deque()
        self._going: str | None = None
        self._failed: dict[str, str] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def want(self, run_ids: Iterable[str]) -> None:
        """Ask for these runs' courses, in this order."""
        with self._lock:
            if self._closed:
                return
            for run_id in run_ids:
                if run_id not in (*self._waiting, self._going):
                    self._failed.pop(run_id, None)
                    self._waiting.append(run_id)
            if self._thread is None and self._waiting:
                self._thread = threading.Thread(target=self._go_on, name="kd-courses", daemon=True)
                self._thread.start()

    def state(self, run_id: str) -> str:
        """KEPT, COMING or MISSING."""
        with self._lock:
            if run_id in (*self._waiting, self._going):
                return COMING
        return KEPT if self._is_kept(run_id) else MISSING

    def failure(self, run_id: str) -> str:
        """Why a course that was asked for is missing; empty where nothing went wrong."""
        return self._failed.get(run_id, "")

    def close(self) -> None:
        """Begin nothing any more."""
        with self._lock:
            self._closed = True
            self._waiting.clear()

    def _go_on(self) -> None:
        """In a thread of its own, as long as anything waits."""
        while True:
            with self._lock:
                self._going = self._waiting.popleft() if self._waiting else None
                if self._going is None:
                    self._thread = None
                    return
            try:
                self._train(self._going)
            except (ValueError, OSError) as error:
                self._failed[self._going] = str(error)
            except Exception as error:
                log.exception("the course of run %s could not be had", self._going)
                self._failed[self._going] = f"{type(error).__name__}: {error}"
