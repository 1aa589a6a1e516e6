"""Where another device finds this app: the addresses that lead here from elsewhere, and their QR codes."""

from __future__ import annotations

import io
import ipaddress
import socket
from functools import lru_cache
from html import escape
from urllib.parse import SplitResult, urlsplit

import psutil
import segno
import streamlit as st

from ui.shared import address
from ui.shared.host_names import listed
from ui.shared.markup import image_source

VIA = "via"
"""The parameter that says which of the addresses was chosen."""

_VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "vbox", "tun", "tap", "utun", "wg", "zt", "tailscale")
"""How networks are called that a phone in the same room is not in: offered last."""

MOST_BYTES = 2331
"""What the largest QR code holds, of the kind that survives a seventh of it unread (ISO/IEC 18004)."""


def offered(page: str) -> list[str]:
    """Returns this app's addresses that phones may reach, the likeliest first, and never this computer alone.

    Each is one that KnownHostsOnly answers to: what the host's own browser uses, what KD_HOSTS lists, and the
    computer's addresses on its networks. They end without a slash.
    page: the one that is shown.
    """
    here = parts_of(page)
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


def base_address(page: str) -> str:
    """Returns the address that this host has chosen, or else the likeliest; "" where there is none."""
    found = offered(page)
    chosen = address.now().get(VIA, "")
    return next((each for each in found if urlsplit(each).hostname == chosen), found[0] if found else "")


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


@lru_cache(maxsize=200)
def _qr(link: str) -> bytes:
    content = io.BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(content, kind="svg", border=4, light="white", xmldecl=False, omitsize=True)
    return content.getvalue()


def parts_of(page: str) -> SplitResult:
    """Returns the app's address in the browser that asks, without its page: its path is "" or "/base"."""
    parts = urlsplit(st.context.url or "http://localhost:8501")
    path = parts.path.rstrip("/").removesuffix(f"/{page}")
    return parts._replace(path=path, query="", fragment="", netloc=parts.netloc.rpartition("@")[2])


def is_alone() -> bool:
    """Returns whether the app was started for this computer alone."""
    return bool(_bound()) and not _leads_elsewhere(_bound())


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
