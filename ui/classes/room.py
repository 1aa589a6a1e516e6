"""A class on this device: the wall for its host, a phone's page for everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import streamlit as st

from kd.lab import Lab
from kd.lab.classes import Class
from ui.classes import digits, guess, map, seeds
from ui.shared import notices
from ui.shared.person import person

SHOWN: Mapping[str, ModuleType] = {"guess": guess, "seeds": seeds, "map": map, "digits": digits}
"""Kind of activity → the module that has its `wall` and its `phone`."""

CODE, TICKET = "code", "ticket"


def asked(lab: Lab) -> Class | None:
    """Returns the class that the address names, if it is open; another one gets a sentence."""
    code = st.query_params.get(CODE, "")
    if not code:
        return None
    try:
        return lab.classes[code]
    except ValueError as error:
        notices.add(str(error))
        return None


def draw(lab: Lab, room: Class) -> None:
    """Draws the class."""
    view, me = room.view(), person()
    shown = SHOWN[view.activity.kind]
    if room.is_host(me):
        shown.wall(lab, room, view)
    else:
        shown.phone(lab, room, view, me)
