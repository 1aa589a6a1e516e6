"""What every process of a cluster loads: when one TLS connection breaks, the others go on; ends are quiet."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time

import pytest
from distributed.comm import CommClosedError

from kd.engine import preload
from kd.engine.certificates import CERTIFICATE, KEY
from kd.engine.preload import ForgettingSocket, GuestSecurity
from tests.engine.common import certificates


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[str, str]:
    """A certificate, which is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("certificates")
    certificates(folder)
    return str(folder / CERTIFICATE), str(folder / KEY)


@pytest.fixture
def connect(files):
    """A function that returns both ends of a new connection; the server's end does not block."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*files)
    server.sslsocket_class = ForgettingSocket
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.load_verify_locations(files[0])
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


def test_a_clients_sockets_are_of_that_kind_and_nobody_elses(files, monkeypatch):
    # as in a process of somebody else's
    monkeypatch.setattr(ssl.SSLContext, "sslsocket_class", ssl.SSLSocket)
    certificate, key = files
    security = GuestSecurity(tls_ca_file=certificate, tls_client_cert=certificate, tls_client_key=key)
    assert security.get_connection_args("client")["ssl_context"].sslsocket_class is ForgettingSocket
    assert ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).sslsocket_class is ssl.SSLSocket
    assert GuestSecurity(require_encryption=False).get_connection_args("client")["ssl_context"] is None


def test_a_heartbeat_that_finds_the_scheduler_gone_is_not_logged_but_other_errors_are(monkeypatch, caplog):
    monkeypatch.setattr(ssl.SSLContext, "sslsocket_class", ssl.SSLSocket)
    log, nanny = logging.getLogger("distributed.worker"), logging.getLogger("distributed.nanny")
    filters, level = list(log.filters), nanny.level
    preload.dask_setup(type("Worker", (), {"periodic_callbacks": {}})())  # by whose name it knows a worker
    try:
        for error in (CommClosedError("Stream is closed"), ConnectionResetError("reset"), ValueError("odd")):
            log.error("Failed to communicate with scheduler during heartbeat.", exc_info=error)
    finally:
        log.filters[:] = filters
        nanny.setLevel(level)
    assert [str(record.exc_info[1]) for record in caplog.records] == ["reset", "odd"]
