"""Whether a page is shown in presenter mode: said by its address, kept while its window is open."""

from __future__ import annotations

import streamlit as st

from kd.text.translation import _
from ui.shared import address
from ui.shared.guard import guarded

KEY = "present"
_PARAMETER = address.kept(address.switch(KEY), False)


def take_address() -> bool:
    """Let the address turn the mode on, and say in it whether it is on; returns that."""
    address.take({KEY: _PARAMETER})
    address.keep(KEY, _PARAMETER, presenting())
    return presenting()


def presenting() -> bool:
    """Whether this window is in presenter mode."""
    return st.session_state.get(KEY, False)


def way_in() -> None:
    """Draw the button that turns it on."""
    st.button(
        _("Present"),
        key="present_on",
        icon=":material/slideshow:",
        type="tertiary",
        help=_("For a projector: large type, and only what the last row is to look at. Esc brings you back."),
        on_click=guarded(_turn),
        args=(True,),
    )


def way_out() -> None:
    """Draw the button that turns it off; Esc presses it."""
    st.button(
        _("Stop presenting"),
        key="present_off",
        icon=":material/close:",
        type="tertiary",
        shortcut="Escape",
        help=_("Brings back navigation, controls and all the rest."),
        on_click=guarded(_turn),
        args=(False,),
    )


def _turn(on: bool) -> None:
    st.session_state[KEY] = on
