"""Security: the engine refuses strangers, the server keeps its protections, no input becomes code."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tomllib

import psutil
import pytest
from distributed import Client
from distributed.security import Security

from kd.config import FIELDS, RunConfig
from kd.engine.processes import READY
from kd.store.store import Store
from tests import PROJECT, WITHOUT_TENSORFLOW
from tests.engine.common import kinds_of_sockets

OURS = {
    path: path.read_text(encoding="utf-8")
    for folder in ("kd", "ui", "pages")
    for path in sorted((PROJECT / folder).rglob("*.py"))
}


@pytest.fixture(scope="module")
def engine():
    """The engine's own process, and the line that lets its parent in."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kd.engine"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": WITHOUT_TENSORFLOW},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = json.loads(process.stdout.readline().removeprefix(READY))
    yield process, line
    process.stdin.close()
    process.wait(240)
    process.stdout.close()


def credentials(line: dict) -> Security:
    names = ("tls_ca_file", "tls_client_cert", "tls_client_key")
    return Security(**{name: line[name] for name in names}, require_encryption=True)


def test_a_client_with_the_credentials_is_let_in_and_every_process_keeps_its_connections_apart(engine):
    _, line = engine
    with Client(line["address"], security=credentials(line), timeout=240, set_as_default=False) as client:
        assert client.submit(abs, -1).result(timeout=240) == 1
        assert kinds_of_sockets(client) == {"ForgettingSocket"}


def test_the_engine_listens_on_loopback_only(engine):
    process, _ = engine
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    listening = [
        connection.laddr.ip
        for one in family
        for connection in one.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) == {"127.0.0.1"}


def host_and_port(line: dict) -> tuple[str, int]:
    host, port = line["address"].removeprefix("tls://").split(":")
    return host, int(port)


def test_strangers_are_refused_and_the_engine_still_serves_its_own(engine):
    _, line = engine
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(host_and_port(line), timeout=240) as plain:
        stranger = context.wrap_socket(plain)  # without a certificate

        def answers() -> None:
            while stranger.recv(1024):  # in TLS 1.3, the refusal comes with the first answer
                pass
            raise ConnectionError("closed without a word")

        with pytest.raises((ssl.SSLError, ConnectionError)):
            answers()
    own = {"security": Security.temporary()}, line["address"]
    plain_text = {}, line["address"].replace("tls://", "tcp://")
    for credentials_of_strangers, address in (own, plain_text):
        with pytest.raises(OSError, match=r"(?i)time|certificate|handshake|connect"):
            Client(address, timeout=2, set_as_default=False, **credentials_of_strangers)
    with socket.create_connection(host_and_port(line), timeout=240) as plain:
        plain.sendall(b"GET /info/main/workers.html HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            answer = plain.recv(1024)
        except ConnectionError:
            answer = b""
    assert b"HTTP" not in answer
    with Client(line["address"], security=credentials(line), timeout=240, set_as_default=False) as client:
        assert client.submit(sum, [1, 2]).result(timeout=240) == 3


def test_nothing_that_is_loaded_may_bring_code_with_it():
    """Ruff refuses eval, pickle and shells: see pyproject.toml."""
    unsafe = re.compile(r"allow_pickle=(?!False)|safe_mode=(?!True)")
    assert [path for path, text in OURS.items() if unsafe.search(text)] == []
    rules = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert {"S102", "S301", "S307", "S602", "S604", "S605", "TID251"} <= set(rules["select"])


def test_the_servers_protections_are_on():
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["enableXsrfProtection"] is True
    assert settings["server"]["enableCORS"] is True
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["browser"]["gatherUsageStats"] is False


ODD_IDS = ["", ".", "..", "/", "../../etc/passwd", "a" * 12 + "\n", "A" * 12, "0" * 11, "\0" * 12, "é" * 12]


def test_an_odd_id_never_becomes_a_path(tmp_path):
    store = Store(tmp_path)
    for run_id in (*ODD_IDS, "0123456789a/", "${HOME}0000000", "0000;rm -rf /", "%", "' OR 1=1"):
        assert not store.runs.has(run_id)
        assert store.runs.record(run_id) is None
        assert store.runs.restore([run_id]) == [run_id]
        store.runs.remove(run_id)
        assert not store.models.remove(run_id)
        assert (tmp_path / "models").is_dir()
        assert store.runs.models_of(run_id) == {}
        assert not store.is_usable(run_id)
        for read in (store.models.get, store.models.logits, store.models.snapshots):
            assert read(run_id) is None


def test_every_field_of_a_run_is_a_number_a_switch_or_one_of_a_list():
    """Otherwise, text as typed could reach a path, a shell or a worker."""
    for name, value in RunConfig().to_dict().items():
        assert isinstance(value, bool | int | float) or FIELDS[name].choices or FIELDS[name].digits
    for name in ("teacher", "omitted_digits"):
        for text in ("../../secret", "0123456789ab/..", "3\n", "../0123456789"):
            with pytest.raises(ValueError, match=f"{name} must be"):
                RunConfig(**{name: text})
