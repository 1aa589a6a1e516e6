"""Why a run ended without a result."""

from __future__ import annotations

from kd.text.translation import N_, _

_ENDINGS = {
    "stopped": N_("Stopped before the end."),
    "stopped while waiting": N_("Stopped before it began."),
    "interrupted": N_("The app ended before this run did: train it again."),
    "files gone": N_("Its files are gone: train it again."),
    "state unreadable": N_("Its state could no longer be read: train it again."),
}


def ending(stored: str) -> str:
    """Why a run ended, in the reader's language.

    Args:
        stored: what the index has: a code, an error's own words, or a sentence that an earlier version
            stored, which is translated if it is still one of ours.
    """
    return _(_ENDINGS.get(stored, stored)) if stored else ""
