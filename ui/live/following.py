"""A part of a page that is drawn again and again while there is news of what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.live import pace as pacing
from ui.shared.guard import guard


def follow(seconds: Callable[..., float | None], draw: Callable[..., None], *arguments: Any) -> None:
    """Draws a part of the page, and keeps redrawing it; when the pace changes, the whole page is drawn anew.

    Args:
        seconds: called with the arguments; returns the time between two looks, None where there is no news.
        draw: called with the arguments.
    """
    every = pacing.with_jitter(_slowed(seconds(*arguments)))
    st.fragment(_look, run_every=every)(every, seconds, draw, arguments)


def _look(
    every: float | None,
    seconds: Callable[..., float | None],
    draw: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    with guard():
        if pacing.is_another(every, _slowed(seconds(*arguments))):
            st.rerun()
        if every:
            pacing.note_look()
        draw(*arguments)


def _slowed(seconds: float | None) -> float | None:
    return None if seconds is None else pacing.slowed(seconds)
