"""A real server on a free port and a real Chromium that may speak to nobody else."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.chromium import bring

PROJECT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 120
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Site:
    """Where the app answers, and the process that does."""

    url: str
    process: subprocess.Popen
    log: Path


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Site]:
    """The app as `streamlit run app.py` starts it, with a home of its own."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "KD_HOME": str(folder / "home")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    site = Site(f"http://localhost:{port}", process, folder / "log.txt")
    try:
        _wait_until_healthy(site)
        yield site
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_healthy(site: Site) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(f"{site.url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            assert site.process.poll() is None, site.log.read_text()
            assert time.monotonic() < deadline, site.log.read_text()
            time.sleep(0.2)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = bring()
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page must not do: speak to another machine, or complain in its console."""

    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch this page."""
        page.on("request", lambda request: self._heard(request.url))
        page.on("websocket", lambda socket: self._heard(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        # At a page's address Streamlit looks for its server there before it looks at the root.
        looked_for_server = re.search("/[^/]+/_stcore/(health|host-config)$", message.location["url"])
        if message.type == "error" and not looked_for_server:
            self.complaints.append(f"{message.text} {message.location['url']}")

    def _heard(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("localhost", "127.0.0.1"):
            self.strangers.append(url)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh person's window; at the end, nothing left the machine and nothing complained."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch = Watch()
    watch.over(page)
    yield page
    context.close()
    assert watch.strangers == []
    assert watch.complaints == []
