"""Ways to talk to a running server: a page's session, a plain request, a websocket handshake."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.app_process import AppProcess
from tests.browser_session import BrowserSession

PATIENCE = 240
STREAM = "/_stcore/stream"
# What a request for a websocket says besides.
HANDSHAKE = {"Upgrade": "websocket", "Connection": "Upgrade"}
HANDSHAKE |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


async def look(url: str, page: str = "") -> None:
    """Open a page and leave it."""
    async with BrowserSession(url, page) as session:
        await session.settled(PATIENCE)
        assert session.errors == []


def connect(url: str, **how) -> websockets.connect:
    address = url.replace("http://", "ws://") + STREAM
    return websockets.connect(address, **{"subprotocols": ["streamlit"], "max_size": None, **how})


def ask(
    site: AppProcess,
    host: str,
    origin: str | None = None,
    method: str = "GET",
    path: str = "/",
    headers: Mapping[str, str] = MappingProxyType({}),
    body: bytes | None = None,
) -> tuple[int, str]:
    """The answer's status and text."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.url).port, timeout=PATIENCE)
    try:
        own = {"Host": host} if origin is None else {"Host": host, "Origin": origin}
        connection.request(method, path, body, {**own, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def heard(stream: websockets.ClientConnection, last: str) -> list[ForwardMsg]:
    """The messages that arrive, up to the first one of this kind."""
    messages: list[ForwardMsg] = []
    async with asyncio.timeout(PATIENCE):
        while not messages or messages[-1].WhichOneof("type") != last:
            messages.append(ForwardMsg.FromString(await stream.recv()))
    return messages


def page(name: str, **fields) -> bytes:
    """The request for a page."""
    message = BackMsg()
    message.rerun_script.page_name = name
    for field, values in fields.items():
        getattr(message.rerun_script, field).extend(values)
    return message.SerializeToString()


def put(site: AppProcess, cookie: str, address: str, size: int) -> int:
    """Upload a file as a browser does; returns the answer's status."""
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    headers = {"Cookie": cookie, "X-Xsrftoken": cookie.partition("=")[2]}
    headers["Content-Type"] = "multipart/form-data; boundary=B"
    body = head + bytes(size) + b"\r\n--B--\r\n"
    return ask(site, "localhost", None, "PUT", address, headers, body)[0]
