"""Only the server's own pages may talk to it, and only under one of its own names.

Another site can point one of its names at this machine (DNS rebinding), and any page can open a websocket to
any address. Neither gets past this.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from kd.text.translation import _
from ui.serving.refusal import refuse

VARIABLE = "KD_HOSTS"
_log = logging.getLogger("kd.ui")
_STANDARD_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class KnownHostsOnly:
    """ASGI middleware that answers 403 to any other Host or Origin.

    IP addresses, `localhost`, names under `.local` and this machine's own name are always accepted, others
    only if KD_HOSTS lists them. An Origin must match the Host, port included, or be listed in KD_HOSTS too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._patterns = _patterns(os.environ.get(VARIABLE, ""))
        machine = socket.gethostname().lower()
        self._names = {"localhost", machine, machine.partition(".")[0]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked, origin = headers.get("host"), headers.get("origin")
        host = None if asked is None else _parsed(f"//{asked}")
        if asked is not None and (host is None or not self._knows(host.hostname)):
            await refuse(
                scope,
                receive,
                send,
                _(
                    "This app does not go by the name “{name}”. Use its IP address, or add the name to "
                    "{variable} where the app is started.",
                    name=asked[:80],
                    variable=VARIABLE,
                ),
            )
            return
        if origin is not None:
            if not self._may_ask(_parsed(origin), host, scope["scheme"]):
                await refuse(
                    scope,
                    receive,
                    send,
                    _(
                        "Pages from “{origin}” may not use this app. If the app is served there, add that "
                        "name to {variable} where the app is started.",
                        origin=origin[:80],
                        variable=VARIABLE,
                    ),
                )
                return
            if asked is not None:
                # Streamlit compares the two again, literally. If they differed, it would ask the internet for
                # this machine's outside address while everybody waits.
                scope = {**scope, "headers": list(scope["headers"])}
                secure = scope["scheme"] in ("https", "wss")
                MutableHeaders(scope=scope)["origin"] = f"{'https' if secure else 'http'}://{asked}"
        await self._app(scope, receive, send)

    def _knows(self, name: str | None) -> bool:
        if not name:
            return False
        name = name.rstrip(".")
        return (
            name in self._names
            or name.endswith((".local", ".localhost"))
            or self._named(name)
            or _numeric(name)
        )

    def _named(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._patterns)

    def _may_ask(self, origin: SplitResult | None, host: SplitResult | None, scheme: str) -> bool:
        if origin is None or not origin.hostname:
            return False
        same = host is not None and (origin.hostname, _port(origin, scheme)) == (
            host.hostname,
            # a proxy that speaks TLS for the app passes on a host without a port
            _port(host, origin.scheme),
        )
        return same or self._named(origin.hostname)


def _patterns(names: str) -> list[str]:
    """KD_HOSTS as patterns for names; of a full address, only the name counts."""
    patterns = []
    for name in filter(None, (name.strip() for name in names.split(","))):
        parts = _parsed(name if "://" in name else f"//{name}")
        if parts is None or not parts.hostname:
            _log.warning("%s: “%s” is not a host name and is ignored.", VARIABLE, name)
        else:
            patterns.append(parts.hostname.rstrip("."))
    return patterns


def _parsed(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address.lower())
        parts.port  # noqa: B018 - raises unless it is a number
    except ValueError:
        return None
    return None if parts.username or parts.path.strip("/") or parts.query else parts


def _port(parts: SplitResult, scheme: str) -> int | None:
    return parts.port or _STANDARD_PORTS.get(parts.scheme or scheme)


def _numeric(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
