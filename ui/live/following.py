"""Parts of pages that are drawn again while there is news: the more people watch, the less often."""

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

Seconds = Callable[..., float | None]

_last_looks: dict[str, float] = {}
"""When each session last looked at something that moves."""


def follow(seconds: Seconds, draw: Callable[..., None], *arguments: Any) -> None:
    """Draws a part of the page, and keeps redrawing it; when the pace changes, the whole page is drawn anew.

    seconds: called with the arguments; returns the time between two looks, None where there is no news.
    """
    every = _pace(seconds, arguments)
    if every is not None:
        every *= random.uniform(0.9, 1.1)  # so that pages opened together do not keep asking together
    st.fragment(_look, run_every=every)(every, seconds, draw, arguments)


def _look(
    every: float | None, seconds: Seconds, draw: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    with guard():
        # with the whole page it has just been asked for
        now = _pace(seconds, arguments) if script_run().fragment_ids_this_run else every
        if (every is None) is not (now is None) or (
            every and now and not 1 / _NEARLY < every / now < _NEARLY
        ):
            st.rerun()
        if every:
            _last_looks[script_run().session_id] = time.monotonic()
        draw(*arguments)


def _pace(seconds: Seconds, arguments: tuple[Any, ...]) -> float | None:
    """Returns the seconds between two looks, the more the more people watch; None where there is no news."""
    usual, now = seconds(*arguments), time.monotonic()
    for session, looked in list(_last_looks.items()):
        if now - looked > _SECONDS_OF_A_WATCHER:
            _last_looks.pop(session, None)
    return None if usual is None else max(usual, _SECONDS_FOR_EACH_WATCHER * len(_last_looks))
