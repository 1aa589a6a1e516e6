"""A run at one moment, alone or in a table; and what the events of a run in progress add up to."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kd.analysis.verdict import verdict
from kd.config import FIELDS, RunConfig
from kd.runs.estimates import TYPICAL
from kd.store.rows import Figures
from kd.terminal.progress import Moment
from kd.text import endings
from kd.text.endings import Ending
from kd.text.words import MODELS, STUDENTS

if TYPE_CHECKING:
    import pandas as pd

_LEAST_PROGRESS_FOR_ESTIMATE = 0.02


class _Later:
    """A field of a view that may be a function, which is called whenever the field is read."""

    def __init__(self, default: Any):
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = f"_{name}"

    def __get__(self, view: Any, owner: type) -> Any:
        if view is None:
            return self._default
        value = view.__dict__[self._place]
        return value() if callable(value) else value

    def __set__(self, view: Any, value: Any) -> None:
        view.__dict__[self._place] = value


_HISTORY: Any = _Later(list)
_RESULT: Any = _Later(None)


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
        """Returns everything that is known of it, as a copy that is ready for JSON.

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


def moment(view: RunView) -> Moment:
    """Returns what a progress bar shows of a run."""
    learning = {"teacher": ("teacher",), "students": STUDENTS}.get(view.phase, ())
    last = {event["model"]: event for event in view.history if event["model"] in learning}
    if not last or len(last) < len(learning):
        doing = endings.phase(view.phase)
    else:  # one of the two students may have been trained before
        event = min(last.values(), key=lambda event: event["epoch"])
        doing = endings.epoch_of(view.phase, event["epoch"], event["epochs"])
    return Moment(doing, view.progress, view.seconds_left)


class RunState:
    """Collects a run's events from any thread; `view` gives an immutable snapshot."""

    def __init__(self, config: RunConfig):
        self.config, self.run_id = config, config.run_id
        self._lock = threading.Lock()
        self._view = RunView(config.run_id, config, "queued", "queued", created=time.time())
        self._history: dict[str, list[dict]] = {name: [] for name in MODELS}
        self._fractions = dict.fromkeys(MODELS, 0.0)
        self._weights = {"distilled": 1.0, "scratch": 1.0}
        self._clock: tuple[float, float] | None = None

    @property
    def active(self) -> bool:
        """Returns whether the run is waiting or in progress."""
        return self._view.active

    @property
    def phase(self) -> str:
        """Returns what the run is doing."""
        return self._view.phase

    def enter(self, phase: str, status: str = "running", **end: Any) -> None:
        """Moves to a phase, or to an end, which nothing follows. end: its result, or its ending."""
        with self._lock:
            if self._view.active:
                self._change(phase=phase, status=status, **end)

    def expect_teacher(self) -> None:
        """Counts a teacher, which is trained first, towards the progress."""
        work = TYPICAL.estimate(self.config, with_teacher=True)
        with self._lock:
            self._weights["teacher"] = 2 * work.teacher / work.students  # the students train side by side

    def know(self, model: str, history: list[dict], test_accuracy: float) -> None:
        """Takes over the history and accuracy of a model that is already trained."""
        with self._lock:
            self._history[model][:] = history
            self._fractions[model] = 1.0
            self._change(**{"teacher_accuracy": test_accuracy} if model == "teacher" else {})

    def hear(self, event: dict[str, Any]) -> None:
        """Adds an event of the training."""
        model, history = event["model"], self._history[event["model"]]
        with self._lock:
            accuracy = self._view.teacher_accuracy
            if event["event"] == "begin":
                history[:] = event.get("history", [])
            elif event["event"] == "epoch":
                history.append(event)
                if model == "teacher" and event["val_accuracy"] is not None:
                    accuracy = event["val_accuracy"]
            done = history[-1]["epoch"] / history[-1]["epochs"] if history else 0.0
            self._fractions[model] = event.get("fraction", done)
            if self._clock is None:
                self._clock = time.monotonic(), self._progress()
            self._change(teacher_accuracy=accuracy)

    def view(self) -> RunView:
        """Returns the run as it is now."""
        with self._lock:
            is_finished = self._view.status == "finished"
            return replace(
                self._view,
                history=[event for name in MODELS for event in self._history[name]],
                progress=1.0 if is_finished else self._progress(),
                seconds_left=self._seconds_left(),
            )

    def _change(self, **changes: Any) -> None:
        self._view = replace(self._view, version=self._view.version + 1, **changes)

    def _progress(self) -> float:
        total = sum(self._weights.values())
        return sum(self._fractions[name] * weight for name, weight in self._weights.items()) / total

    def _seconds_left(self) -> float | None:
        if self._clock is None or self._view.status != "running":
            return None
        since, at_first = self._clock
        gained = self._progress() - at_first
        if gained < _LEAST_PROGRESS_FOR_ESTIMATE:
            return None
        return (time.monotonic() - since) / gained * (1 - self._progress())


_OF_A_RUN = ("status", "created", "shipped", "whose", "name", "tags", "note")
_OF_A_MODEL = ("parameters", "bytes", "seconds", "milliseconds")
_OF_THE_COMPARISON = {
    **{name: name for name in ("difference", "low", "high", "p_value", "verdict")},
    "only_distilled": "only_distilled_right",
    "only_scratch": "only_scratch_right",
}


def runs_frame(views: Iterable[RunView]) -> pd.DataFrame:
    """Returns one row for each run, in this order, with the columns of `kd.lab.runs.Runs.to_frame`."""
    import pandas as pd

    frame = pd.DataFrame([_row(view) for view in views], columns=_COLUMNS)
    return frame.assign(created=pd.to_datetime(frame["created"].astype(float), unit="s", utc=True))


def _row(view: RunView) -> dict[str, Any]:
    run = {"run": view.run_id, **{name: getattr(view, name) for name in _OF_A_RUN}}
    return {**run, **view.config.to_dict(), **_results(view.result or {})}


def _results(result: dict[str, Any]) -> dict[str, Any]:
    models = {name: result.get(name, {}) for name in MODELS}
    comparison = dict(result.get("comparison", {}))
    return {
        **{f"{name}_accuracy": models[name].get("test_accuracy") for name in MODELS},
        **{f"{name}_agreement": models[name].get("agreement") for name in STUDENTS},
        **{f"{name}_{part}": models[name].get(part) for part in _OF_A_MODEL for name in MODELS},
        **{column: comparison.get(part) for column, part in _OF_THE_COMPARISON.items()},
    }


_COLUMNS = ["run", *_OF_A_RUN, *FIELDS, *_results({})]
