"""The names that the server answers to, and the origin that Streamlit sees."""

from __future__ import annotations

import asyncio

import pytest

from ui.serving import hosts


@pytest.mark.parametrize(
    ("scheme", "host", "origin", "passed_on"),
    [
        ("wss", "localhost", "https://localhost", b"https://localhost"),
        ("ws", "kd.school.example", "https://kd.school.example:8443", b"http://kd.school.example"),
        ("https", "10.0.0.7:8501", "https://10.0.0.7:8501", b"https://10.0.0.7:8501"),
        ("https", "10.0.0.7:8501", "http://10.0.0.7:8501", b"https://10.0.0.7:8501"),
        ("wss", "localhost", "https://localhost:8443", None),
    ],
)
def test_streamlit_sees_an_origin_identical_to_the_host(monkeypatch, scheme, host, origin, passed_on):
    monkeypatch.setenv("KD_HOSTS", "https://kd.school.example/")
    seen = []

    async def streamlit(scope, receive, send) -> None:
        seen.append(dict(scope["headers"])[b"origin"])

    async def send(message: dict) -> None:
        pass

    scope = {
        "type": "websocket" if scheme.startswith("ws") else "http",
        "scheme": scheme,
        "headers": [(b"host", host.encode()), (b"origin", origin.encode())],
        "extensions": {"websocket.http.response": {}},
    }
    asyncio.run(hosts.KnownHostsOnly(streamlit)(scope, None, send))
    assert seen == ([] if passed_on is None else [passed_on])


def test_an_invalid_name_is_reported_and_left_out(monkeypatch, caplog):
    monkeypatch.setenv("KD_HOSTS", "https://one.example:8501/, ,two words:x,*.Three.example., [")
    assert hosts.KnownHostsOnly(None)._patterns == ["one.example", "*.three.example"]
    assert [record.args[1] for record in caplog.records] == ["two words:x", "["]
