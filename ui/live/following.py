"""Parts of pages that are drawn again while there is news: the more people watch, the less often."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.shared.guard import guard
from ui.shared.person import script_run

# A look costs the server a twelfth of this, so all looks together take a twelfth of a core.
_SECONDS_FOR_EACH_WATCHER = 0.12
_SECONDS_OF_A_WATCHER = 10.0
_NEARLY = 1.4

_last_looks: dict[str, float] = {}
"""When each session last looked at something that moves."""


def follow(seconds: Callable[..., float | None], draw: Callable[..., None], *arguments: Any) -> None:
    """Draws a part of the page, and keeps redrawing it; when the pace changes, the whole page is drawn anew.

    Args:
        seconds: called with the arguments; returns the time between two looks, None where there is no news.
        draw: called with the arguments.
    """
    every = with_jitter(_pace(seconds(*arguments)))
    st.fragment(_look, run_every=every)(every, seconds, draw, arguments)


def _look(
    every: float | None,
    seconds: Callable[..., float | None],
    draw: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    with guard():
        if is_another(every, _pace(seconds(*arguments))):
            st.rerun()
        if every:
            note_look()
        draw(*arguments)


def _pace(seconds: float | None) -> float | None:
    return None if seconds is None else slowed(seconds)


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
