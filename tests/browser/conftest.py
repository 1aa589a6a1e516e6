"""A real server on a free port, and a real Chromium that may talk to nobody else."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from kd.config import RunConfig
from kd.lab import Lab
from kd.store.rows import ACTIVE
from kd.store.store import Store
from tests.app_process import AppProcess, app_process
from tests.browser.chromium import bring
from tests.engine.common import alive, until
from tests.store.test_upkeep import save
from ui.pictures.ways_in import FIRST_PICTURE
from ui.shared.program import program

WIDE = {"width": 1400, "height": 1000}
PHONE = {"width": 390, "height": 844}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A page of a test is gone before machine code that V8 compiles for long use pays: a fifth of Chromium's work.
# benchmarks.pages measures without it.
SHORT_LIVED = "--js-flags=--no-opt"


def unused_seed() -> int:
    """Returns a seed that nothing has been trained with, also in a second try."""
    return random.randrange(1_000, 1_000_000)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[AppProcess]:
    """One app for all browser tests, started as `streamlit run app.py` does, with a home of its own.

    Each test leaves it as it found it, or at least trains with its own seeds. No process outlives it.
    """
    with app_process(tmp_path_factory.mktemp("site")) as app:
        yield app
        family = app.family()
    until(lambda: not alive(family))


@pytest.fixture(autouse=True)
def nothing_trains_on(site: AppProcess) -> Iterator[None]:
    """A test that fails in the middle of a run takes no later test with it."""
    yield
    runs = Store(site.log.parent).runs
    deadline = time.monotonic() + 120
    while active := [row.run_id for row in runs.rows() if row.status in ACTIVE]:
        assert time.monotonic() < deadline, active
        for run_id in active:
            runs.ask_to_stop(run_id)
        time.sleep(0.1)


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where the browser is."""
    return bring()


@pytest.fixture(scope="package")  # closed here: while it is open, no other test can run an event loop
def playwright(chromium: str) -> Iterator[Playwright]:
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def window(playwright: Playwright, chromium: str, tmp_path_factory) -> Iterator[BrowserContext]:
    """A Chromium with a cache on disk, as people have it: Streamlit's program is read and compiled once."""
    with opened_window(playwright, chromium, tmp_path_factory.mktemp("window"), viewport=WIDE) as window:
        yield window


@pytest.fixture(scope="package")
def touch_window(playwright: Playwright, chromium: str, tmp_path_factory) -> Iterator[BrowserContext]:
    """The same on a phone."""
    folder = tmp_path_factory.mktemp("phone")
    with opened_window(playwright, chromium, folder, viewport=PHONE, has_touch=True) as window:
        yield window


@contextmanager
def opened_window(
    playwright: Playwright, chromium: str, folder: Path, **options: Any
) -> Iterator[BrowserContext]:
    window = playwright.chromium.launch_persistent_context(
        folder, executable_path=chromium, args=[*FLAGS, SHORT_LIVED], **options
    )
    window.set_default_timeout(60_000)
    for script in ("layout_shifts.js", "one_by_one.js"):
        window.add_init_script(path=Path(__file__).with_name(script))
    yield window
    window.close()


@pytest.fixture(scope="package")
def wrong(window: BrowserContext) -> list[str]:
    """What the window's page does that it must not: contact another machine, or complain in its console."""
    found: list[str] = []

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("localhost", "127.0.0.1"):
            found.append(url)

    def said(message: ConsoleMessage) -> None:
        # On a page, Streamlit looks for its server below the page's address before it tries the root.
        looked_for_server = re.search("/[^/]+/_stcore/(health|host-config)$", message.location["url"])
        if message.type == "error" and not looked_for_server:
            found.append(f"{message.text} {message.location['url']}")

    page = window.pages[0]
    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", said)
    return found


@contextmanager
def visit(window: BrowserContext, site: AppProcess) -> Iterator[Page]:
    """A page for somebody whom the app does not know yet.

    It is the window's first: the next test goes on with it, for which Chromium works a third less than for a
    new one.
    """
    page = window.pages[0]
    size = page.viewport_size
    session = window.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": site.url, "storageTypes": "local_storage"})
    session.detach()
    window.clear_cookies()
    try:
        yield page
    finally:
        for opened in window.pages[1:]:
            opened.close()
        page.goto("about:blank")
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        page.mouse.move(0, 0)


@pytest.fixture
def page(window: BrowserContext, site: AppProcess, wrong: list[str]) -> Iterator[Page]:
    """A new visitor's window; afterwards, checks that nothing left the machine and nothing complained."""
    with visit(window, site) as page:
        wrong.clear()
        yield page
        found = [*wrong]
    assert found == []


@pytest.fixture
def phone(touch_window: BrowserContext, site: AppProcess) -> Iterator[Page]:
    """A new visitor's phone."""
    with visit(touch_window, site) as page:
        yield page


@pytest.fixture
def run_to_delete(site: AppProcess) -> Iterator[str]:
    """A run of somebody whom every visitor may delete."""
    with Lab(site.log.parent) as lab:
        run_id = save(lab, 91)
        yield run_id
        lab.store.runs.remove(run_id)


@pytest.fixture(scope="package")
def logits(tmp_path_factory) -> dict[str, np.ndarray]:
    """model → the included run's logits for the picture that the pages open with."""
    logits = Lab(tmp_path_factory.mktemp("home")).runs[RunConfig().run_id].test_logits()
    return {model: values[FIRST_PICTURE].astype(float) for model, values in logits.items()}


@pytest.fixture(scope="module")
def asked(window):
    """A function that has the browser evaluate an expression in our program, with arguments a, b, c …"""
    page: Page = window.new_page()

    def ask(expression: str, *arguments):
        names = "abcdefgh"[: len(arguments)]
        script = program().replace("export default", "const mount =")
        called = f"({','.join(names)}) => {{ {script}\nreturn {expression}; }}"
        # numbers that JSON has no words for would become null
        return page.evaluate(f"given => ({called})(...JSON.parse(given))", json.dumps(arguments))

    yield ask
    page.close()


def choose(page: Page, name: str, option: str | re.Pattern) -> None:
    """Choose from a menu, which a redraw of the page may close again."""
    found = page.get_by_role("option", name=option)
    for _again in range(20):
        page.get_by_role("combobox", name=name).press("ArrowDown")
        page.wait_for_timeout(500)
        if found.is_visible():
            break
    found.click()
