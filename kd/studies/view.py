"""StudyView: a study at one moment, and what its progress bar shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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


def moment(view: Any) -> Moment:
    """Returns what to show of the progress of a StudyView or an ExperimentView."""
    if view.status == "waiting for room":
        doing = _("The disk is full: waiting for room")
    else:
        doing = ngettext("{done} of {count} run", "{done} of {count} runs", view.runs, done=view.done)
    return Moment(doing, view.done / view.runs, view.seconds_left)
