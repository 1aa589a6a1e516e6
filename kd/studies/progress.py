"""How far a study or an experiment is, beside its progress bar."""

from __future__ import annotations

from typing import Protocol

from kd.terminal.progress import Moment
from kd.text.translation import _, ngettext


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
