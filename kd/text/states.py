"""What a run is doing, in a word or two: its state in a list, its phase beside a progress bar."""

from __future__ import annotations

from kd.text.translation import N_, _

SHIPPED = "shipped"
"""The state of a run that comes with the project."""

_STATES = {
    "queued": N_("queued"),
    "running": N_("running"),
    "finished": N_("finished"),
    "stopped": N_("stopped"),
    "failed": N_("failed"),
    "interrupted": N_("interrupted"),
    SHIPPED: N_("shipped"),
}
_PHASES = {
    "queued": N_("Queued"),
    "paused": N_("Waiting for its next turn"),
    "starting": N_("Starting"),
    "reconnecting": N_("Restarting the engine"),
    "awaiting teacher": N_("Waiting for its teacher"),
    "teacher": N_("Training the teacher"),
    "soft targets": N_("Asking the teacher"),
    "students": N_("Training the students"),
    "evaluating": N_("Evaluating"),
    "done": N_("Done"),
}


def state(code: str) -> str:
    """A run's status in the reader's language."""
    return _(_STATES[code])


def phase(code: str) -> str:
    """What a run is doing, in the reader's language."""
    return _(_PHASES[code])


def epoch_of(code: str, epoch: int, epochs: int) -> str:
    """What a run is doing in the phase 'teacher' or 'students', and how far it is."""
    if code == "teacher":
        return _("Teacher: epoch {epoch} of {epochs}", epoch=epoch, epochs=epochs)
    return _("Students: epoch {epoch} of {epochs}", epoch=epoch, epochs=epochs)
