"""Where phones, or another device of the host, find a class: this app's addresses, links and QR codes."""

from __future__ import annotations

import io
import ipaddress
import socket
from functools import lru_cache
from html import escape
from urllib.parse import SplitResult, urlencode, urlsplit

import psutil
import segno
import streamlit as st

from kd.lab.classes import Class
from kd.text.translation import _
from ui.serving.hosts import listed
from ui.shared import address
from ui.shared.markup import image_source
from ui.shared.pieces import acts, quiet

PAGE = "class"
VIA = "via"
_TICKET = "class_ticket"
_VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "vbox", "tun", "tap", "utun", "wg", "zt", "tailscale")
"""How networks are called that a phone in the same room is not in: offered last."""


def offered() -> list[str]:
    """Returns this app's addresses that phones may reach, the likeliest first, and never this computer alone.

    Each is one that KnownHostsOnly answers to: what the host's own browser uses, what KD_HOSTS lists, and the
    computer's addresses on its networks. They end without a slash.
    """
    here = _here()
    names = [here.hostname or ""]
    found = [f"{here.scheme}://{here.netloc}"]
    for parts in listed():
        names.append(parts.hostname or "")
        same = parts.netloc if parts.scheme or parts.port else _at(parts.hostname or "", here)
        found.append(f"{parts.scheme or here.scheme}://{same}")
    for own in _own_addresses() if here.scheme == "http" else ():  # no certificate is for them
        names.append(own)
        found.append(f"{here.scheme}://{_at(own, here)}")
    reached = [address for name, address in zip(names, found, strict=True) if _leads_elsewhere(name)]
    return [f"{each}{here.path}" for each in dict.fromkeys(reached)]


def base_address() -> str:
    """Returns the address that this host has chosen, or else the likeliest; "" where there is none."""
    found = offered()
    chosen = st.query_params.get(VIA, "")
    return next((each for each in found if urlsplit(each).hostname == chosen), found[0] if found else "")


def choose_address() -> None:
    """Draws the choice among the addresses, which this host's own address remembers; or says what to do."""
    found = offered()
    if not found:
        quiet(why_none())
    elif len(found) > 1:
        st.selectbox(
            _("Phones join at"),
            found,
            index=found.index(base_address()),
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
    if _bound() and not _leads_elsewhere(_bound()):
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
    base = base_address()
    return base and f"{base}/{PAGE}?{urlencode({'code': room.code, **more})}"


def spoken(link: str) -> str:
    """Returns an address as one reads it out: without http:// and without what follows the page."""
    parts = urlsplit(link)
    return parts.netloc + parts.path


def qr_picture(link: str, size: str = "100%") -> str:
    """Returns the QR code of a link, with its white margin, as HTML. size: its width, of CSS."""
    source = image_source("svg+xml", _qr(link))
    return (
        f'<img class="kd-qr" src="{source}" alt="{escape(link)}" width="37" height="37" '
        f'style="width: {escape(size)}; height: auto; image-rendering: pixelated;">'
    )


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


@lru_cache(maxsize=200)
def _qr(link: str) -> bytes:
    content = io.BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(content, kind="svg", border=4, light="white", xmldecl=False, omitsize=True)
    return content.getvalue()


def _here() -> SplitResult:
    """Returns the app's address in the browser that asks, without its page: its path is "" or "/base"."""
    parts = urlsplit(st.context.url or "http://localhost:8501")
    path = parts.path.rstrip("/").removesuffix(f"/{PAGE}")
    return parts._replace(path=path, query="", fragment="", netloc=parts.netloc.rpartition("@")[2])


def _at(name: str, here: SplitResult) -> str:
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{here.port}" if here.port else name


def _own_addresses() -> list[str]:
    """Returns the addresses that the app listens at on networks: IPv4, or IPv6 where there is no other."""
    if _bound() and not ipaddress.ip_address(_bound()).is_unspecified:
        return [_bound()]
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    networks = sorted(psutil.net_if_addrs().items(), key=lambda each: each[0].lower().startswith(_VIRTUAL))
    for family in (socket.AF_INET, socket.AF_INET6):
        found = [
            each.address
            for name, addresses in networks
            if name in up
            for each in addresses
            if each.family == family and _leads_elsewhere(each.address)
        ]
        if found:
            return found
    return []


def _bound() -> str:
    """Returns the address that the app was told to listen at, or ""."""
    told = st.get_option("server.address") or ""
    return "127.0.0.1" if told == "localhost" else told


def _leads_elsewhere(name: str) -> bool:
    """Returns whether a name or an address means this computer on other devices, too; a pattern is none."""
    if not name or any(sign in name for sign in "*?["):
        return False
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return name != "localhost" and not name.endswith(".localhost")
    return not (found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast)


def _keep_choice() -> None:
    address.rewrite({VIA: urlsplit(st.session_state["class_via"]).hostname})
