"""Jobs: tasks that depend on each other, and a run, whose three models are trained and then compared."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kd.analysis import evaluation
from kd.analysis.verdict import Comparison
from kd.base.unusable import Unusable
from kd.config import MODELS, STUDENTS, RunConfig, trains_teacher
from kd.engine import EngineLost, WorkerLost
from kd.networks.architectures import student_architecture
from kd.pictures.data_sets import data_set
from kd.runs.scheduler import AHEAD, PERSON, Interest, Scheduler, Task
from kd.runs.state import RunState, RunView
from kd.runs.tasks import Teacher, Timings, model_task, software, teachers_of
from kd.store.database import is_full
from kd.store.store import Store
from kd.text.endings import Ending
from kd.training.messages import Teaching, averaged

log = logging.getLogger("kd")

Steps = Generator[Sequence[Task], list[Any], None]
"""Yields the tasks that it waits for, and gets their values in the same order."""

Begin = Callable[[Task], Task]
"""Puts a task on the list before anything waits for it."""


class Job:
    """Carries out steps; a task's end leads to the next, in the thread that stored it. Thread-safe."""

    def __init__(
        self,
        scheduler: Scheduler,
        name: str,
        steps: Callable[[Begin], Steps],
        ended: Callable[[Ending | None], None],
        hear: Callable[[dict], None] = lambda event: None,
        people: frozenset[str] = frozenset(),
    ):
        """name: for the log. ended: called once, with why the steps failed or with None; not after `stop`."""
        self.interest = Interest(hear, self._task_ended, people)
        self._scheduler, self._name, self._ended = scheduler, name, ended
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
                was_stopped = self._is_over
                is_over = was_stopped or waits_for is None
                self._waits_for, self._is_over = waits_for, is_over
            if is_over:
                self._scheduler.leave(self.interest)  # also what was begun after `stop` had left all
                if not was_stopped:
                    self._ended(None if error is None else ending_of(error, self._name))
                return


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
    """A run that is computed: its state, its claim in the store, and who wants it. Thread-safe."""

    def __init__(
        self,
        config: RunConfig,
        store: Store,
        scheduler: Scheduler,
        timings: Timings,
        seconds: Seconds,
        ended: Callable[[Training, Ending | None], None],
        is_followed: bool,
    ):
        self.config, self.state, self.is_followed = config, RunState(config), is_followed
        self.wishes: dict[str, Wish] = {}
        self.claim, self.is_stopping = 0.0, False
        self._store, self._timings, self._seconds = store, timings, seconds
        self._cached: set[str] = set()
        self._scheduler, self._lock = scheduler, threading.Lock()
        self._keeps_events = self._has_begun = False
        self.job = Job(
            scheduler, f"run {config.run_id}", self._steps, lambda ending: ended(self, ending), self._hear
        )

    @property
    def is_asked_for(self) -> bool:
        """Returns whether a person or a study wants it."""
        return any(wish.urgency < AHEAD for wish in self.wishes.values())

    @property
    def is_a_persons(self) -> bool:
        """Returns whether a person wants it."""
        return any(wish.urgency == PERSON for wish in self.wishes.values())

    def wishes_changed(self) -> None:
        """Tells the scheduler who wants it now, and with what urgency."""
        with self._lock:
            wishes = dict(self.wishes)
            wanting = {who: wish for who, wish in wishes.items() if not wish.is_paused}
            urgency = min((wish.urgency for wish in wanting.values()), default=AHEAD)
            self._keeps_events = self._keeps_events or urgency == PERSON
            self._scheduler.change(self.job.interest, frozenset(wanting or wishes), urgency, not wanting)

    def view(self) -> RunView:
        """Returns the run as it is now, with its place in the queue."""
        queue = self._scheduler.place(self.job.interest)
        view = replace(self.state.view(), people=frozenset(self.wishes))
        if not view.active:
            return view
        if queue is not None:
            phase = "paused" if self._has_begun else "queued"
            return replace(view, status="queued", phase=phase, queue_place=queue[0], queue_wait=queue[1])
        return replace(view, status="running", phase="starting") if view.status == "queued" else view

    def _steps(self, begin: Begin) -> Steps:
        """Computes the models of a run, side by side where one does not need the other, and compares them."""
        config, state, wait_for = self.config, self.state, []
        for name in MODELS:
            self._know(name)
        has_to_train_teacher = trains_teacher(config) and "teacher" not in self._cached
        if has_to_train_teacher:
            state.expect_teacher()
            teacher_task = begin(self._task("teacher"))
        if "scratch" not in self._cached:
            wait_for.append(begin(self._task("scratch")))
        if has_to_train_teacher:
            waits = self._scheduler.waits_for_worker(teacher_task.key)
            state.enter("awaiting teacher" if waits else "teacher")
            yield [teacher_task]
        teachers = teachers_of(config, self._store)
        teacher = teachers[0]
        state.know("teacher", teacher.record["history"], teacher.record["test_accuracy"])
        if not self._know("distilled"):
            teaching = None
            if config.learns_from_teacher:
                teaching = yield from teaching_of(teachers, lambda: state.enter("soft targets"))
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
        """Takes over a model if it is stored; returns whether it is."""
        if name == "teacher" and not trains_teacher(self.config):
            return True
        record = self._store.models.record(self.config.model_ids[name])
        if record is not None:
            self._cached.add(name)
            self.state.know(name, record["history"], record["test_accuracy"])
        return record is not None

    def _task(self, name: str, teaching: Teaching | None = None) -> Task:
        seconds = self._seconds(self.config, name)
        return model_task(self.config, name, self._store, teaching, self.is_followed, seconds)

    def _record(self, teacher: Teacher, milliseconds: dict[str, float]) -> dict[str, Any]:
        """Compares the three models; returns what the store keeps of the run."""
        config, models = self.config, self._store.models
        stored = {name: models.record(config.model_ids[name]) for name in STUDENTS}
        logits: dict[str, Any] = {name: models.logits(each) for name, each in config.model_ids.items()}
        if None in stored.values() or any(each is None for each in logits.values()):
            raise Unusable("A model of run {run} was removed: train it again.", run=config.run_id)
        records: dict[str, Any] = {"teacher": teacher.record, **stored}
        labels, kept = data_set(config.data).y_test, ("test_accuracy", "parameters", "seconds", "bytes")
        result: dict[str, Any] = {"run": config.run_id, "config": config.to_dict()}
        for name, record in records.items():
            result[name] = {field: record[field] for field in kept} | {
                "cached": name in self._cached or (name == "teacher" and not trains_teacher(config)),
                "milliseconds": milliseconds["teacher" if name == "teacher" else "student"],
                "right_in_blocks": evaluation.right_in_blocks(labels, logits[name]),
            }
        result["teacher"]["precision"] = teacher.record.get("precision", "float32")
        for name in STUDENTS:
            looks = [event["val_accuracy"] is not None for event in records[name]["history"]]
            result[name] |= {
                "evaluation_seconds": records[name]["evaluation_seconds"],
                "looks": sum(looks),
                "agreement": evaluation.agreement(logits["teacher"], logits[name]),
            }
        alpha = config.alpha if config.has_equal_students else None
        compared = evaluation.compare(labels, logits["distilled"], logits["scratch"], alpha)
        return {
            "config": config.to_dict(),
            "created": self.state.view().created,
            "models": config.model_ids,
            "result": {**result, "comparison": Comparison(compared)},
            "software": software(),
        }

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


def teaching_of(
    teachers: list[Teacher], will_compute: Callable[[], None] = lambda: None
) -> Generator[list[Task], list[Any], Teaching]:
    """Computes what the distilled student learns from its teacher, or from two; steps of a job."""
    known = [teacher.teaching() for teacher in teachers]
    tasks = [teacher.task() for teacher, found in zip(teachers, known, strict=True) if found is None]
    answers: Iterator[Teaching] = iter(())
    if tasks:
        will_compute()
        answers = iter((yield tasks))
    return averaged([next(answers) if found is None else found for found in known])


def ending_of(error: BaseException, what: str) -> Ending:
    """Returns why something failed, for people; logs what was not to be expected."""
    if isinstance(error, (EngineLost, WorkerLost, ValueError)):
        return Ending.of(error)
    if isinstance(error, OSError):
        if is_full(error):
            return Ending("disk full")
        return Ending("not saved", {"reason": str(error.strerror or error)})
    log.error("%s failed", what, exc_info=error)
    return Ending("unexpected", {"error": f"{type(error).__name__}: {error}"})
