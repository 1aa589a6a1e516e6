"""What a run is doing, and why it ended without a result: codes, put into words where they are shown.

A run ends in a thread that has no reader, and its ending may be read weeks later in any language. So it is
kept as a code with named values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kd.text.translation import N_, _, in_english

SENTENCES = {
    "stopped while waiting": N_("Stopped before it began."),
    "stopped": N_("Stopped before the end."),
    "interrupted": N_("The app closed before this run finished: train it again."),
    "state unreadable": N_("Its state could not be read: train it again."),
    "files gone": N_("Its files are gone: train it again."),
    "damaged": N_(
        "The files of run {run} are damaged and have been moved to {folder} in KD_HOME: train it again."
    ),
    "model lost": N_(
        "Model {model}, which run {run} needs, is missing or damaged: train the run again; "
        "its other models are kept."
    ),
    "disk full": N_(
        "The disk is full, so this could not be saved; everything saved earlier is safe. "
        "Delete runs on the Runs page or free up space some other way, then try again."
    ),
    "not saved": N_("The run could not be saved ({reason}): check that KD_HOME is writable."),
    "unexpected": N_("The run failed unexpectedly ({error})."),
    "engine ended": N_("The training engine ended unexpectedly."),
    "engine closed": N_("The training engine was closed."),
    "engine not started": N_("The training engine ended before it was ready."),
    "engine unreachable": N_("The training engine could not be reached: {reason}."),
    "engine silent": N_("The training engine did not answer."),
    "cluster unreachable": N_("The cluster at {address} could not be reached: {reason}."),
    "cluster silent": N_("The cluster at {address} did not answer."),
    "worker lost": N_(
        "Its worker process died, and so did the one that replaced it: the machine may be short of memory."
    ),
}
_UNKNOWN = N_("The run ended for a reason that only another version of KD Lab knows ({code}).")
_TEXT = ""
"""The code of a text that is shown as it is, such as an exception's."""


@dataclass(frozen=True)
class Ending:
    """Why a run ended; `str` says it in the reader's language. An exception may have one as its message."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Exception) -> Ending:
        """Returns the ending that an exception carries, or else one of its text."""
        if error.args and isinstance(error.args[0], cls):
            return error.args[0]
        return cls(_TEXT, {"text": str(error)})

    @classmethod
    def read(cls, stored: str) -> Ending | None:
        """Returns the ending of what `stored` wrote, or an earlier version; None for an empty text."""
        if not stored:
            return None
        if stored in SENTENCES:
            return cls(stored)
        try:
            values = json.loads(stored)
            return cls(str(values.pop("code")), values)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return cls(_TEXT, {"text": stored})

    def stored(self) -> str:
        """Returns this ending as text, for `read`: its code, with the values where it has some."""
        if self.code == _TEXT:
            return self.values["text"]
        if not self.values:
            return self.code
        return json.dumps({"code": self.code, **self.values}, ensure_ascii=False)

    @property
    def english(self) -> str:
        """The sentence in English, for logs."""
        with in_english():
            return str(self)

    def __str__(self) -> str:
        if self.code == _TEXT:
            text = self.values["text"]
            return _(text) if text else ""  # the catalogues know it if it is one of these sentences
        try:
            values = {"code": self.code, **self.values}
            if reason := str(values.get("reason", "")):  # the system's: kd.text.reasons
                values["reason"] = _(reason)
            return _(SENTENCES[self.code], **values)
        except (LookupError, ValueError):  # what is stored may come from another version
            return _(_UNKNOWN, code=self.code)


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
    """Returns a run's status in the reader's language."""
    return _(_STATES[code])


def phase(code: str) -> str:
    """Says what a run is doing."""
    return _(_PHASES[code])


def epoch_of(code: str, epoch: int, epochs: int) -> str:
    """Says how far a run is in the phase 'teacher' or 'students'."""
    if code == "teacher":
        return _("Teacher: epoch {epoch} of {epochs}", epoch=epoch, epochs=epochs)
    return _("Students: epoch {epoch} of {epochs}", epoch=epoch, epochs=epochs)
