"""Security: the engine refuses strangers, the server keeps its protections, no input becomes code."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import tomllib

import psutil
import pytest
from distributed import Client
from distributed.security import Security

from benchmarks.app_process import app_process
from kd.config import FIELDS, RunConfig
from kd.engine.processes import READY
from kd.store.store import Store
from tests import PROJECT, WITHOUT_TENSORFLOW

OURS = [
    path
    for folder in ("kd", "ui", "pages")
    for path in sorted((PROJECT / folder).rglob("*.py"))
    if path.name != "__init__.py"
]


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


def test_a_client_with_the_credentials_is_let_in(engine):
    _, line = engine
    with Client(line["address"], security=credentials(line), timeout=240, set_as_default=False) as client:
        assert client.submit(sum, [1, 2]).result(timeout=240) == 3


def test_every_process_of_the_engine_keeps_its_connections_apart(engine):
    """Otherwise one broken connection breaks the others: see tests/engine/test_preload.py."""

    def kind_of_socket() -> str:
        import ssl

        return ssl.SSLContext.sslsocket_class.__name__

    _, line = engine
    with Client(line["address"], security=credentials(line), timeout=240, set_as_default=False) as client:
        kinds = {
            client.run_on_scheduler(kind_of_socket),
            *client.run(kind_of_socket).values(),
            *client.run(kind_of_socket, nanny=True).values(),
        }
    assert kinds == {"ForgettingSocket"}


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


def test_a_stranger_without_a_certificate_is_refused(engine):
    _, line = engine
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(host_and_port(line), timeout=240) as plain:
        stranger = context.wrap_socket(plain)

        def answers() -> None:
            while stranger.recv(1024):  # in TLS 1.3, the refusal comes with the first answer
                pass
            raise ConnectionError("closed without a word")

        with pytest.raises((ssl.SSLError, ConnectionError)):
            answers()


def test_a_stranger_with_a_certificate_of_their_own_is_refused(engine):
    _, line = engine
    forged = Security.temporary()
    with pytest.raises(OSError, match=r"(?i)time|certificate|handshake"):
        Client(line["address"], security=forged, timeout=3, set_as_default=False)


def test_a_stranger_in_plain_text_is_refused(engine):
    _, line = engine
    with pytest.raises(OSError, match=r"(?i)time|connect"):
        Client(line["address"].replace("tls://", "tcp://"), timeout=3, set_as_default=False)
    with socket.create_connection(host_and_port(line), timeout=240) as plain:
        plain.sendall(b"GET /info/main/workers.html HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            answer = plain.recv(1024)
        except ConnectionError:
            answer = b""
    assert b"HTTP" not in answer


def test_the_engine_still_serves_its_own_after_all_that(engine):
    test_a_client_with_the_credentials_is_let_in(engine)


FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "loads_pickle"}
FORBIDDEN_MODULES = {"pickle", "cloudpickle", "dill", "marshal", "shelve"}


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_code_of_ours_evaluates_unpickles_or_asks_a_shell(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name.partition(".")[0] for alias in node.names}
            names |= {(getattr(node, "module", None) or "").partition(".")[0]}
            assert not names & FORBIDDEN_MODULES
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", None)
            assert name not in FORBIDDEN_CALLS
            arguments = {keyword.arg: keyword.value for keyword in node.keywords}
            for unsafe in ("shell", "allow_pickle"):
                if unsafe in arguments:
                    assert ast.literal_eval(arguments[unsafe]) is False
            if "safe_mode" in arguments:
                assert ast.literal_eval(arguments["safe_mode"]) is True
            if getattr(node.func, "attr", None) == "load" and getattr(node.func.value, "id", "") == "np":
                assert "allow_pickle" in arguments


def test_the_only_upload_is_a_picture_of_limited_size():
    uploaders = [
        node
        for path in (PROJECT / "app.py", *OURS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("file_uploader", "chat_input")
    ]
    assert len(uploaders) == 1
    arguments = {keyword.arg: keyword.value for keyword in uploaders[0].keywords}
    assert ast.literal_eval(arguments["max_upload_size"]) <= 10


def test_the_servers_protections_are_on():
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["enableXsrfProtection"] is True
    assert settings["server"]["enableCORS"] is True
    assert settings["server"]["maxUploadSize"] <= 10
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["browser"]["gatherUsageStats"] is False


ODD_IDS = ["", ".", "..", "/", "../../etc/passwd", "a" * 12 + "\n", "A" * 12, "0" * 11, "\0" * 12, "é" * 12]


@pytest.mark.parametrize("run_id", [*ODD_IDS, "0123456789a/", "${HOME}0000000", "0000;rm -rf /"])
def test_an_odd_id_never_becomes_a_path(run_id, tmp_path):
    store = Store(tmp_path)
    assert not store.runs.has(run_id)
    assert store.runs.record(run_id) is None
    assert store.runs.restore([run_id]) == [run_id]
    store.runs.remove(run_id)
    store.models.remove(run_id)
    assert (tmp_path / "models").is_dir()
    assert store.runs.models_of(run_id) == {}
    assert not store.is_usable(run_id)
    assert store.models.get(run_id) is None
    assert store.models.logits(run_id) is None
    assert store.models.snapshots(run_id) is None


def test_every_field_of_a_run_is_a_number_a_switch_or_one_of_a_list():
    """Otherwise, text as typed could reach a path, a shell or a worker."""
    for name, value in RunConfig().to_dict().items():
        assert isinstance(value, bool | int | float) or FIELDS[name].choices or FIELDS[name].digits
    for name in ("teacher", "omitted_digits"):
        for text in ("../../secret", "0123456789ab/..", "3\n", "../0123456789"):
            with pytest.raises(ValueError, match=f"{name} must be"):
                RunConfig(**{name: text})


def test_a_page_of_another_site_cannot_speak_to_the_app(tmp_path):
    import websockets

    async def status(origin: str) -> int:
        address = app.url.replace("http://", "ws://") + "/_stcore/stream"
        try:
            async with websockets.connect(address, subprotocols=["streamlit"], origin=origin):
                return 101
        except websockets.InvalidStatus as refusal:
            return refusal.response.status_code

    with app_process(tmp_path) as app:
        assert asyncio.run(status(app.url)) == 101
        assert asyncio.run(status("https://elsewhere.example")) == 403
        upload = (
            f"PUT /_stcore/upload_file/{'0' * 36}/{'0' * 36} HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Length: 3\r\nConnection: close\r\n\r\nabc"
        )
        port = int(app.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=240) as plain:
            plain.sendall(upload.encode())
            time.sleep(0.2)
            assert plain.recv(64).startswith(b"HTTP/1.1 403")
