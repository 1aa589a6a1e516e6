"""The server's bounds one by one, with short times: connections, messages, files, the log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import uvicorn
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from ui.serving import connections, hosts, log_limit, sessions, uploads, visitors

MOST = 10


async def app(scope, receive, send) -> None:
    """Reads the whole request, and answers; at /slow it takes longer than any patience."""
    while scope["type"] == "http" and (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        await asyncio.sleep(2.5)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch) -> Iterator[int]:
    """A server of uvicorn's with our bounds, all times a twentieth."""
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
    thread.join(20)
    assert not thread.is_alive()


def opened(port: int, said: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(said)
    return connection


def is_over(connection: socket.socket) -> bool:
    """Whether the server ended it, waiting for that as long as a connection waits."""
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
def test_what_does_not_finish_its_request_is_ended(port, said):
    with opened(port, said) as connection:
        assert is_over(connection)


def test_a_request_that_trickles_in_is_ended(port):
    with opened(port) as connection:
        with contextlib.suppress(ConnectionError):
            for letter in REQUEST * 10:
                connection.sendall(bytes([letter]))
                time.sleep(0.05)
        assert is_over(connection)


def test_who_asks_again_and_again_is_served_for_long(port):
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


def test_requests_that_stand_still_make_room_too(port):
    slow = [opened(port, REQUEST.replace(b"/", b"/slow", 1)) for _ in range(MOST)]
    time.sleep(1.2)  # twice the time for a request
    with opened(port) as visitor:
        assert served(visitor)
    for connection in slow:
        connection.close()


async def received(count: int, **at: float) -> float:
    """Let so many messages through; returns the seconds it took."""

    async def receive() -> dict:
        return {"type": "websocket.receive", "bytes": b""}

    paced = visitors._paced(receive)
    began = time.monotonic()
    for _ in range(count):
        assert (await paced())["type"] == "websocket.receive"
    return time.monotonic() - began


def test_a_flood_of_messages_is_slowed_and_none_is_lost(monkeypatch):
    assert asyncio.run(received(visitors.MESSAGES_AT_ONCE)) < 0.5
    monkeypatch.setattr(visitors, "MESSAGES_A_SECOND", 1000)
    assert asyncio.run(received(visitors.MESSAGES_AT_ONCE + 500)) > 0.4


def test_a_page_that_asks_for_nothing_is_closed(monkeypatch):
    monkeypatch.setattr(visitors, "SECONDS_TO_SPEAK", 0.1)

    async def silent() -> dict:
        await asyncio.sleep(60)

    assert asyncio.run(visitors._paced(silent)())["type"] == "websocket.disconnect"


async def visits(addresses: str, most: int) -> list[int]:
    """Open a page from each address in turn; returns which were closed, at once or to make room."""
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


@pytest.fixture
def held() -> uploads.Uploads:
    """A file manager of Streamlit's with our bounds, for sessions whose page has an uploader."""
    widget = SimpleNamespace(value_type="file_uploader_state_value")
    state = SimpleNamespace(_new_widget_state=SimpleNamespace(widget_metadata={"upload": widget}))
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    session = SimpleNamespace(session_state=state)
    return uploads.Uploads(SimpleNamespace(uploaded_file_mgr=manager, get_app_session=lambda _: session))


def file(name: str, size: int = 10) -> UploadedFileRec:
    return UploadedFileRec(file_id=name, name=name, type="", data=bytes(size))


def names(held: uploads.Uploads, session: str) -> list[str]:
    return list(held._manager.file_storage.get(session, {}))


def test_a_file_is_expected_once_and_where_its_address_was_given(held):
    (given,) = held.get_urls("a", ["digit.png"])
    assert held.expects("a", given.file_id)
    assert not held.expects("b", given.file_id)
    assert not held.expects("a", "another")
    held.add("a", file(given.file_id))
    assert not held.expects("a", given.file_id)


def test_addresses_are_given_for_as_many_files_as_a_page_shows(held):
    assert len(held.get_urls("a", ["x"] * 10_000)) == uploads.FILES_A_SESSION
    first = held.get_urls("a", ["x"])[0]
    held.get_urls("a", ["x"] * uploads.FILES_A_SESSION)
    assert not held.expects("a", first.file_id)


def test_a_page_without_an_uploader_expects_no_file(held):
    (given,) = held.get_urls("a", ["digit.png"])
    held._runtime.get_app_session("a").session_state._new_widget_state.widget_metadata.clear()
    assert not held.expects("a", given.file_id)


def test_a_sessions_next_file_takes_the_place_of_its_first(held):
    for name in ("one", "two", "three"):
        held.add("a", file(name))
    assert names(held, "a") == ["two", "three"]


def test_whoever_holds_most_makes_room_for_the_next(held, monkeypatch):
    monkeypatch.setattr(uploads, "BYTES_IN_ALL", 100)
    held.add("greedy", file("large", 60))
    held.add("greedy", file("larger", 30))
    held.add("modest", file("small", 10))
    held.add("newcomer", file("new", 50))
    assert names(held, "greedy") == ["larger"]
    assert names(held, "modest") == ["small"]
    assert names(held, "newcomer") == ["new"]


def test_a_file_that_no_page_shows_any_more_is_let_go(held, monkeypatch):
    held.add("a", file("shown"))
    held.add("a", file("forgotten"))
    held.keep_only("a", {"shown"})
    assert names(held, "a") == ["shown", "forgotten"]  # it may have come a moment before its page says so
    monkeypatch.setattr(uploads, "SECONDS_TO_BE_SHOWN", 0)
    held.keep_only("a", {"shown"})
    assert names(held, "a") == ["shown"]
    held.end("a")
    assert names(held, "a") == []


@pytest.fixture
def log(caplog) -> Iterator[logging.Logger]:
    """A logger with a limit of its own."""
    logger = logging.getLogger("tests.limited")
    limit = log_limit.Limit()
    logger.addFilter(limit)
    yield logger
    logger.removeFilter(limit)


def test_what_is_said_again_and_again_is_said_a_few_times_a_minute(log, caplog, monkeypatch):
    for number in range(10_000):
        log.warning("a stranger did %s", number)
    log.warning("something else")
    assert len(caplog.records) == log_limit.OF_A_KIND + 1
    monkeypatch.setattr(log_limit, "A_MINUTE", 0)
    log.warning("a stranger did %s", "it again")
    assert caplog.messages[-1] == "a stranger did it again"


def test_all_kinds_together_have_a_bound_too(log, caplog):
    for number in range(10_000):
        log.error(f"stranger {number} did it")
    assert len(caplog.records) == log_limit.IN_ALL


def test_news_of_runs_are_never_held_back(log, caplog):
    caplog.set_level(logging.INFO)
    for _ in range(1000):
        log.info("run queued")
    assert len(caplog.records) == 1000


def test_one_traceback_is_enough_and_none_is_long(log, caplog):
    def deep(levels: int) -> None:
        if levels:
            deep(levels - 1)
        else:
            raise ValueError("x" * 1_000_000)

    for _ in range(20):
        try:
            deep(100)
        except ValueError:
            log.exception("it went wrong")
    assert "deep(levels - 1)" in caplog.text
    assert caplog.text.count("Traceback") == 1
    assert len(caplog.text) < 20_000


def departed(name: str) -> SimpleNamespace:
    """A session that has left; `ended` says what was shut down."""
    session = SimpleNamespace(id=name, ended=[])
    session.shutdown = lambda: session.ended.append(name)
    return SimpleNamespace(session=session)


def test_sessions_that_left_are_kept_for_a_while_and_then_ended(monkeypatch):
    monkeypatch.setattr(sessions, "MOST_DEPARTED", 3)

    async def run() -> None:
        kept = sessions.Departed(seconds=0.1)
        people = [departed(str(number)) for number in range(4)]
        for one in people:
            kept.save(one)
        assert [one.session.ended for one in people] == [["0"], [], [], []]
        assert kept.list() == people[1:]
        kept.delete("2")
        assert kept.get("2") is None
        assert kept.get("3") is people[3]
        assert kept.overdue() == []
        await asyncio.sleep(0.15)
        assert kept.overdue() == ["1", "3"]

    asyncio.run(run())


def test_a_script_that_runs_something_to_its_end_is_given_a_loop_for_that():
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    loop = sessions.NoLoop()
    assert loop.run_until_complete(answer()) == 42
    loop.close()
    assert not loop.is_closed()


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
def test_streamlit_sees_an_origin_that_is_the_host_to_the_letter(
    monkeypatch, scheme, host, origin, passed_on
):
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


def test_a_name_that_is_none_is_reported_and_left_out(monkeypatch, caplog):
    monkeypatch.setenv("KD_HOSTS", "https://one.example:8501/, ,two words:x,*.Three.example., [")
    assert hosts.KnownHostsOnly(None)._patterns == ["one.example", "*.three.example"]
    assert [record.args[1] for record in caplog.records] == ["two words:x", "["]
