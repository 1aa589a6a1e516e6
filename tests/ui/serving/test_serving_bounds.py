"""The server's limits on connections, messages and pages, one by one, with short times."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import uvicorn

from ui.serving import connections, visitors

MOST = 10


async def app(scope, receive, send) -> None:
    """Reads the whole request and answers; /slow takes longer than any timeout."""
    while scope["type"] == "http" and (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        await asyncio.sleep(2.5)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch) -> Iterator[int]:
    """A uvicorn server with our limits, and all times cut to a twentieth."""
    monkeypatch.setattr(connections, "SECONDS_FOR_A_REQUEST", 0.5)
    monkeypatch.setattr(connections, "SECONDS_FOR_AN_ANSWER", 1.5)
    for method in ("startup", "shutdown"):
        monkeypatch.setattr(uvicorn.Server, method, getattr(uvicorn.Server, method))
    connections.bound(MOST)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(240)
    assert not thread.is_alive()


def opened(port: int, said: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=240)
    connection.sendall(said)
    return connection


def is_over(connection: socket.socket) -> bool:
    """Whether the server closes the connection before this end loses patience."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def served(connection: socket.socket) -> bool:
    connection.sendall(REQUEST)
    answer = b""
    while not answer.endswith(b"ok") and (more := connection.recv(1000)):
        answer += more
    return answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nHo", b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"]
)
def test_a_client_that_does_not_finish_its_request_is_cut_off(port, said):
    with opened(port, said) as connection:
        assert is_over(connection)


def test_a_request_that_trickles_in_is_cut_off(port):
    with opened(port) as connection:
        with contextlib.suppress(ConnectionError):
            for letter in REQUEST * 10:
                connection.sendall(bytes([letter]))
                time.sleep(0.05)
        assert is_over(connection)


def test_a_client_that_keeps_asking_is_served_for_long(port):
    with opened(port) as connection:
        for _ in range(8):
            assert served(connection)
            time.sleep(0.2)


def test_the_oldest_silent_connection_makes_room(port):
    silent = [opened(port) for _ in range(2 * MOST)]
    for _ in range(MOST):
        with opened(port) as visitor:
            assert served(visitor)
    assert all(is_over(connection) for connection in silent[:MOST])
    for connection in silent:
        connection.close()


def test_stalled_requests_make_room_too(port):
    slow = [opened(port, REQUEST.replace(b"/", b"/slow", 1)) for _ in range(MOST)]
    time.sleep(1.2)  # twice the time allowed for a request
    with opened(port) as visitor:
        assert served(visitor)
    for connection in slow:
        connection.close()


async def let_through(count: int) -> None:
    """Let this many messages through, as fast as they may come."""

    async def receive() -> dict:
        return {"type": "websocket.receive", "bytes": b""}

    paced = visitors._paced(receive)
    for _ in range(count):
        assert (await paced())["type"] == "websocket.receive"


def test_a_flood_of_messages_is_slowed_and_none_is_lost(monkeypatch):
    slept = [0.0]

    async def sleep(seconds: float) -> None:
        slept[0] += seconds

    monkeypatch.setattr(visitors, "time", SimpleNamespace(monotonic=lambda: slept[0]))
    monkeypatch.setattr(visitors, "asyncio", SimpleNamespace(sleep=sleep, wait_for=asyncio.wait_for))
    asyncio.run(let_through(visitors.MESSAGES_AT_ONCE))
    assert slept == [0.0]
    asyncio.run(let_through(visitors.MESSAGES_AT_ONCE + 5 * visitors.MESSAGES_A_SECOND))
    assert slept == [pytest.approx(5, abs=1)]


def test_a_page_that_asks_for_nothing_is_closed(monkeypatch):
    monkeypatch.setattr(visitors, "SECONDS_TO_SPEAK", 0.1)

    async def silent() -> dict:
        await asyncio.sleep(60)

    assert asyncio.run(visitors._paced(silent)())["type"] == "websocket.disconnect"


async def visits(addresses: str, most: int) -> list[int]:
    """Open a page from each address in turn; returns those closed, at once or later to make room."""
    closed = []

    async def page(scope, receive, send) -> None:
        await asyncio.sleep(0.2)

    async def visit(number: int, address: str) -> None:
        async def send(message: dict) -> None:
            assert message["type"] == "websocket.close"
            closed.append(number)

        await many({"type": "websocket", "headers": [], "client": (address, 1)}, None, send)

    many = visitors.BoundedVisitors(page, most)
    await asyncio.gather(*(visit(number, address) for number, address in enumerate(addresses)))
    assert many._pages == {}
    return sorted(closed)


def test_only_so_many_pages_are_open_at_a_time():
    assert asyncio.run(visits("aaaaa", most=3)) == [3, 4]


def test_the_address_with_the_most_pages_makes_room_for_another():
    assert asyncio.run(visits("aaaaabc", most=4)) == [0, 1, 4]
    assert asyncio.run(visits("ababab", most=4)) == [4, 5]
