"""Who may talk to the server, and how much of it a stranger can take up: real sockets, a real server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psutil
import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.app_process import AppProcess, app_process
from tests.browser_session import BrowserSession
from tests.ui.serving.talking import PATIENCE, ask, connect, handshake, heard, look, put
from ui.serving import messages

DESCRIPTORS = 200
HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "None")
# In the server's process: few descriptors, and a record of every outside name or address it looks up.
SITE = """
import os, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, ({limit}, {limit}))
except ImportError:
    pass
def note(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect"):
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        if isinstance(address, tuple):
            address = address[0]
        if str(address) not in {here!r} and "/" not in str(address):
            with open({asked!r}, "a") as file:
                file.write(f"{{address}}\\n")
            raise OSError("nothing leaves this machine")
sys.addaudithook(note)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[AppProcess]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(
        SITE.format(limit=DESCRIPTORS, asked=str(folder / "asked.txt"), here=HERE)
    )
    with app_process(folder, PYTHONPATH=str(folder), KD_HOSTS="kd.school.example, *.lab.example") as app:
        asyncio.run(look(app.url))
        yield app


HOSTS = {
    "127.0.0.1": True,
    "192.168.178.20:8501": True,
    "[::1]:8501": True,
    "localhost:8501": True,
    "teacher.local": True,
    socket.gethostname(): True,
    "kd.school.example": True,
    "room-7.lab.example:80": True,
    "evil.example": False,
    "kd.school.example.evil.example": False,
    "127.0.0.1.evil.example:8501": False,
    "evil.example/127.0.0.1": False,
    "localhost:x": False,
    "": False,
}


@pytest.mark.parametrize("host", HOSTS)
def test_the_server_answers_to_its_own_names_only(site, host):
    status, text = ask(site, host)
    if HOSTS[host]:
        assert status == 200
        assert handshake(site, host, None) == 101
    else:
        assert status == 403
        assert "KD_HOSTS" in text
        assert handshake(site, host, None) == 403


ORIGINS = [
    ("localhost:8501", "http://localhost:8501", True),
    ("192.168.178.20:8501", "http://192.168.178.20:8501", True),
    ("localhost", "http://localhost", True),
    ("kd.school.example", "https://kd.school.example", True),  # a proxy that speaks TLS
    ("kd.school.example", "https://kd.school.example:8443", True),
    ("localhost:8501", "https://room-7.lab.example", True),  # a proxy that rewrites the host
    ("localhost:8501", "http://localhost:9999", False),
    ("192.168.178.20:8501", "http://192.168.178.21:8501", False),
    ("localhost:8501", "https://elsewhere.example", False),
    ("localhost:8501", "https://localhost.elsewhere.example", False),
    ("localhost:8501", "null", False),
    ("localhost:8501", "", False),
    ("localhost:8501", "http://localhost:x", False),
]


@pytest.mark.parametrize(("host", "origin", "welcome"), ORIGINS)
def test_only_pages_of_the_server_itself_may_use_it(site, host, origin, welcome):
    assert handshake(site, host, origin) == (101 if welcome else 403)
    assert ask(site, host, origin, "GET", "/_stcore/health")[0] == (200 if welcome else 403)
    status, text = ask(site, host, origin, "PUT", f"/_stcore/upload_file/{'0' * 36}/{'0' * 36}")
    assert status == 403
    assert ("may not use" in text) != welcome


def test_no_stranger_makes_the_server_ask_for_anything_outside(site):
    for _, origin, _ in ORIGINS:
        handshake(site, "localhost:8501", origin)
    asked = site.log.parent / "asked.txt"
    assert not asked.exists(), asked.read_text()


KINDS = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
REFUSED = {
    "clear_cache",
    "load_git_info",
    "set_run_on_save",
    "debug_disconnect_websocket",
    "debug_shutdown_runtime",
}


def test_every_kind_of_message_is_known():
    """Another version of Streamlit may have new ones: find out what they do before letting any in."""
    assert messages.ALLOWED | REFUSED | {"backend_operation_request"} == KINDS


async def answered(url: str, *asked: BackMsg) -> list[str]:
    """The kinds of messages that answer these, once the page is there."""
    async with connect(url) as stream:
        page = BackMsg()
        page.rerun_script.page_name = "runs"
        await stream.send(page.SerializeToString())
        assert "script_finished" in await heard(stream)
        for message in asked:
            await stream.send(message.SerializeToString())
        return await heard(stream)


def test_forbidden_messages_are_not_answered(site):
    skills, nudge = BackMsg(), BackMsg()
    skills.backend_operation_request.install_skills.SetInParent()
    nudge.backend_operation_request.dismiss_skills_nudge.SetInParent()
    forbidden = [BackMsg(**{kind: True}) for kind in sorted(REFUSED)]
    assert asyncio.run(answered(site.url, *forbidden, skills, nudge)) == []


def test_messages_that_pages_send_are_answered(site):
    address = BackMsg()
    address.file_urls_request.file_names.append("digit.png")
    again = BackMsg()
    again.rerun_script.page_name = "runs"
    assert asyncio.run(answered(site.url, address)) == ["file_urls_response"]
    assert "script_finished" in asyncio.run(answered(site.url, BackMsg(app_heartbeat=True), again))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on descriptors")
def test_more_silent_connections_than_descriptors_shut_nobody_out(site):
    before = site.log.stat().st_size
    address = ("127.0.0.1", urlsplit(site.url).port)
    with ExitStack() as silent:
        for _ in range(2 * DESCRIPTORS):
            silent.enter_context(socket.create_connection(address, timeout=PATIENCE))
        asyncio.run(look(site.url, "runs"))
        assert psutil.Process(site.process.pid).num_fds() < DESCRIPTORS
    assert site.log.stat().st_size - before < 2000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on descriptors")
def test_an_open_page_costs_one_descriptor_and_a_closed_one_none(site):
    process = psutil.Process(site.process.pid)

    def held() -> int:
        return process.num_fds() - len(process.open_files())  # the store's own files do not count

    async def thirty() -> tuple[int, int, int]:
        before = held()
        async with asyncio.timeout(PATIENCE):
            pages = [BrowserSession(site.url, "runs") for _ in range(30)]
            await asyncio.gather(*(page.__aenter__() for page in pages))
            await asyncio.gather(*(page.settled(PATIENCE) for page in pages))
            opened = held()
            await asyncio.gather(*(page.__aexit__(None, None, None) for page in pages))
            while (closed := held()) > before + 2:
                await asyncio.sleep(0.1)
        return before, opened, closed

    time.sleep(1)  # connections left from earlier tests
    before, opened, closed = asyncio.run(thirty())
    assert opened - before < 45
    assert closed - before <= 2


def test_a_page_that_lost_its_connection_finds_its_session_again(site):
    async def twice() -> list[str]:
        sessions, known = [], []
        for _ in range(2):
            async with connect(site.url, subprotocols=["streamlit", "x", *known]) as stream:
                message = BackMsg()
                message.rerun_script.page_name = "runs"
                await stream.send(message.SerializeToString())
                while (answer := ForwardMsg.FromString(await stream.recv())).WhichOneof(
                    "type"
                ) != "new_session":
                    pass
                known = [answer.new_session.initialize.session_id]
                sessions += known
                while ForwardMsg.FromString(await stream.recv()).WhichOneof("type") != "script_finished":
                    pass
        return sessions

    first, second = asyncio.run(twice())
    assert first == second
    assert "event loop is closed" not in site.log.read_text()


def test_a_message_far_larger_than_any_drawing_is_refused(site):
    async def send() -> int:
        async with connect(site.url) as stream:
            with contextlib.suppress(websockets.ConnectionClosed):
                await stream.send(os.urandom(8_000_000))
            await stream.wait_closed()
            return stream.close_code

    assert asyncio.run(send()) == 1009


def test_only_a_file_that_a_page_asks_for_is_accepted(site):
    async def statuses(query: str) -> list[int]:
        """The statuses of uploads to the addresses that a page was given, and to one more."""
        async with BrowserSession(site.url, "draw", query) as session:
            await session.settled(PATIENCE)
            given = []
            take = session._take

            def notice(message: ForwardMsg) -> None:
                given.extend(one.upload_url for one in message.file_urls_response.file_urls)
                take(message)

            session._take = notice
            question = BackMsg()
            question.file_urls_request.file_names.extend(["a.png", "b.png", "c.png"])
            await session._socket.send(question.SerializeToString())
            async with asyncio.timeout(PATIENCE):
                while not given:
                    await asyncio.sleep(0.02)
            other = f"{given[0].rpartition('/')[0]}/{'0' * 36}"
            return [
                await asyncio.to_thread(put, site, session.cookie, address) for address in [*given, other]
            ]

    assert asyncio.run(statuses("way=upload")) == [204, 204, 403]
    assert asyncio.run(statuses("")) == [403, 403, 403]


def test_values_that_no_browser_sends_get_a_sentence_and_leave_a_short_log(site):
    wrong = {"json_value": "{", "double_value": float("nan"), "int_array_value": [99], "bytes_value": b"\xff"}

    async def send() -> list[str]:
        async with BrowserSession(site.url, "draw") as session:
            await session.settled(PATIENCE)
            for label in list(session.widgets):
                for name, value in wrong.items():
                    session._states.clear()
                    await session.act(label, **{name: value})
                    await session.settled(PATIENCE)
            return session.errors

    before = site.log.stat().st_size
    errors = asyncio.run(send())
    assert len(errors) > 10
    assert all("went wrong" in error for error in errors)
    assert site.log.stat().st_size - before < 50_000
    asyncio.run(look(site.url, "draw"))


def test_refusals_leave_a_short_log(site):
    before = site.log.stat().st_size
    for _ in range(20):
        handshake(site, "evil.example", None)
        handshake(site, "localhost", "https://evil.example")
        ask(site, "evil.example")
    assert site.log.stat().st_size == before


def test_a_page_has_the_waiting_mark_before_streamlit_draws_it(site):
    asked = urllib.request.Request(
        f"{site.url}/train",
        headers={"Accept": "text/html,*/*", "Accept-Encoding": "gzip", "Range": "bytes=0-9"},
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        body = answer.read()
        assert answer.status == 200
        assert int(answer.headers["content-length"]) == len(body)
        assert answer.headers["etag"] is None
    head = body.decode().partition("</head>")[0]
    assert "html:not(.kd-drawn) body::after" in head
    assert "<title>KD Lab</title>" in head
    script = re.search(r'src="\./(static/js/[^"]+)"', head)[1]
    asked = urllib.request.Request(f"{site.url}/{script}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        assert b"kd-drawn" not in answer.read()
        assert answer.headers["etag"]
