"""One button that is Train and Stop by turns: the same one throughout, so it keeps the keyboard's focus."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.shared.guard import guarded
from ui.shared.shown import stay

PAUSE = 0.5
"""Seconds for which a button that has just changed ignores clicks: they were meant for what it was before."""

_MEANING = "train_means"


def one_button(meaning: str, label: str, act: Callable[..., None], *arguments: Any, **options: Any) -> None:
    """Draw the button.

    Without the pause, the second half of a double click on Train would stop the run it has just started.

    Args:
        meaning: what a click does; another word for each.
        label: what the button says.
        act: called with the arguments after a click.
        options: of `st.button`.
    """
    known = st.session_state.get(_MEANING)
    if known is None:
        st.session_state[_MEANING] = (meaning, float("-inf"))
    elif known[0] != meaning:
        st.session_state[_MEANING] = (meaning, time.monotonic())
    # the type stays too: for another one Streamlit draws another element
    st.button(
        label,
        key="train",
        type="primary",
        width="stretch",
        on_click=guarded(_clicked),
        args=(act, arguments),
        **options,
    )


def _clicked(act: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    _, since = st.session_state[_MEANING]
    if time.monotonic() - since >= PAUSE:
        act(*arguments)
    else:
        stay()
