"""A real server on a free port, and a real Chromium that may talk to nobody else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from benchmarks.app_process import AppProcess, app_process
from kd.store.index.rows import ACTIVE
from kd.store.store import Store
from tests.browser.chromium import bring

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[AppProcess]:
    """One app for all browser tests, started as `streamlit run app.py` does, with a home of its own.

    Each test leaves it as it found it, or at least trains with its own seeds.
    """
    with app_process(tmp_path_factory.mktemp("site")) as app:
        yield app


@pytest.fixture(autouse=True)
def nothing_trains_on(site: AppProcess) -> Iterator[None]:
    """A test that fails in the middle of a run takes no later test with it."""
    yield
    index = Store(site.log.parent).index
    deadline = time.monotonic() + 30
    while active := [row["run_id"] for row in index.rows() if row["status"] in ACTIVE]:
        assert time.monotonic() < deadline, active
        for run_id in active:
            index.ask_to_stop(run_id)
        time.sleep(0.1)


@pytest.fixture(scope="package")  # closed here: while it is open, no other test can run an event loop
def browser() -> Iterator[Browser]:
    executable = bring()
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """Watches for what a page must not do: contact another machine, or complain in its console."""

    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch this page."""
        page.on("request", lambda request: self._heard(request.url))
        page.on("websocket", lambda socket: self._heard(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        # On a page, Streamlit looks for its server below the page's address before it tries the root.
        looked_for_server = re.search("/[^/]+/_stcore/(health|host-config)$", message.location["url"])
        if message.type == "error" and not looked_for_server:
            self.complaints.append(f"{message.text} {message.location['url']}")

    def _heard(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("localhost", "127.0.0.1"):
            self.strangers.append(url)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new visitor's window; afterwards, checks that nothing left the machine and nothing complained."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch = Watch()
    watch.over(page)
    yield page
    context.close()
    assert watch.strangers == []
    assert watch.complaints == []
