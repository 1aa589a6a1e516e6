"""StudyView: a study at one moment, and what its progress bar says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from kd.studies.study import Study
from kd.terminal.progress import Moment
from kd.text.endings import Ending
from kd.text.translation import _, ngettext


@dataclass(frozen=True)
class StudyView:
    """A study at one moment.

    status: running, waiting for room (on a full disk), paused, finished, stopped, interrupted (its process
    ended before it did), or unfinished: some runs failed. done: how many of the runs are stored; reused: how
    many of these were stored before. failed: run id → why. seconds_left: an estimate, None while nothing is
    known. person: who asked for it first; people: everybody who has asked for it; wanting: who wants it now.
    created: when, in seconds since 1970. elsewhere: another process carries it out. experiment: of which it
    is a part; "" for one that somebody composed.
    """

    study_id: str
    study: Study
    status: str
    runs: int
    done: int
    reused: int
    failed: dict[str, Ending] = field(default_factory=dict)
    seconds_left: float | None = None
    person: str = ""
    people: frozenset[str] = frozenset()
    wanting: frozenset[str] = frozenset()
    created: float = 0.0
    elsewhere: bool = False
    experiment: str = ""

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ("running", "waiting for room", "paused")


def study_id_of(study: str | StudyView) -> str:
    """The id of a study that is named by it, or by a view of it."""
    return study.study_id if isinstance(study, StudyView) else study


class Going(Protocol):
    """A StudyView, or an ExperimentView."""

    @property
    def status(self) -> str: ...

    @property
    def done(self) -> int: ...

    @property
    def runs(self) -> int: ...

    @property
    def seconds_left(self) -> float | None: ...


def moment(view: Going) -> Moment:
    """What to show of a study or an experiment."""
    return Moment(_doing(view), view.done / view.runs, view.seconds_left)


def _doing(view: Going) -> str:
    if view.status == "waiting for room":
        return _("The disk is full: waiting for room")
    return ngettext(
        "{done} of {count} run", "{done} of {count} runs", view.runs, done=view.done, count=view.runs
    )
