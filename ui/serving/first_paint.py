"""What a browser draws before Streamlit has come: its own page has nothing to show until then."""

from functools import cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kd.text.translation import tag_of
from ui.shared.language import language_of

_STYLE = Path(__file__).with_name("waiting.css")
_END_OF_HEAD = b"</head>"


class ShowsWaiting:
    """ASGI middleware that adds the waiting mark, the app's name and the language to Streamlit's page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == "http" and scope["method"] == "GET"
        if not is_asked or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        names = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        left = [(name, value) for name, value in scope["headers"] if name not in names]
        start: Message | None = None
        body = b""

        async def send_styled(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is not None:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    body = _styled(start, body, language_of(Request(scope)))
                    await send(start)
                    await send({"type": "http.response.body", "body": body})
            else:
                await send(message)

        await self._app({**scope, "headers": left}, receive, send_styled)  # whole, and as plain text


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and headers.get("content-type", "").startswith("text/html")


def _styled(start: Message, body: bytes, language: str) -> bytes:
    """Returns a page with the stylesheet; the headers in `start` become those of this page."""
    body = body.replace(b"<title>Streamlit</title>", b"<title>KD Lab</title>", 1)
    body = body.replace(b'<html lang="en"', f'<html lang="{tag_of(language)}"'.encode(), 1)
    body = body.replace(_END_OF_HEAD, _style() + _END_OF_HEAD, 1)
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["content-length"] = str(len(body))
    headers["vary"] = "Cookie, Accept-Language"
    for name in ("etag", "last-modified"):  # they are those of Streamlit's file
        if name in headers:
            del headers[name]
    start["headers"] = headers.raw
    return body


@cache
def _style() -> bytes:
    return b"<style>" + _STYLE.read_bytes() + b"</style>"
