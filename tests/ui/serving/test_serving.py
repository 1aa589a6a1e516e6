"""Who may talk to the server, and about what: real sockets, a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from kd.config import RunConfig
from kd.lab import Lab
from kd.networks.packed import packed
from tests import PROJECT
from tests.app_process import AppProcess, app_process
from tests.browser_session import BrowserSession, first_cookie
from tests.ui.serving.talking import HANDSHAKE, PATIENCE, STREAM, ask, connect, heard, look, page, put
from ui import serving
from ui.serving.passphrase import AsksForPassphrase
from ui.shared.person import person_of


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[AppProcess]:
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(PROJECT / "tests" / "install" / "no_strangers.py", folder / "sitecustomize.py")
    outside = {"PYTHONPATH": str(folder), "KD_STRANGERS": str(folder / "asked.txt")}
    with app_process(folder, KD_HOSTS="kd.school.example", **outside) as app:
        asyncio.run(look(app.url))
        yield app


STRANGERS = [
    ("evil.example", None),
    ("localhost:8501", "https://evil.example"),
    ("localhost:8501", "http://localhost:9999"),
]


def test_only_its_own_pages_reach_the_server_and_only_by_its_names(site):
    before = site.log.stat().st_size
    upload = f"/_stcore/upload_file/{'0' * 36}/{'0' * 36}"
    for host, origin in (("localhost:8501", "http://localhost:8501"), ("kd.school.example", None)):
        assert ask(site, host, origin, path="/_stcore/health") == (200, "ok")
        assert ask(site, host, origin, path="/ready") == (200, "Ready.")
        assert ask(site, host, origin, headers=HANDSHAKE, path=STREAM)[0] == 101
        status, text = ask(site, host, origin, "PUT", upload)
        assert (status, "XSRF" in text) == (403, True)  # an upload without its token
    for host, origin in STRANGERS:
        status, text = ask(site, host, origin, path="/_stcore/health")
        assert (status, "KD_HOSTS" in text) == (403, True)
        assert ask(site, host, origin, headers=HANDSHAKE, path=STREAM)[0] == 403
        assert "KD_HOSTS" in ask(site, host, origin, "PUT", upload)[1]
    assert site.log.stat().st_size == before  # refusals fill no disk
    asked = site.log.parent / "asked.txt"
    assert not asked.exists(), asked.read_text()  # and ask for nothing outside


def test_a_browser_gets_a_network_once_and_for_good_and_nothing_for_other_names(site):
    with Lab(site.log.parent) as lab:
        run = lab.runs[RunConfig().run_id]
        names, expected = run.network_names(), packed(run.models()["distilled"])
    with urllib.request.urlopen(f"{site.url}/networks/{names['distilled']}") as answer:
        assert answer.read() == expected
        assert "immutable" in answer.headers["cache-control"]
    for name in ("strong", "strong-1.1", "-", "..%2f..%2fapp.py-1.1", f"{names['distilled']}0", "0" * 900):
        status, text = ask(site, "localhost:8501", None, path=f"/networks/{name}")
        assert status == 404 or (status == 400 and ".." in name), name
        assert "import" not in text


def refusal(asked: urllib.request.Request) -> tuple[int, str]:
    """The status and the sentence that a page of a class gets instead of news."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    return refused.value.code, json.load(refused.value)["sentence"]


def test_a_page_of_a_class_hears_its_news_and_nobody_else_does(site):
    cookie = first_cookie(site.url)
    me = person_of(dict([cookie.split("=", 1)]))
    with Lab(site.log.parent) as lab:
        room = lab.classes.open("guess", "host")
        room.join(me)
        room.start()
        asked = urllib.request.Request(f"{site.url}/class-news/{room.code}", headers={"Cookie": cookie})
        with urllib.request.urlopen(asked) as answer:
            told = json.load(answer)
            assert answer.headers["cache-control"] == "no-store"
        assert (told["waits"], told["mine"]) == (True, room.news(me)["mine"])
        room.answer(me, 3.0)
        with urllib.request.urlopen(asked) as answer:
            news = json.load(answer)
        assert [news[name] != told[name] for name in ("waits", "mine", "wall")] == [True, True, True]
        assert ask(site, "localhost:8501", path=f"/class-news/{room.code}")[0] == 403  # no browser of ours
        stranger = urllib.request.Request(asked.full_url, headers={"Cookie": first_cookie(site.url)})
        refusals = [refusal(stranger)]
        room.end()
    refusals += [refusal(asked), refusal(stranger)]
    assert refusals[0][0] == 404
    assert len(set(refusals)) == 1  # nobody can find out which codes are open


