"""How far a run is, beside its progress bar: who learns, and at which epoch."""

from __future__ import annotations

from kd.runs.state import RunView
from kd.terminal.progress import Moment
from kd.text import states
from kd.text.words import STUDENTS


def moment(view: RunView) -> Moment:
    """What to show of a run."""
    return Moment(_doing(view), view.progress, view.seconds_left)


def _doing(view: RunView) -> str:
    learning = {"teacher": ("teacher",), "students": STUDENTS}.get(view.phase, ())
    last = {event["model"]: event for event in view.history if event["model"] in learning}
    if not last or len(last) < len(learning):
        return states.phase(view.phase)
    # one of the two may have been trained before
    event = min(last.values(), key=lambda event: event["epoch"])
    return states.epoch_of(view.phase, event["epoch"], event["epochs"])
