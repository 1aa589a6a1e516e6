"""A button that stays where it is while its meaning changes, such as Train, which becomes Stop."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.shared.guard import guarded

PAUSE = 0.5
"""Seconds for which a button that has just changed ignores clicks: they were meant for what it was before."""


def steady_button(
    key: str, meaning: str, label: str, act: Callable[[], None], help: str, **options: Any
) -> None:
    """Draws the button with what it means now; a double click cannot hit two. options: of `st.button`.

    Give the same type for all meanings: for another one Streamlit draws another element.
    """
    means = f"{key}_means"
    known = st.session_state.get(means)
    if known is None or known[0] != meaning:
        st.session_state[means] = (meaning, time.monotonic() if known else float("-inf"))
    st.button(label, key=key, help=help, on_click=guarded(_clicked), args=(means, act), **options)


def _clicked(means: str, act: Callable[[], None]) -> None:
    _meaning, since = st.session_state[means]
    if time.monotonic() - since >= PAUSE:
        act()
