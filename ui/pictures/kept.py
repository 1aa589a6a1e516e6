"""A picture that stays: one gone back to, or taken along to another page, until the person gives another."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from ui.pictures.ways_in import DRAWN, SOURCE_KEY, Given

_KEPT = "kept_picture"


def keep(picture: np.ndarray, instead_of: Given | None = None) -> None:
    """Show this picture until another one is given.

    Args:
        picture: (28, 28) in [0, 1].
        instead_of: what is given now; None for whatever the next page is given at first.
    """
    st.session_state[_KEPT] = (picture, instead_of and digest(instead_of.picture))


def let_go() -> None:
    """Show what is given."""
    st.session_state.pop(_KEPT, None)


def kept_instead_of(given: Given) -> np.ndarray | None:
    """The picture to show instead of what is given, or None."""
    if _KEPT not in st.session_state:
        return None
    picture, replaced = st.session_state[_KEPT]
    if replaced is None:
        keep(picture, given)
    elif replaced != digest(given.picture):
        let_go()
        return None
    return picture


def take_along(shown: Given) -> None:
    """Have the page Dark knowledge show this picture."""
    if shown.number is not None:
        st.session_state[SOURCE_KEY] = "ambiguous"
        if st.session_state.get("picture") != shown.number:
            st.session_state["picture"] = shown.number
        return
    if shown.source == DRAWN:
        let_go()  # it is on the canvas there, too
    else:
        keep(shown.picture)
    st.session_state[SOURCE_KEY] = "draw"


def digest(picture: np.ndarray) -> str:
    """A name for what a picture looks like."""
    return hashlib.sha256(picture.tobytes()).hexdigest()
