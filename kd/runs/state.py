"""A run in progress: what its events add up to, the snapshot that others see, and its progress bar."""

from __future__ import annotations

import copy
import threading
import time
from dataclasses import dataclass
from typing import Any

from kd.analysis.verdict import verdict
from kd.config import RunConfig
from kd.runs.estimate import TYPICAL
from kd.store.rows import Figures
from kd.terminal.progress import Moment
from kd.text import endings
from kd.text.endings import Ending
from kd.text.words import MODELS, STUDENTS, quoted

_LEAST_PROGRESS_FOR_ESTIMATE = 0.02


class _Later:
    """A field of a view that may be given as a function: then this is called whenever somebody asks."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = f"_{name}"

    def __get__(self, view: Any, owner: type) -> Any:
        if view is None:
            return None  # the field's default
        value = view.__dict__[self._place]
        return value() if callable(value) else value

    def __set__(self, view: Any, value: Any) -> None:
        view.__dict__[self._place] = value


_HISTORY: Any = _Later()
_RESULT: Any = _Later()


@dataclass(frozen=True)
class RunView:
    """A run at one moment.

    status: queued, running, finished, stopped, failed or interrupted. history: the epoch events so far.
    progress: 0 to 1. version: changes with every event and every result; a key for caches. result: once
    finished; figures: what a list says of it. Of a stored run, history and result are read when asked for.
    queue_place and queue_wait (seconds, an estimate): while queued. people: who requested it and is waiting.
    elsewhere: another process is computing it. ending: why it has no result, once it has ended without one.
    name, tags, note: what people wrote about it (`Runs.annotate`). whose: the person who
    asked for it, empty for nobody in particular. pinned: whether it stays when room is needed.
    """

    run_id: str
    config: RunConfig
    status: str
    phase: str
    ending: Ending | None = None
    history: list[dict[str, Any]] = _HISTORY
    progress: float = 0.0
    seconds_left: float | None = None
    version: int = 0
    result: dict[str, Any] | None = _RESULT
    created: float = 0.0
    shipped: bool = False
    teacher_accuracy: float | None = None
    queue_place: int | None = None
    queue_wait: float | None = None
    people: frozenset[str] = frozenset()
    elsewhere: bool = False
    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    whose: str = ""
    pinned: bool = False
    figures: Figures | None = None

    def __post_init__(self) -> None:
        if self.__dict__["_history"] is None:
            self.__dict__["_history"] = []

    @property
    def verdict(self) -> str | None:
        """What its comparison shows, as a code of kd.analysis.verdict; None without one."""
        found = self.figures
        if found is None or found.low is None or found.high is None or found.p_value is None:
            return None
        alpha = self.config.alpha if self.config.has_equal_students else None
        return verdict(found.low, found.high, found.p_value, alpha)

    @property
    def active(self) -> bool:
        """Whether it is waiting or in progress."""
        return self.status in ("queued", "running")

    @property
    def message(self) -> str:
        """Why it has no result, in the reader's language; empty if there is nothing to say."""
        return "" if self.ending is None else str(self.ending)

    def to_dict(self) -> dict[str, Any]:
        """Everything that is known of it, ready for JSON and nobody else's to change.

        run (its id), config (every field by name), message, people (sorted), and the rest by their names
        here. The result has codes and numbers, and no sentences.
        """
        own = {name: getattr(self, name) for name in _AS_THEY_ARE}
        result = None if self.result is None else {**self.result}
        if result is not None and "comparison" in result:
            result["comparison"] = dict(result["comparison"])
        named = {"config": self.config.to_dict(), "people": sorted(self.people), "result": result}
        named["tags"] = list(self.tags)
        return copy.deepcopy({"run": self.run_id, **own, "message": self.message, **named})


_AS_THEY_ARE = (
    *("status", "phase", "progress", "seconds_left", "queue_place", "queue_wait"),
    *("created", "shipped", "elsewhere", "version", "teacher_accuracy", "history", "name", "note", "whose"),
)


def run_id_of(run: str | RunView) -> str:
    """The id of a run that is named by it, or by a view of it.

    Raises:
        ValueError: when it is neither.
    """
    if isinstance(run, RunView):
        return run.run_id
    if not isinstance(run, str):
        raise ValueError(f"A run is named by its id, got {quoted(run)}.")
    return run.encode(errors="backslashreplace").decode()  # no id has half a character


