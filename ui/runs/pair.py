"""Which two of several compared runs are the pair that is looked at: the address says it too."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kd.text.translation import _
from ui.shared import address, notices
from ui.shared.guard import guarded

LETTERS = "ABCDEF"
_USUAL = "AB"
_PAIR, _FIRST, _SECOND = "pair", "pair_first", "pair_second"


def _read(text: str) -> str:
    if len(text) != 2 or not set(text) <= set(LETTERS) or text[0] == text[1]:
        raise ValueError(
            _("pair must be two letters of compared runs such as AC, not “{text}”.", text=notices.cut(text))
        )
    return text


PAIR = address.Parameter(_read, str, _USUAL)


def chosen_pair(letters: Sequence[str]) -> tuple[str, str]:
    """The pair among these letters, and the choice of it where there are more than two."""
    pair = st.session_state.get(_PAIR, _USUAL)
    if not set(pair) <= set(letters):  # one of them is no longer ticked
        pair = _USUAL
    first, second = pair[0], pair[1]
    if len(letters) == 2:
        return first, second
    st.session_state[_FIRST], st.session_state[_SECOND] = first, second
    with st.container(horizontal=True, key="runs_pair"):
        for label, key, help in (
            (_("Compared with"), _FIRST, _("The run that each of the others is compared with.")),
            (_("Answers of"), _SECOND, _("Whose answers are set against those of the first.")),
        ):
            st.segmented_control(
                label,
                list(letters),
                key=key,
                required=True,
                help=help,
                on_change=guarded(_choose),
                args=(first, second),
            )
    return first, second


def _choose(first: str, second: str) -> None:
    """One of the two was chosen; if it is the other one, they change places."""
    notices.clear()
    new_first, new_second = st.session_state[_FIRST], st.session_state[_SECOND]
    if new_first == new_second:
        new_first, new_second = (new_first, first) if new_first != first else (second, new_second)
    st.session_state[_PAIR] = pair = f"{new_first}{new_second}"
    address.keep(_PAIR, PAIR, pair)
