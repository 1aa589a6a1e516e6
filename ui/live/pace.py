"""How often a page asks for news: the more people watch, the less often each of them asks."""

from __future__ import annotations

import random
import time

from ui.shared.person import script_run

# A look costs the server a twelfth of this, so all looks together take a twelfth of a core.
_SECONDS_FOR_EACH_WATCHER = 0.12
_SECONDS_OF_A_WATCHER = 10.0
_NEARLY = 1.4

_last_looks: dict[str, float] = {}
"""When each session last looked at something that moves."""


def slowed(usual: float) -> float:
    """Returns the seconds between two looks, with so many watchers. usual: with few."""
    return max(usual, _SECONDS_FOR_EACH_WATCHER * _watchers())


def with_jitter(seconds: float | None) -> float | None:
    """Varies a pace, so that pages opened together do not keep asking together."""
    return None if seconds is None else seconds * random.uniform(0.9, 1.1)


def is_another(every: float | None, now: float | None) -> bool:
    """Says whether the pace is no longer what a fragment was drawn with."""
    if every is None or now is None:
        return every is not now
    return not 1 / _NEARLY < every / now < _NEARLY


def note_look() -> None:
    """Notes that this session watches something that moves."""
    _last_looks[script_run().session_id] = time.monotonic()


def _watchers() -> int:
    now = time.monotonic()
    for session, looked in list(_last_looks.items()):
        if now - looked > _SECONDS_OF_A_WATCHER:
            _last_looks.pop(session, None)
    return len(_last_looks)