class RunState:
    """Collects a run's events from any thread; `view` gives an immutable snapshot."""

    def __init__(self, config: RunConfig):
        self.config = config
        self.run_id = config.run_id
        self.stop_requested = threading.Event()
        self.done = threading.Event()
        self._lock = threading.Lock()
        self._created = time.time()
        self._status, self._phase = "queued", "queued"
        self._ending: Ending | None = None
        self._history: dict[str, list[dict]] = {name: [] for name in MODELS}
        self._fractions = dict.fromkeys(MODELS, 0.0)
        self._weights = {"distilled": 1.0, "scratch": 1.0}
        self._clock: tuple[float, float] | None = None
        self._version = 0
        self._result: dict | None = None
        self._teacher_accuracy: float | None = None

    @property
    def active(self) -> bool:
        """Whether the run is waiting or in progress."""
        return not self.done.is_set()

    def enter(
        self,
        phase: str,
        status: str = "running",
        ending: Ending | None = None,
        result: dict | None = None,
    ) -> None:
        """Move to a phase, or to an end."""
        with self._lock:
            if self.done.is_set():
                return  # nothing follows an end
            self._phase, self._status, self._ending = phase, status, ending
            self._result = result or self._result
            self._version += 1
            if status != "running":
                self._clock = None  # the pace of one turn says nothing about the pause after it
        if status not in ("queued", "running"):
            self.done.set()

    def expect_teacher(self) -> None:
        """A teacher will be trained first, and counts towards the progress."""
        work = TYPICAL.estimate(self.config, with_teacher=True)
        with self._lock:
            self._weights["teacher"] = 2 * work.teacher / work.students  # the students train side by side

    def know(self, model: str, history: list[dict], test_accuracy: float) -> None:
        """Take over the history and accuracy of a model that is already trained."""
        with self._lock:
            self._history[model] = list(history)
            self._fractions[model] = 1.0
            if model == "teacher":
                self._teacher_accuracy = test_accuracy
            self._version += 1

    def hear(self, event: dict[str, Any]) -> None:
        """Add an event of the training."""
        model = event["model"]
        with self._lock:
            if event["event"] == "begin":
                done = event.get("history", [])
                self._history[model] = list(done)
                self._fractions[model] = done[-1]["epoch"] / done[-1]["epochs"] if done else 0.0
            elif event["event"] == "progress":
                self._fractions[model] = event["fraction"]
            elif event["event"] == "epoch":
                self._history[model].append(event)
                self._fractions[model] = event["epoch"] / event["epochs"]
                if model == "teacher" and event["val_accuracy"] is not None:
                    self._teacher_accuracy = event["val_accuracy"]
            if self._clock is None:
                self._clock = time.monotonic(), self._progress()
            self._version += 1

    @property
    def phase(self) -> str:
        """What the run is doing."""
        return self._phase

    def outlook(self) -> tuple[float, float | None]:
        """Progress from 0 to 1, and the seconds left, or None while its pace is unknown."""
        with self._lock:
            return self._progress(), self._seconds_left()

    def view(self) -> RunView:
        """The run as it is now."""
        with self._lock:
            return RunView(
                run_id=self.run_id,
                config=self.config,
                status=self._status,
                phase=self._phase,
                ending=self._ending,
                history=[event for name in MODELS for event in self._history[name]],
                progress=1.0 if self._status == "finished" else self._progress(),
                seconds_left=self._seconds_left(),
                version=self._version,
                result=self._result,
                created=self._created,
                teacher_accuracy=self._teacher_accuracy,
            )

    def _progress(self) -> float:
        total = sum(self._weights.values())
        return sum(self._fractions[name] * weight for name, weight in self._weights.items()) / total

    def _seconds_left(self) -> float | None:
        if self._clock is None or self._status != "running":
            return None
        since, at_first = self._clock
        gained = self._progress() - at_first
        if gained < _LEAST_PROGRESS_FOR_ESTIMATE:
            return None
        return (time.monotonic() - since) / gained * (1 - self._progress())


def moment(view: RunView) -> Moment:
    """What to show of a run."""
    return Moment(_doing(view), view.progress, view.seconds_left)


def _doing(view: RunView) -> str:
    learning = {"teacher": ("teacher",), "students": STUDENTS}.get(view.phase, ())
    last = {event["model"]: event for event in view.history if event["model"] in learning}
    if not last or len(last) < len(learning):
        return endings.phase(view.phase)
    # one of the two may have been trained before
    event = min(last.values(), key=lambda event: event["epoch"])
    return endings.epoch_of(view.phase, event["epoch"], event["epochs"])
