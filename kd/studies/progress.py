"""How far a study is, beside its progress bar."""

from __future__ import annotations

from kd.studies.kept.view import StudyView
from kd.terminal.progress import Moment
from kd.text.translation import _, ngettext


def moment(view: StudyView) -> Moment:
    """What to show of a study."""
    return Moment(_doing(view), view.done / view.runs, view.seconds_left)


def _doing(view: StudyView) -> str:
    if view.status == "waiting for room":
        return _("The disk is full: waiting for room")
    return ngettext(
        "{done} of {count} run", "{done} of {count} runs", view.runs, done=view.done, count=view.runs
    )