def test_what_the_server_adds_stands_below_its_path(monkeypatch):
    monkeypatch.setattr(serving.config, "get_option", {"server.baseUrlPath": "/lab/kd/"}.get)
    (door,) = [each for each in serving.middleware() if each.cls is AsksForPassphrase]
    assert door.kwargs == {"base": "/lab/kd", "open_to_all": ("/lab/kd/ready", "/lab/kd/_stcore/health")}
    assert {route.path for route in serving.routes()} == {
        "/lab/kd/networks/{name}",
        "/lab/kd/class-news/{code}",
        "/lab/kd/ready",
    }


def test_only_what_pages_ask_is_answered(site):
    operation, address = BackMsg(), BackMsg()
    operation.backend_operation_request.install_skills.SetInParent()
    address.file_urls_request.file_names.append("digit.png")

    async def answers() -> list[ForwardMsg]:
        async with connect(site.url) as stream:
            await stream.send(page("runs"))
            await heard(stream, "script_finished")
            for message in (BackMsg(load_git_info=True), operation, BackMsg(app_heartbeat=True), address):
                await stream.send(message.SerializeToString())
            answers = await heard(stream, "file_urls_response")
            await stream.send(page("runs"))
            return answers + await heard(stream, "script_finished")

    kinds = {answer.WhichOneof("type") for answer in asyncio.run(answers())}
    assert not kinds & {"git_info_changed", "backend_operation_response"}


def test_no_message_refers_to_one_that_the_browser_may_have_forgotten(site):
    """Streamlit shows a red dialog if the browser has: see `.streamlit/config.toml`."""

    async def again() -> list[ForwardMsg]:
        async with connect(site.url) as stream:
            await stream.send(page("runs"))
            known = [message.hash for message in await heard(stream, "script_finished")]
            await stream.send(page("runs", cached_message_hashes=known))
            return await heard(stream, "script_finished")

    assert "ref_hash" not in {message.WhichOneof("type") for message in asyncio.run(again())}


def test_a_request_from_a_page_that_has_been_left_does_not_empty_the_next(site):
    def part(messages: list[ForwardMsg]) -> BackMsg:
        """What the last part of a page sends when it asks for news by itself."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash = page_of(messages)
        asked.fragment_id = [each.delta.fragment_id for each in messages if each.delta.fragment_id][-1]
        asked.is_auto_rerun = True
        return message

    def page_of(messages: list[ForwardMsg]) -> str:
        return next(each.navigation.page_script_hash for each in messages if each.HasField("navigation"))

    async def answers() -> tuple[list[ForwardMsg], list[ForwardMsg]]:
        async with connect(site.url) as stream:
            await stream.send(page("train"))
            train = await heard(stream, "script_finished")
            await stream.send(page("draw"))
            await stream.send(part(train).SerializeToString())
            draw = await heard(stream, "script_finished")
            await stream.send(part(draw).SerializeToString())
            return draw, await heard(stream, "script_finished")

    draw, later = asyncio.run(answers())
    begun = [each.new_session.page_script_hash for each in later if each.HasField("new_session")]
    assert begun == [page_of(draw)]


def test_a_message_far_larger_than_any_drawing_and_a_picture_that_is_too_large_are_refused(site):
    async def send() -> int:
        async with connect(site.url) as stream:
            with contextlib.suppress(websockets.ConnectionClosed):
                await stream.send(os.urandom(3_000_000))
            await stream.wait_closed()
            return stream.close_code

    assert asyncio.run(send()) == 1009

    async def statuses() -> list[int]:
        async with BrowserSession(site.url, "draw", "way=upload") as session:
            await session.settled(PATIENCE)
            address = f"/_stcore/upload_file/{session._session_id}/a"
            return [
                await asyncio.to_thread(put, site, session.cookie, address, size) for size in (10, 76 * 2**20)
            ]

    assert asyncio.run(statuses()) == [204, 413]


def test_values_that_no_browser_sends_get_a_sentence(site):
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

    errors = asyncio.run(send())
    assert len(errors) > 10
    assert all("went wrong" in error for error in errors)
    asyncio.run(look(site.url, "draw"))


def test_a_page_has_the_waiting_mark_before_streamlit_draws_it(site):
    asked = urllib.request.Request(
        f"{site.url}/train?lang=pt-BR",
        headers={
            "Accept": "text/html,*/*",
            "Accept-Encoding": "gzip",
            "Range": "bytes=0-9",
        },
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        body = answer.read()
        assert answer.status == 200
        assert int(answer.headers["content-length"]) == len(body)
        assert answer.headers["etag"] is None
        assert answer.headers["vary"] == "Cookie, Accept-Language"
    assert '<html lang="pt-BR">' in body.decode()
    head = body.decode().partition("</head>")[0]
    assert "html:not(.kd-drawn) body::after" in head
    assert "<title>KD Lab</title>" in head
    script = re.search(r'src="\./(static/js/[^"]+)"', head)[1]
    asked = urllib.request.Request(f"{site.url}/{script}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        assert b"kd-drawn" not in answer.read()
        assert answer.headers["etag"]
