"""A class on this device: the wall for its host, a phone's page for everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import streamlit as st

from kd.lab import Lab
from kd.lab.classes import Class
from kd.text.translation import _
from ui.classes import digits, guess, map, phone, seeds, wall
from ui.classes.codes import opened_with
from ui.classes.following import come_back, following
from ui.shared import address, notices
from ui.shared.frame import present, presenting
from ui.shared.guard import guard
from ui.shared.person import person

SHOWN: Mapping[str, ModuleType] = {"guess": guess, "seeds": seeds, "map": map, "digits": digits}
"""Kind of activity → the module that has its `headline`, `wall` and `phone`."""

CODE, TICKET = "code", "ticket"
_LED = "class_led"
"""Of which class this session has shown the wall: that begins as a presenter's view, once."""


def is_asked() -> bool:
    """Returns whether the address names a class."""
    return bool(address.now().get(CODE))


def asked(lab: Lab) -> Class | None:
    """Returns the class that the address names, for whoever leads it or has joined it; None for others.

    A code that no class has gets a sentence, and is taken out of the address. So is a ticket, which makes
    this browser the host.
    """
    if not is_asked():
        return None
    me, ticket = person(), address.now().get(TICKET, "")
    try:
        room = opened_with(lab, address.now()[CODE], me)
    except ValueError as error:
        notices.add(str(error))
        address.rewrite({CODE: None, TICKET: None})
        return None
    if ticket:
        address.rewrite({TICKET: None})
        try:
            room.take_over(me, ticket)
        except ValueError as error:
            notices.add(str(error))
    return room if room.knows(me) else None


def draw(lab: Lab, room: Class) -> None:
    """Draws the class, and draws it again whenever it has changed."""
    if room.is_host(person()) and st.session_state.get(_LED) != room.code:
        st.session_state[_LED] = room.code
        if not presenting():
            present(True)
            st.rerun()
    come_back()
    _draw(lab, room)


@st.fragment
def _draw(lab: Lab, room: Class) -> None:
    with guard(), st.container(key="class_room"):
        if address.now().get(CODE, "").strip().upper() != room.code:  # it was left
            st.rerun()
        me = person()
        try:
            tags = room.news(me)  # of no later than what is drawn
            view, leads = room.view(), room.is_host(me)
        except ValueError:
            phone.gone(_("This class has ended."), leave)
            return
        shown = SHOWN[view.activity.kind]
        if leads:
            led = room.led_by(me)  # a page that another device has taken over may still press its buttons
            wall.draw(lab, led, view, shown, leave, lambda: following(room.code, "wall", tags["wall"]))
        elif not room.has_joined(me):  # another device leads it now
            present(False)
            st.rerun()
        elif view.pupil(me) is None:
            phone.gone(_("Your host has taken you out of this class."), leave)
        else:
            phone.draw(lab, room, view, me, shown, lambda: following(room.code, "mine", tags["mine"]))


def leave() -> None:
    """Goes back to the way in."""
    present(False)
    address.rewrite({CODE: None, **dict.fromkeys(wall.ADDRESS)})
