"""Sentences for the person that outlive a rerun: what was wrong, and what the page did instead."""

from __future__ import annotations

import streamlit as st

_KEY = "notices"


def add(sentence: str) -> None:
    """Keep a sentence until the person does something."""
    kept = st.session_state.setdefault(_KEY, [])
    if sentence not in kept:
        kept.append(sentence)


def clear() -> None:
    """Forget all sentences; every control calls this when it is moved."""
    st.session_state[_KEY] = []


def kept() -> tuple[str, ...]:
    """The sentences that stand now."""
    return tuple(st.session_state.get(_KEY, []))


def show() -> None:
    """Draw the sentences, if any."""
    for sentence in kept():
        st.warning(sentence, icon=":material/info:")
