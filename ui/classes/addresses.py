"""Where phones, or another device of the host, find a class: this app's addresses, links and QR codes."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode, urlsplit

import streamlit as st

from kd.lab.classes import Class
from kd.text.translation import _
from ui.shared import address
from ui.shared.pieces import acts, quiet
from ui.shared.reached import VIA, base_address, is_alone, offered, qr_picture, spoken

PAGE = "class"
_TICKET = "class_ticket"


def choose_address() -> None:
    """Draws the choice among the addresses, which this host's own address remembers; or says what to do."""
    found = offered(PAGE)
    if not found:
        quiet(why_none())
    elif len(found) > 1:
        st.selectbox(
            _("Phones join at"),
            found,
            index=found.index(base_address(PAGE)),
            key="class_via",
            format_func=spoken,
            help=_(
                "Choose the network that the phones are in. Does none of them open on a phone? Then open "
                "this page by an address that does."
            ),
            on_change=acts(_keep_choice),
        )


def why_none() -> str:
    """Says why phones cannot join, and what to do."""
    if is_alone():
        return _(
            "No phone can join: this app was started for this computer alone. "
            "Start it without --server.address, or list the name of a proxy in KD_HOSTS."
        )
    return _(
        "No phone can join yet: this computer is in no network. Connect it to the one that the phones are "
        "in, or list a name that leads here in KD_HOSTS."
    )


def join_address(room: Class, **more: str) -> str:
    """Returns where phones join a class; "" where they cannot reach this computer. more: parameters."""
    base = base_address(PAGE)
    return base and f"{base}/{PAGE}?{urlencode({'code': room.code, **more})}"


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


def _keep_choice() -> None:
    address.rewrite({VIA: urlsplit(st.session_state["class_via"]).hostname})
