"""Sentences that outlive a rerun: what was wrong, and what the page did instead."""

import streamlit as st

from kd.text.words import QUOTED
from ui.shared.markup import literal

_KEY, _SHOWN = "notices", "notices_shown"


def add(sentence: str) -> None:
    """Keeps a sentence until the person does something."""
    kept = st.session_state.setdefault(_KEY, [])
    if sentence not in kept:
        kept.append(sentence)


def clear() -> None:
    """Forgets all sentences; every control calls this when it is moved."""
    st.session_state[_KEY] = []


def kept() -> tuple[str, ...]:
    return tuple(st.session_state.get(_KEY, []))


def shown() -> bool:
    """Returns whether the page shows the sentences kept now."""
    return st.session_state.get(_SHOWN, ()) == kept()


def redraw() -> None:
    """Has a fragment that is drawn next, alone, draw the whole page instead."""
    st.session_state[_SHOWN] = None


def show() -> None:
    st.session_state[_SHOWN] = kept()
    for sentence in kept():
        st.warning(literal(sentence), icon=":material/info:")


def cut(text: str) -> str:
    """Returns a value as a sentence quotes it: its first 40 characters."""
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"
