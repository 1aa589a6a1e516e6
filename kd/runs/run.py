"""One run on its way: three models, side by side where they can be, and a comparison."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kd.base.unusable import Unusable
from kd.config import STUDENTS, RunConfig, has_fresh_teacher
from kd.networks.architectures import student_architecture
from kd.runs.job import Begin, Job, Steps
from kd.runs.result import run_record
from kd.runs.scheduler import AHEAD, PERSON, Scheduler, Task
from kd.runs.state import RunState, RunView
from kd.runs.tasks import Teacher, Timings, model_task, teachers_of
from kd.store.store import Store
from kd.text.endings import Ending
from kd.text.translation import _
from kd.training.messages import Teaching, averaged

log = logging.getLogger("kd")

Seconds = Callable[[RunConfig, str], float | None]
"""About how many seconds one of a run's models takes; None if unknown."""

Ended = Callable[[Ending | None], None]
"""Called with the reason why there is no result, or None where there is one."""


@dataclass
class Wish:
    """One person's, or one study's, interest in a run. ended: called when the run ends while it is wanted."""

    urgency: int
    is_paused: bool = False
    ended: Ended = lambda ending: None


class Training:
    """A run on its way. `state` shows its progress; `wishes` says who wants it. Thread-safe.

    claim: what the store gave it when this process took it. is_followed: whether it looks at its students
    while they learn.
    """

    def __init__(
        self,
        config: RunConfig,
        store: Store,
        scheduler: Scheduler,
        timings: Timings,
        seconds: Seconds,
        ended: Callable[[Training, BaseException | None], None],
        is_followed: bool,
    ):
        self.config, self.state, self.is_followed = config, RunState(config), is_followed
        self.wishes: dict[str, Wish] = {}
        self.claim, self.is_stopping = 0.0, False
        self._store, self._timings, self._seconds = store, timings, seconds
        self._cached: set[str] = set()
        self._scheduler, self._lock = scheduler, threading.Lock()
        self._keeps_events = self._has_begun = False
        self.job = Job(scheduler, self._steps, lambda _value, error: ended(self, error), self._hear)

    @property
    def is_asked_for(self) -> bool:
        """Whether anybody has asked for it."""
        return any(wish.urgency < AHEAD for wish in self.wishes.values())

    def wishes_changed(self) -> None:
        """Tell the scheduler who wants it now, and how urgently."""
        with self._lock:
            wishes = dict(self.wishes)
            wanting = {who: wish for who, wish in wishes.items() if not wish.is_paused}
            urgency = min((wish.urgency for wish in wanting.values()), default=AHEAD)
            self._keeps_events = self._keeps_events or urgency == PERSON
            self._scheduler.change(self.job.interest, frozenset(wanting or wishes), urgency, not wanting)

    def view(self) -> RunView:
        """The run as it is now, with its place in the queue."""
        queue = self._scheduler.place(self.job.interest)
        view = replace(self.state.view(), people=frozenset(self.wishes))
        if not view.active:
            return view
        if queue is not None:
            phase = "paused" if self._has_begun else "queued"
            return replace(view, status="queued", phase=phase, queue_place=queue[0], queue_wait=queue[1])
        return replace(view, status="running", phase="starting") if view.status == "queued" else view

    def _steps(self, begin: Begin) -> Steps:
        """Everything a run takes, side by side where one model does not need the other."""
        config, state, wait_for = self.config, self.state, []
        for name in ("teacher", *STUDENTS):
            self._know(name)
        if has_fresh_teacher(config) and "teacher" not in self._cached:
            state.expect_teacher()
            teacher_task = begin(self._task("teacher"))
        if "scratch" not in self._cached:
            wait_for.append(begin(self._task("scratch")))
        if has_fresh_teacher(config) and "teacher" not in self._cached:
            state.enter(
                "awaiting teacher" if self._scheduler.waits_for_worker(teacher_task.key) else "teacher"
            )
            yield [teacher_task]
        teachers = teachers_of(config, self._store)
        teacher = teachers[0]
        state.know("teacher", teacher.record["history"], teacher.record["test_accuracy"])
        if not self._know("distilled"):
            teaching = None
            if config.learns_from_teacher:
                teaching = yield from self._teaching(teachers)
            wait_for.append(begin(self._task("distilled", teaching)))
        state.enter("students")
        if wait_for:
            yield wait_for
        pair = {"teacher": teacher.architecture, "student": student_architecture(config)}
        (milliseconds,) = yield [self._timings.task(pair)]
        state.enter("evaluating")
        record = self._record(teacher, milliseconds)
        with self._store.waiting():
            self._store.runs.finish(config.run_id, self.claim, record, asked=self.is_asked_for)
        state.enter("done", "finished", result=record["result"])

    def _know(self, name: str) -> bool:
        """Take over a model if it is stored."""
        if name == "teacher" and not has_fresh_teacher(self.config):
            return True
        record = self._store.models.record(self.config.model_ids[name])
        if record is not None:
            self._cached.add(name)
            self.state.know(name, record["history"], record["test_accuracy"])
        return record is not None

    def _task(self, name: str, teaching: Teaching | None = None) -> Task:
        seconds = self._seconds(self.config, name)
        return model_task(self.config, name, self._store, teaching, self.is_followed, seconds)

    def _teaching(self, teachers: list[Teacher]) -> Any:
        """What the distilled student learns from its teacher, or from two."""
        found = [teacher.teaching() for teacher in teachers]
        tasks = [teacher.task() for teacher, known in zip(teachers, found, strict=True) if known is None]
        if tasks:
            self.state.enter("soft targets")
            answers = iter((yield tasks))
            found = [next(answers) if known is None else known for known in found]
        return averaged([each for each in found if each is not None])

    def _record(self, teacher: Teacher, milliseconds: dict[str, float]) -> dict[str, Any]:
        ids, models = self.config.model_ids, self._store.models
        trained = {name: found for name in STUDENTS if (found := models.record(ids[name])) is not None}
        logits = {name: rows for name in ids if (rows := models.logits(ids[name])) is not None}
        if len(trained) < len(STUDENTS) or len(logits) < len(ids):
            raise Unusable(_("A model of run {run} was removed: train it again.", run=self.config.run_id))
        records = {"teacher": teacher.record, **trained}
        cached = self._cached if has_fresh_teacher(self.config) else {*self._cached, "teacher"}
        return run_record(self.state.view(), records, logits, milliseconds, cached)

    def _hear(self, event: dict[str, Any]) -> None:
        if event["event"] == "lost":
            self.state.enter("reconnecting")
            return
        if event["model"] == "teacher" or self.state.phase in ("queued", "awaiting teacher", "reconnecting"):
            self.state.enter("teacher" if event["model"] == "teacher" else "students")
        self.state.hear(event)
        is_first, self._has_begun = not self._has_begun, True
        try:
            if is_first:
                self._store.runs.set_running(self.config.run_id)
            if event["event"] != "progress" and self._keeps_events:
                self._store.runs.add_event(self.config.run_id, event)
        except OSError as error:  # those who watch in this process still see it
            log.warning("run %s: an epoch could not be recorded (%s)", self.config.run_id, error)
