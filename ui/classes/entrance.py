"""The way in: open a class, or join one with its code."""

from __future__ import annotations

import streamlit as st

from kd.lab import Lab
from kd.text.translation import _
from ui.classes.room import CODE
from ui.shared.person import person
from ui.shared.pieces import acts


def draw(lab: Lab) -> None:
    """Draws both ways."""
    st.button(
        _("Open a class"),
        type="primary",
        help=_("Gives you a code that phones join with."),
        on_click=acts(_open, lab),
    )


def _open(lab: Lab) -> None:
    st.query_params[CODE] = lab.classes.open("guess;seeds;map;digits", person()).code
