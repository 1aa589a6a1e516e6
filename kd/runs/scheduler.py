"""Scheduler: one list of all that the engine is to compute, for whom, and in which order.

A task is one thing that the engine computes, named by its content, and computed once however many want it. An
interest says who wants some tasks, and how urgently. One rule orders the list: urgency, then whoever has had
the workers for the shortest time, then what came first. A running task gives way at the end of an epoch, with
a checkpoint, to one that is far enough ahead by this rule: one that is more urgent, or whose people have had
the workers SECONDS_A_TURN less.
"""

import heapq
import itertools
import logging
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kd.engine import Abandoned, Attempt, Engine, EngineLost
from kd.text.endings import Ending
from kd.training.messages import Checkpoint

log = logging.getLogger("kd")

# How urgent work is: a person is waiting, a study goes on, something may be wanted soon.
PERSON, STUDY, AHEAD = 0, 1, 2
_RESTS = 3

# A worker's seconds by which those who run may be ahead of those who wait before they give way.
SECONDS_A_TURN = 10.0
_UNKNOWN = float("inf")
# Estimated waits just count down for this long; then they are made again.
SECONDS_A_PLAN_HOLDS = 2.0


@dataclass(frozen=True, eq=False)
class Task:
    """One thing that the engine computes, named by its key.

    resource: of the worker it needs, 'student' or 'teacher'. submit: submits it and returns its future. keep:
    stores the value and returns what interests get. find: returns what is stored of it meanwhile, or None.
    seconds: about how long it takes.
    """

    key: str
    resource: str
    submit: Callable[[Attempt, Checkpoint | None], Any]
    keep: Callable[[Any], Any] = lambda value: value
    find: Callable[[], Any] = lambda: None
    seconds: float | None = None


@dataclass(eq=False)
class Interest:
    """Who wants some tasks, and how urgently; `Scheduler.change` changes it.

    hear: called with each event of the tasks. ended: called with a task's key, value and error.
    """

    hear: Callable[[dict], None]
    ended: Callable[[str, Any, BaseException | None], None]
    people: frozenset[str] = frozenset()
    urgency: int = PERSON
    is_paused: bool = False


@dataclass(eq=False)
class _Entry:
    """A task in the list."""

    task: Task
    number: int
    interests: list[Interest] = field(default_factory=list)
    running_since: float | None = None
    attempt: Attempt | None = None
    checkpoint: Callable[[], Checkpoint | None] = lambda: None
    is_yielding: bool = False
    is_computed: bool = False  # and being stored
    has_begun: bool = False  # its worker has said so
    model: str | None = None
    history: list[dict] = field(default_factory=list)
    progress: float = 0.0

    @property
    def is_running(self) -> bool:
        return self.running_since is not None

    @property
    def urgency(self) -> int:
        wanting = (interest.urgency for interest in self.interests if not interest.is_paused)
        return min(wanting, default=_RESTS)

    @property
    def waits(self) -> bool:
        return self.urgency < _RESTS and not self.is_running and not self.is_computed

    @property
    def seconds_left(self) -> float:
        return _UNKNOWN if self.task.seconds is None else self.task.seconds * (1 - self.progress)

    @property
    def people(self) -> set[str]:
        return {person for interest in self.interests for person in interest.people}


def set_aside(checkpoint: Checkpoint, folder: Path | None) -> Callable[[], Checkpoint]:
    """Writes a checkpoint to disk, where it takes no memory however many wait; returns what reads it.

    On a full disk, it stays in memory.
    """
    from distributed.protocol import deserialize_bytes, serialize_bytes

    try:
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 # it goes with what reads it
        file.write(serialize_bytes(checkpoint))
        file.flush()
    except OSError:
        return lambda: checkpoint

    def read() -> Checkpoint:
        file.seek(0)
        return deserialize_bytes(file.read())

    return read


