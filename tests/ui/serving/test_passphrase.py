"""The passphrase before the whole app: who gets in, for how long, and how quickly one may guess."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from starlette.datastructures import Headers

from tests import pseudo_language as marked
from ui.serving.passphrase import COOKIE, SECONDS_INSIDE, AsksForPassphrase
from ui.shared import tries

RIGHT = "Überraschung im Hörsaal"
OPEN = "/lab/ready"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    status: int = 0
    headers: Headers = field(default_factory=Headers)
    text: str = ""


async def app(scope, _receive, send) -> None:
    """What is behind the door."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})


@dataclass
class Browser:
    server: AsksForPassphrase
    scheme: str = "http"
    host: str = "192.0.2.1"
    cookie: str = ""

    def ask(self, path: str, method: str = "GET", body: bytes = b"", accept: str = "text/html") -> Answer:
        """The answer to a request; a status of 101 is an open websocket."""
        path, _mark, query = path.partition("?")
        headers = {"accept": accept, "content-type": FORM if method == "POST" else "", "cookie": self.cookie}
        scope = {
            "type": "websocket" if self.scheme.startswith("ws") else "http",
            "scheme": self.scheme,
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"host", b"kd.example"), *Headers(headers).raw],
            "client": (self.host, 4242),
        }
        answer = Answer()

        async def receive() -> dict:
            return {"type": "http.request", "body": body}

        async def send(message: dict) -> None:
            if message["type"].startswith("websocket"):
                answer.status = 101 if message["type"] == "websocket.accept" else 403
            elif message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], Headers(raw=message["headers"])
            else:
                answer.text += message.get("body", b"").decode()

        asyncio.run(self.server(scope, receive, send))
        self.cookie = answer.headers.get("set-cookie", self.cookie).partition(";")[0]
        return answer


@pytest.fixture
def enter(tmp_path, monkeypatch) -> Callable[..., Browser]:
    """Start the server anew, and return a browser."""
    monkeypatch.setenv("KD_HOME", str(tmp_path))

    def start(asked: str = RIGHT, **browser: str) -> Browser:
        monkeypatch.setenv("KD_PASSPHRASE", asked)
        return Browser(AsksForPassphrase(app, "/lab", (OPEN,)), **browser)

    return start


def give(browser: Browser, words: str, address: str = "/lab/class?code=BCDF") -> Answer:
    return browser.ask(address, "POST", urlencode({"passphrase": words}).encode())


def is_inside(browser: Browser) -> bool:
    return browser.ask("/lab/train").text == "inside"


def test_whoever_has_not_given_it_gets_in_nowhere(enter):
    browser = enter()
    for path in ("/", "/lab/", "/lab/train", "/lab/class-news/BCDF", "/lab/media/a.png", "/lab/ready/x"):
        for method in ("GET", "PUT", "HEAD", "DELETE"):
            assert browser.ask(path, method, accept="*/*").status == 401
        assert '<label for="passphrase">Passphrase</label>' in browser.ask(path).text
    # on a page that was open before, Streamlit shows this
    assert "Reload the page" in json.loads(browser.ask("/lab/_stcore/host-config", accept="*/*").text)
    assert enter(scheme="ws").ask("/lab/_stcore/stream").status == 403
    assert browser.ask(OPEN).text == "inside"
    browser.cookie = f"{COOKIE}=inside.abcd.efgh"
    assert not is_inside(browser)


def test_the_right_one_leads_on_to_the_address_that_was_asked_for(enter):
    browser = enter()
    answer = give(browser, "  U\N{COMBINING DIAERESIS}berraschung im Hörsaal ")
    assert (answer.status, answer.headers["location"]) == (303, "./class?code=BCDF")
    assert is_inside(browser)
    assert Browser(browser.server, "ws", cookie=browser.cookie).ask("/lab/_stcore/stream").status == 101
    told = answer.headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=lax", "path=/lab", "max-age=43200"} <= set(told)
    assert "secure" not in told
    assert "secure" in give(enter(scheme="https"), RIGHT).headers["set-cookie"].lower().split("; ")
    assert give(browser, RIGHT, "//evil.example").headers["location"] == "./evil.example"


def test_the_cookie_outlives_a_restart_but_neither_half_a_day_nor_another_passphrase(enter, monkeypatch):
    first = enter()
    give(first, RIGHT)
    assert is_inside(enter(cookie=first.cookie))
    assert not is_inside(enter("another one", cookie=first.cookie))
    later = tries.time.time() + SECONDS_INSIDE + 2
    monkeypatch.setattr("itsdangerous.timed.time", SimpleNamespace(time=lambda: later))
    assert not is_inside(first)


def at_once(monkeypatch) -> SimpleNamespace:
    """A clock that stands still until it is moved."""
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(tries, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_wrong_ones_cost_a_visitor_more_and_more_time_and_a_right_one_is_no_guess(enter, monkeypatch):
    clock, browser = at_once(monkeypatch), enter()
    for _each in range(9):
        assert "Wait" not in give(browser, "wrong").text
    answer = give(browser, "wrong")
    assert (answer.status, "Wait 2" in answer.text) == (401, True)
    assert give(browser, RIGHT).status == 429
    assert not is_inside(browser)
    assert give(Browser(browser.server, host="192.0.2.2"), RIGHT).status == 303
    clock.now += 2.1
    assert give(browser, RIGHT).status == 303
    assert "Wait" not in give(browser, "wrong").text  # it is forgotten


def test_many_visitors_together_are_slowed_down_too_and_nobody_waits_long(enter, monkeypatch):
    clock, server = at_once(monkeypatch), enter().server
    for number in range(203):
        give(Browser(server, host=f"192.0.2.{number}"), "wrong")
        clock.now += 2.1
    anybody = Browser(server, host="192.0.2.250")
    give(anybody, "wrong")
    assert give(anybody, RIGHT).status == 429
    clock.now += 5.1
    assert give(anybody, RIGHT).status == 303


def test_addresses_of_one_ipv6_network_are_one_visitor(enter):
    server = enter().server
    for number in range(10):
        answer = give(Browser(server, host=f"2001:db8::{number:x}"), "wrong")
    assert "Wait" in answer.text


@pytest.mark.parametrize("body", [b"", b"passphrase=" + b"a" * 5_000, b"&" * 4_000, b"passphrase=%ff%00"])
def test_an_odd_form_is_a_wrong_one(enter, body):
    answer = enter().ask("/lab/", "POST", body)
    assert (answer.status, "This is not the passphrase" in answer.text) == (401, True)


def test_a_home_that_cannot_be_written_still_lets_people_in(enter, monkeypatch):
    browser = enter()
    monkeypatch.setenv("KD_HOME", "/dev/null/home")
    give(browser, RIGHT)
    assert is_inside(browser)


def test_without_a_passphrase_nobody_is_asked(enter):
    assert is_inside(enter(" "))


def test_the_door_speaks_the_readers_language(enter, pseudo_language):
    page = give(enter(), "wrong", f"/lab/?lang={marked.LANGUAGE}").text
    assert "⟦This is not the passphrase.⟧" in page
    assert f'<html lang="{marked.LANGUAGE}">' in page
