"""Digits of the class: a canvas on the phones, the drawings and who reads them on the wall."""

from __future__ import annotations

import streamlit as st

from kd.lab import Lab
from kd.lab.classes import Class, ClassView
from kd.text.translation import ngettext


def headline(lab: Lab, room: Class, view: ClassView) -> str:
    """Says in one sentence what the wall shows now."""
    return ngettext(
        "{count} answer so far.", "{count} answers so far.", len(view.answers), count=len(view.answers)
    )


def wall(lab: Lab, room: Class, view: ClassView) -> None:
    """Draws the hero of the wall, below the headline."""


def phone(lab: Lab, room: Class, view: ClassView, person: str) -> None:
    """Draws a phone's part of the activity."""
    st.write(headline(lab, room, view))
