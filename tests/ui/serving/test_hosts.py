"""The names that the server answers to, the pages that may use it, and the origin that Streamlit sees."""

from __future__ import annotations

import asyncio
import socket

import pytest

from ui.serving import hosts

LISTED = "https://kd.school.example/, *.lab.example"


def asked(monkeypatch, host: str, origin: str | None, scheme: str) -> tuple[str | None, list[dict]]:
    """Send one request; returns the origin that Streamlit sees, if it sees the request, and the answer."""
    monkeypatch.setenv("KD_HOSTS", LISTED)
    seen, sent = [], []

    async def streamlit(scope, receive, send) -> None:
        seen.append(dict(scope["headers"]).get(b"origin", b"").decode())

    async def send(message: dict) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()), *([] if origin is None else [(b"origin", origin.encode())])]
    kind = "websocket" if scheme.startswith("ws") else "http"
    scope = {"type": kind, "scheme": scheme, "method": "GET", "path": "/", "headers": headers}
    asyncio.run(hosts.KnownHostsOnly(streamlit)(scope, None, send))
    return (seen or [None])[0], sent


HOSTS = {
    "192.168.178.20:8501": True,
    "[::1]:8501": True,
    "localhost:8501": True,
    "teacher.local": True,
    socket.gethostname(): True,
    "kd.school.example": True,
    "room-7.lab.example:80": True,
    "evil.example": False,
    "127.0.0.1.evil.example:8501": False,
    "evil.example/127.0.0.1": False,
    "": False,
}


@pytest.mark.parametrize("host", HOSTS)
def test_the_server_answers_to_its_own_names_only(monkeypatch, host):
    seen, sent = asked(monkeypatch, host, None, "http")
    if HOSTS[host]:
        assert (seen, sent) == ("", [])
    else:
        assert seen is None
        assert sent[0]["status"] == 403
        assert "KD_HOSTS" in sent[1]["body"].decode()
        assert asked(monkeypatch, host, None, "ws") == (None, [{"type": "websocket.close"}])


ORIGINS = [
    ("ws", "localhost:8501", "http://localhost:8501", "http://localhost:8501"),
    ("wss", "localhost", "https://localhost", "https://localhost"),
    # a proxy that speaks TLS
    ("ws", "kd.school.example", "https://kd.school.example", "http://kd.school.example"),
    ("ws", "kd.school.example", "https://kd.school.example:8443", "http://kd.school.example"),
    # a proxy that rewrites the host
    ("ws", "localhost:8501", "https://room-7.lab.example", "http://localhost:8501"),
    ("ws", "localhost:8501", "http://localhost:9999", None),
    ("ws", "192.168.178.20:8501", "http://192.168.178.21:8501", None),
    ("ws", "localhost:8501", "https://localhost.elsewhere.example", None),
    ("ws", "localhost:8501", "", None),
    ("ws", "localhost:8501", "http://localhost:x", None),
]


@pytest.mark.parametrize(("scheme", "host", "origin", "passed_on"), ORIGINS)
def test_only_the_servers_own_pages_may_use_it(monkeypatch, scheme, host, origin, passed_on):
    """Streamlit sees an origin identical to the host: see `_with_origin_of`."""
    seen, sent = asked(monkeypatch, host, origin, scheme)
    assert seen == passed_on
    assert bool(sent) == (passed_on is None)


def test_an_invalid_name_is_reported_and_left_out(monkeypatch, caplog):
    monkeypatch.setenv("KD_HOSTS", "https://one.example:8501/, ,two words:x,*.Three.example., [")
    assert hosts.KnownHostsOnly(None)._listed == ["one.example", "*.three.example"]
    assert [record.args[1] for record in caplog.records] == ["two words:x", "["]
