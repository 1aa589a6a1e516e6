"""What a browser draws before Streamlit has come: its own page has nothing to show until then."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STYLE = Path(__file__).with_name("waiting.css")
_END_OF_HEAD = b"</head>"


class ShowsWaiting:
    """ASGI middleware that adds the waiting mark, and the app's name, to Streamlit's page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        if "text/html" in Headers(scope=scope).get("accept", ""):
            names = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
            left = [(name, value) for name, value in scope["headers"] if name not in names]
            scope = {**scope, "headers": left}  # the page comes whole, and as plain text
        await self._app(scope, receive, _Styled(send))


class _Styled:
    """Passes a response on; if it is a page, as a whole and with the stylesheet."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            is_page = message["status"] == 200 and headers.get("content-type", "").startswith("text/html")
            if is_page and "content-encoding" not in headers:
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            message = {"type": "http.response.body", "body": self._styled(self._start)}
            start, self._start = self._start, None
            await self._send(start)
        await self._send(message)

    def _styled(self, start: Message) -> bytes:
        body = self._body.replace(b"<title>Streamlit</title>", b"<title>KD Lab</title>", 1)
        body = body.replace(_END_OF_HEAD, _style() + _END_OF_HEAD, 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):  # they are those of Streamlit's file
            if name in headers:
                del headers[name]
        start["headers"] = headers.raw
        return body


@cache
def _style() -> bytes:
    return b"<style>" + _STYLE.read_bytes() + b"</style>"
