"""Job: tasks that depend on each other, moved on by their ends. No thread waits for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Sequence
from typing import Any

from kd.base.unusable import Unusable
from kd.engine import EngineLost, WorkerLost
from kd.runs.scheduler import Interest, Scheduler, Task
from kd.store.database import is_full
from kd.text.endings import Ending

log = logging.getLogger("kd")

Steps = Generator[Sequence[Task], list[Any], None]
"""Yields the tasks that it waits for, and gets their values in the same order."""

Begin = Callable[[Task], Task]
"""Puts a task on the list before anything waits for it."""


class Job:
    """Carries out steps; a task's end takes them on to the next, in the thread that stored it. Thread-safe.

    interest: stands in the scheduler for all who want the job.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        steps: Callable[[Begin], Steps],
        ended: Callable[[Ending | None], None],
        hear: Callable[[dict], None] = lambda event: None,
        people: frozenset[str] = frozenset(),
    ):
        """
        Args:
            ended: called once, with why the steps failed or with None; not after `stop`.
            hear: called with each event of the tasks.
        """
        self.interest = Interest(hear, self._task_ended, people)
        self._scheduler, self._ended = scheduler, ended
        self._steps = steps(self._begin)
        self._lock = threading.Lock()
        self._begun: set[str] = set()
        self._ends: dict[str, tuple[Any, BaseException | None]] = {}
        self._waits_for: Sequence[Task] | None = ()  # None while a thread takes the steps
        self._is_started = self._is_over = False

    def stop(self) -> bool:
        """Ends it now, whatever it waits for; returns whether it had not ended."""
        with self._lock:
            was_over, self._is_over = self._is_over, True
        self._scheduler.leave(self.interest)
        return not was_over

    def _begin(self, task: Task) -> Task:
        if task.key not in self._begun and not self._is_over:
            self._begun.add(task.key)
            found = task.find()
            if found is None:
                self._scheduler.want(task, self.interest)
            else:
                self._ends[task.key] = found, None
        return task

    def _task_ended(self, key: str, value: Any, error: BaseException | None) -> None:
        with self._lock:
            self._ends[key] = value, error
        self.go_on()

    def go_on(self) -> None:
        """Takes the steps that can be taken now, in this thread: at first, and whenever a task has ended."""
        while True:
            with self._lock:
                if self._is_over or self._waits_for is None:
                    return
                ends = [self._ends.get(task.key) for task in self._waits_for]
                error = next((error for _value, error in self._ends.values() if error is not None), None)
                if error is None and None in ends:
                    return
                values = [end[0] for end in ends if end is not None] if self._is_started else None
                self._waits_for, self._is_started = None, True
            waits_for = None
            try:
                if error is not None:
                    raise error
                waits_for = self._steps.send(values)  # type: ignore[arg-type] # None begins it
                for task in waits_for:
                    self._begin(task)
            except StopIteration:
                pass
            except BaseException as raised:
                error = raised
            with self._lock:
                if self._is_over:
                    return
                self._waits_for = waits_for
                self._is_over = waits_for is None
            if waits_for is None:
                self._scheduler.leave(self.interest)
                self._ended(None if error is None else ending_of(error))
                return


def ending_of(error: BaseException) -> Ending:
    """Returns why something failed, for people; logs what was not to be expected."""
    if isinstance(error, (EngineLost, WorkerLost, ValueError, Unusable)):
        return Ending.of(error)
    if isinstance(error, OSError):
        if is_full(error):
            return Ending("disk full")
        return Ending("not saved", {"reason": str(error.strerror or error)})
    log.error("a run or a course failed", exc_info=error)
    return Ending("unexpected", {"error": f"{type(error).__name__}: {error}"})
