"""Job: tasks that depend on each other, moved on by their ends. No thread waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from typing import Any

from kd.runs.scheduler import Interest, Scheduler, Task

Steps = Generator[Sequence[Task], list[Any], Any]
"""Yields the tasks that it waits for, gets their values in the same order, and returns the job's value."""

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
        ended: Callable[[Any, BaseException | None], None],
        hear: Callable[[dict], None] = lambda event: None,
        people: frozenset[str] = frozenset(),
    ):
        """
        Args:
            ended: called once, with the value that the steps return or the error that ended them; not after
                `stop`.
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

    def start(self) -> None:
        """Takes the first steps, in this thread."""
        self._go_on()

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
        self._go_on()

    def _go_on(self) -> None:
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
            value, waits_for = None, None
            try:
                if error is not None:
                    raise error
                waits_for = self._steps.send(values)  # type: ignore[arg-type] # None begins it
                for task in waits_for:
                    self._begin(task)
            except StopIteration as end:
                value = end.value
            except BaseException as raised:
                error = raised
            with self._lock:
                if self._is_over:
                    return
                self._waits_for = waits_for
                self._is_over = waits_for is None
            if waits_for is None:
                self._scheduler.leave(self.interest)
                self._ended(value, error)
                return
