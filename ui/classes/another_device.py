"""A class moves to another device of its host, by a link that works once."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab.classes import Class
from kd.text.translation import _
from ui.classes.addresses import join_address, qr_picture, why_none
from ui.shared.pieces import acts, quiet

_TICKET = "class_ticket"


def move_away(room: Class) -> None:
    """Draws the link, once it is asked for, until the host puts it away."""
    code, ticket = st.session_state.get(_TICKET, ("", ""))
    if code != room.code:
        st.button(
            _("Move to another device"),
            key="class_move",
            help=_("Shows a link that works once: whoever opens it leads the class from then on."),
            on_click=acts(_make, room),
            width="stretch",
        )
        return
    link = join_address(room, ticket=ticket)
    if not link:
        quiet(why_none())
        return
    st.html(f"{qr_picture(link, '12rem')}<p class='kd kd-quiet kd-link'>{escape(link)}</p>")
    quiet(_("Open this on the other device. It works once; then this device no longer leads the class."))
    st.button(
        _("Put the link away"),
        key="class_move_done",
        help=_("Hides the link for good."),
        on_click=acts(_forget),
        width="stretch",
    )


def _make(room: Class) -> None:
    st.session_state[_TICKET] = room.code, room.ticket()


def _forget() -> None:
    st.session_state.pop(_TICKET, None)
