"""TLS connections in one thread, with real sockets: when one breaks, the others go on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import time
from types import SimpleNamespace

import pytest

from kd.engine.certificates import CERTIFICATE, KEY, make
from kd.engine.connections import ForgettingSocket, QuietClient


@pytest.fixture
def connect(tmp_path):
    """A function that returns both ends of a new connection; the server's end does not block."""
    make(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / CERTIFICATE, tmp_path / KEY)
    server.sslsocket_class = ForgettingSocket
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.load_verify_locations(tmp_path / CERTIFICATE)
    opened = []

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def connect() -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
            def reach() -> None:
                opened.append(client.wrap_socket(socket.create_connection(listening.getsockname())))

            thread = threading.Thread(target=reach)
            thread.start()
            accepted, _ = listening.accept()
            here = server.wrap_socket(accepted, server_side=True)
            thread.join()
            there = opened[-1]
            opened.append(here)
            here.setblocking(False)
            return here, there

        yield connect
        for end in opened:
            end.close()


def write_until_it_fails(end: ssl.SSLSocket) -> None:
    for _ in range(100):
        end.send(b"nobody reads this")
        time.sleep(0.02)


def test_writing_to_a_dead_connection_leaves_the_others_intact(connect):
    good, far_end = connect()
    for _ in range(2):
        broken, gone = connect()
        gone.close()
        for _ in range(2):
            with pytest.raises(OSError, match=r"(?i)pipe|reset|abort|EOF|SYS"):
                write_until_it_fails(broken)
        with pytest.raises(ssl.SSLWantReadError):
            good.recv(10)
    far_end.send(b"still here")
    good.settimeout(10)
    assert good.recv(10) == b"still here"
    good.send(b"here too")
    assert far_end.recv(10) == b"here too"


def test_a_clients_sockets_are_of_that_kind_and_nobody_elses(monkeypatch):
    monkeypatch.setattr(
        ssl.SSLContext, "sslsocket_class", ssl.SSLSocket
    )  # as in a process of somebody else's
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client = QuietClient.__new__(QuietClient)
    client.connection_args = {"ssl_context": ours, "require_encryption": True}
    assert client.connection_args == {"ssl_context": ours, "require_encryption": True}
    assert ours.sslsocket_class is ForgettingSocket
    assert ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).sslsocket_class is ssl.SSLSocket
    client.connection_args = {"ssl_context": None}  # of a scheduler that is spoken to in plain TCP


def test_a_client_that_is_closed_while_it_looks_for_a_lost_scheduler_says_nothing():
    client = QuietClient.__new__(QuietClient)
    client.scheduler_comm = SimpleNamespace(comm=SimpleNamespace(closed=lambda: True))
    client.futures, client._timeout = {}, 10
    said: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = said.append

    async def close() -> None:
        client._ensure_connected = lambda timeout: asyncio.Event().wait()
        looking = asyncio.ensure_future(client._reconnect())
        await asyncio.sleep(0)
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking

    logging.getLogger("distributed.client").addHandler(handler)
    try:
        asyncio.run(close())
    finally:
        logging.getLogger("distributed.client").removeHandler(handler)
    assert client.status == "connecting"
    assert not said, said[0].getMessage()