class Scheduler:
    """The list of a process. Thread-safe."""

    def __init__(
        self, engine: Engine, clock: Callable[[], float] = time.monotonic, folder: Path | None = None
    ):
        """folder: where checkpoints wait for their turn; by default, the system's for temporary files."""
        self._engine, self._clock, self._folder = engine, clock, folder
        self._changed = threading.Condition()
        self._entries: dict[str, _Entry] = {}
        self._used: dict[str, float] = {}  # person → seconds of workers, without what runs now
        self._numbers = itertools.count()
        self._timer: threading.Timer | None = None
        self._plan: tuple[float, dict[Interest, tuple[int, float]]] | None = None
        self._closed = False
        self._telling = 0  # threads in which interests store what follows from a value

    def want(self, task: Task, interest: Interest) -> None:
        """Puts a task on the list, or joins it; a late interest first hears a "begin" with the history."""
        with self._changed:
            entry = self._entries.get(task.key)
            if entry is None:
                entry = self._entries[task.key] = _Entry(task, next(self._numbers))
            self._take_part(interest.people)
            entry.interests.append(interest)
            late = {"event": "begin", "model": entry.model, "history": [*entry.history]}
            is_late = entry.has_begun and entry.model is not None
            self._pump()
        if is_late:
            interest.hear(late)

    def change(self, interest: Interest, people: frozenset[str], urgency: int, is_paused: bool) -> None:
        """Changes who wants some tasks, how urgently, and whether they rest."""
        with self._changed:
            self._take_part(people)
            interest.people, interest.urgency, interest.is_paused = people, urgency, is_paused
            self._pump()

    def leave(self, interest: Interest) -> None:
        """Gives up an interest; its tasks end unless others want them."""
        with self._changed:
            for entry in list(self._entries.values()):
                if interest in entry.interests:
                    entry.interests.remove(interest)
                    self._forget_unwanted(entry)
            self._pump()

    def waits_for_worker(self, key: str) -> bool:
        """Returns whether a task has not begun, because others have the workers."""
        with self._changed:
            entry = self._entries.get(key)
            return entry is not None and not entry.is_computed and not entry.has_begun

    def place(self, interest: Interest) -> tuple[int, float | None] | None:
        """Returns its place in the queue, from 1, and its wait in seconds, if known; None if it has begun."""
        with self._changed:
            now = self._clock()
            if self._plan is None or now - self._plan[0] > SECONDS_A_PLAN_HOLDS:
                self._plan = now, self._planned()
            if interest not in self._plan[1]:
                return None
            place, wait = self._plan[1][interest]
            return place, None if wait == _UNKNOWN else max(0.0, wait - (now - self._plan[0]))

    def anybody_else_waits(self, person: str) -> bool:
        """Returns whether a person other than this one waits for something to begin."""
        with self._changed:
            waiting = (entry for entry in self._entries.values() if entry.waits)
            return any(entry.urgency == PERSON and entry.people - {person} for entry in waiting)

    def is_idle(self) -> bool:
        """Returns whether there is nothing to do but what is computed ahead."""
        with self._changed:
            return all(entry.urgency >= AHEAD for entry in self._entries.values())

    def close(self) -> None:
        """Begins nothing any more, and ends what runs."""
        with self._changed:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
            self._changed.notify_all()

    def wait_closed(self, timeout: float) -> bool:
        """Waits after `close` until nothing is computed or stored any more; returns whether that is so."""
        with self._changed:
            return self._changed.wait_for(
                lambda: (
                    not self._telling
                    and not any(entry.is_running or entry.is_computed for entry in self._entries.values())
                ),
                timeout,
            )

    # The rest down to `_compute` is called with the lock held.

    def _take_part(self, people: Iterable[str]) -> None:
        """Lets new people begin level with who has had the least; forgets people without a task."""
        present = {person for entry in self._entries.values() for person in entry.people}
        self._used = {person: used for person, used in self._used.items() if person in present}
        had = self._seconds_had()
        least = min((had[person] for person in self._used), default=0.0)
        self._used = {**dict.fromkeys(people, least), **self._used}

    def _seconds_had(self) -> dict[str, float]:
        """Returns how many seconds of workers each person has had."""
        now, had = self._clock(), dict(self._used)
        for entry in self._entries.values():
            if entry.running_since is not None:
                for person in entry.people:
                    had[person] = had.get(person, 0.0) + now - entry.running_since
        return had

    def _in_order(self) -> tuple[list[_Entry], dict[_Entry, float]]:
        """Returns all tasks in order, and the seconds of workers that each has had, by who had the least."""
        persons = self._seconds_had()
        had = {
            entry: min((persons.get(person, 0.0) for person in entry.people), default=0.0)
            for entry in self._entries.values()
        }
        return sorted(had, key=lambda entry: (entry.urgency, had[entry], entry.number)), had

    def _forget_unwanted(self, entry: _Entry) -> None:
        is_known = self._entries.get(entry.task.key) is entry
        if is_known and not (entry.interests or entry.is_running or entry.is_computed):
            del self._entries[entry.task.key]

    def _pump(self) -> None:
        """Begins tasks, and asks running ones to give way to those that are far enough ahead."""
        self._plan = None
        if self._closed:
            return
        due = []
        entries, had = self._in_order()
        for resources, most in self._engine.workers().items():
            mine = [entry for entry in entries if entry.task.resource in resources]
            running = [entry for entry in mine if entry.is_running]
            waiting = [entry for entry in mine if entry.waits]
            free = max(0, most - len(running))
            for entry in waiting[:free]:
                self._begin(entry)
            for entry in running:
                if entry.urgency == _RESTS:
                    self._ask_to_yield(entry)
            leaving = sum(entry.is_yielding for entry in running)
            staying = [entry for entry in running if not entry.is_yielding]
            # the last by the rule gives way first
            for first, entry in zip(waiting[free + leaving :], reversed(staying), strict=False):
                left = self._turn_left(entry, first, had)
                if left <= 0:
                    self._ask_to_yield(entry)
                else:
                    due.append(left / len(running))
        self._look_again_in(min(due, default=None))

    @staticmethod
    def _turn_left(running: _Entry, waiting: _Entry, had: dict[_Entry, float]) -> float:
        """Returns a worker's seconds until a running task gives way to a waiting one."""
        if waiting.urgency != running.urgency:
            return 0.0 if waiting.urgency < running.urgency else _UNKNOWN
        if not waiting.people - running.people:
            return _UNKNOWN
        return SECONDS_A_TURN - (had[running] - had[waiting])

    def _look_again_in(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None and seconds < _UNKNOWN:
            self._timer = threading.Timer(max(0.05, seconds), self._turn_is_over)
            self._timer.daemon = True
            self._timer.start()

    def _turn_is_over(self) -> None:
        with self._changed:
            self._pump()

    def _begin(self, entry: _Entry) -> None:
        entry.running_since = self._clock()
        name = f"kd-task-{entry.task.key}"
        threading.Thread(target=self._compute, args=(entry,), name=name, daemon=True).start()

    def _ask_to_yield(self, entry: _Entry) -> None:
        if entry.attempt is not None and not entry.is_yielding:
            entry.is_yielding = True
            entry.attempt.request_yield()

    def _leave_worker(self, entry: _Entry) -> None:
        assert entry.running_since is not None
        had = self._clock() - entry.running_since
        for person in entry.people & self._used.keys():
            self._used[person] += had
        entry.running_since = entry.attempt = None
        entry.is_yielding = entry.has_begun = False

    def _planned(self) -> dict[Interest, tuple[int, float]]:
        """Returns place and wait of every interest none of whose tasks has a worker."""
        entries, had = self._in_order()
        wait: dict[Interest, float] = {}
        begun = [entry for entry in entries if entry.is_running or entry.is_computed]
        waiting = [entry for entry in entries if entry.waits]
        for resources, most in self._engine.workers().items():
            mine = [entry for entry in waiting if entry.task.resource in resources]
            running = [entry for entry in begun if entry.is_running and entry.task.resource in resources]
            free = [
                min(entry.seconds_left, max(0.0, self._turn_left(entry, first, had)))
                for first in mine[:1]
                for entry in running
            ]
            lengths = [entry.seconds_left for entry in mine]
            for entry, begin in zip(mine, waits(free, lengths, most), strict=True):
                for interest in entry.interests:
                    wait[interest] = min(begin, wait.get(interest, _UNKNOWN))
        has_begun = {interest for entry in begun for interest in entry.interests}
        order = dict.fromkeys(interest for entry in waiting for interest in entry.interests)
        queue = [interest for interest in order if interest not in has_begun]
        return {interest: (number, wait[interest]) for number, interest in enumerate(queue, 1)}

    def _compute(self, entry: _Entry) -> None:
        """Gives a task a turn in a worker, in a thread, and stores its value or its checkpoint."""
        value, error, is_new = None, None, False
        try:
            value = entry.task.find()
            is_new = value is None
            if is_new:
                value = self._attempt(entry)
            if isinstance(value, Checkpoint):
                entry.checkpoint = set_aside(value, self._folder)
        except BaseException as raised:
            error = raised
        with self._changed:
            self._leave_worker(entry)
            # or else it goes on later, perhaps for somebody who came while it was given up
            given_up = isinstance(value, Checkpoint) or isinstance(error, Abandoned) or not entry.interests
            entry.is_computed = not given_up
            self._forget_unwanted(entry)
            self._pump()  # its worker is free before its value is stored
            self._changed.notify_all()
            if given_up:
                return
        if error is None and is_new:
            try:
                value = entry.task.keep(value)
            except BaseException as raised:
                error = raised
        with self._changed:
            del self._entries[entry.task.key]
            interests = list(entry.interests)
            self._telling += 1
        try:
            for interest in interests:
                interest.ended(entry.task.key, value, error)
        finally:
            with self._changed:
                self._telling -= 1
                self._changed.notify_all()

    def _attempt(self, entry: _Entry, is_last: bool = False) -> Any:
        """Has the engine compute a task, and once more if the engine is lost; returns value or Checkpoint."""
        try:
            return self._attempt_once(entry)
        except EngineLost as error:
            if self._closed or not entry.interests:
                raise Abandoned from None
            if is_last:
                raise
            log.warning("%s: %s Trying once more.", entry.task.key, Ending.of(error).english)
        self._tell(entry, {"event": "lost"})
        return self._attempt(entry, is_last=True)

    def _attempt_once(self, entry: _Entry) -> Any:
        token = f"{entry.task.key}-{uuid.uuid4().hex}"
        hear = partial(self._hear, entry)
        attempt = self._engine.attempt(token, hear, lambda: self._closed or not entry.interests)
        try:
            future = entry.task.submit(attempt, entry.checkpoint())
            with self._changed:
                entry.attempt, entry.is_yielding = attempt, False
                self._pump()  # it may have to give way already
            value = attempt.result(future)
            if value is None:  # it was stopped
                raise Abandoned
            return value
        finally:
            attempt.close()

    def _hear(self, entry: _Entry, event: dict) -> None:
        """Takes note of an event of a task, from its worker."""
        with self._changed:
            entry.model = event["model"]
            if event["event"] == "begin":
                entry.has_begun = True
                entry.history = list(event.get("history", []))
                if entry.is_yielding and entry.attempt is not None:
                    entry.attempt.request_yield()  # its worker may not have heard of it
            elif event["event"] == "epoch":
                entry.history.append(event)
                entry.progress = event["epoch"] / event["epochs"]
        self._tell(entry, event)

    def _tell(self, entry: _Entry, event: dict) -> None:
        with self._changed:
            interests = list(entry.interests)
        for interest in interests:
            interest.hear(event)


def waits(running: Sequence[float], lengths: Sequence[float], workers: int) -> list[float]:
    """Returns in how many seconds each waiting task will begin; infinity where that is unknown.

    running: the seconds until each running task leaves its worker. lengths: of the waiting tasks, in seconds.
    """
    free = [*running, *[0.0] * (workers - len(running))]
    heapq.heapify(free)
    begins = []
    for length in lengths:
        begins.append(heapq.heappop(free))
        heapq.heappush(free, begins[-1] + length)
    return begins
