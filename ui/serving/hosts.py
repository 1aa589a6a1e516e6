"""Only the server's own pages may talk to it, and only under one of its own names.

Another site can point one of its names at this machine (DNS rebinding), and any page can open a websocket to
any address. This middleware stops both.
"""

import ipaddress
import socket
from fnmatch import fnmatchcase
from urllib.parse import SplitResult

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kd.text.translation import _
from ui.shared.host_names import VARIABLE, listed, parsed

_STANDARD_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class KnownHostsOnly:
    """ASGI middleware that answers 403 to any other Host or Origin.

    IP addresses, `localhost`, names under `.local` and this machine's own name are always accepted, others
    only if KD_HOSTS lists them. An Origin must match the Host, port included, or be listed in KD_HOSTS too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._listed = [(parts.hostname or "").rstrip(".") for parts in listed()]
        machine = socket.gethostname().lower()
        self._own = ["localhost", "*.localhost", "*.local", machine, machine.partition(".")[0]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sentence = None
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            host, origin = headers.get("host"), headers.get("origin")
            sentence = self._refusal(host, origin, scope["scheme"])
            if host is not None and origin is not None:
                scope = _with_origin_of(scope, host)
        if sentence is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # no browser would show the sentence
        else:
            await PlainTextResponse(sentence, 403)(scope, receive, send)

    def _refusal(self, asked: str | None, origin: str | None, scheme: str) -> str | None:
        """Says in one sentence why such a request is refused; None if it is not."""
        host = None if asked is None else parsed(f"//{asked}")
        if asked is not None and (host is None or not self._knows(host.hostname)):
            return _(
                "This app does not go by the name “{name}”. Use its IP address, or add the name to "
                "{variable} where the app is started.",
                name=asked[:80],
                variable=VARIABLE,
            )
        if origin is not None and not self._may_ask(parsed(origin), host, scheme):
            return _(
                "Pages from “{origin}” may not use this app. If the app is served there, add that "
                "name to {variable} where the app is started.",
                origin=origin[:80],
                variable=VARIABLE,
            )
        return None

    def _knows(self, name: str | None) -> bool:
        name = (name or "").rstrip(".")
        return bool(name) and (_matches(name, [*self._own, *self._listed]) or _is_address(name))

    def _may_ask(self, origin: SplitResult | None, host: SplitResult | None, scheme: str) -> bool:
        if origin is None or not origin.hostname:
            return False
        if _matches(origin.hostname, self._listed):
            return True
        return (
            host is not None
            and origin.hostname == host.hostname
            # a proxy that speaks TLS for the app passes on a host without a port
            and _port(origin, scheme) == _port(host, origin.scheme)
        )


def _with_origin_of(scope: Scope, host: str) -> Scope:
    """Returns the request with an Origin that is literally its Host's.

    Streamlit compares the two again. If they differed, it would ask the internet for this machine's outside
    address while everybody waits.
    """
    scope = {**scope, "headers": list(scope["headers"])}
    secure = scope["scheme"] in ("https", "wss")
    MutableHeaders(scope=scope)["origin"] = f"{'https' if secure else 'http'}://{host}"
    return scope


def _port(parts: SplitResult, scheme: str) -> int | None:
    return parts.port or _STANDARD_PORTS.get(parts.scheme or scheme)


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
