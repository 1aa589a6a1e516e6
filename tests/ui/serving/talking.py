"""Ways to talk to a running server: a page's session, a plain request, a websocket handshake."""

from __future__ import annotations

import asyncio
import http.client
import socket
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.app_process import AppProcess
from tests.browser_session import BrowserSession

PATIENCE = 240


async def look(url: str, page: str = "") -> None:
    """Open a page and leave it."""
    async with BrowserSession(url, page) as session:
        await session.settled(PATIENCE)
        assert session.errors == []


def connect(url: str, **how) -> websockets.connect:
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    return websockets.connect(address, **{"subprotocols": ["streamlit"], "max_size": None, **how})


def ask(
    site: AppProcess, host: str, origin: str | None = None, method: str = "GET", path: str = "/"
) -> tuple[int, str]:
    """The answer's status and text."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.url).port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host)
        if origin is not None:
            connection.putheader("Origin", origin)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def handshake(site: AppProcess, host: str, origin: str | None) -> int:
    """The status with which the server answers a websocket handshake."""
    lines = [f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    lines += [] if origin is None else [f"Origin: {origin}"]
    with socket.create_connection(("127.0.0.1", urlsplit(site.url).port), timeout=PATIENCE) as plain:
        plain.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(plain.recv(64).split(b" ")[1])


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
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.url).port, timeout=PATIENCE)
    try:
        connection.request("PUT", address, head + bytes(size) + b"\r\n--B--\r\n", headers)
        return connection.getresponse().status
    finally:
        connection.close()
