"""How long a person waits, measured in a real Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

from benchmarks.app_process import free_port
from tests.browser.chromium import bring
from tests.browser.conftest import FLAGS

PROJECT = Path(__file__).resolve().parent.parent
EMPTY_APP = 'import streamlit as st\n\nst.title("Empty")\n'
MINUTE = 60_000
WHAT = (
    *("empty_app", "first_paint", "dark_knowledge_cold"),
    *("drag_to_redraw", "release_to_address", "pen_to_answers"),
)
DRAG_STEPS = 120

# Resolves to the wall-clock time (in ms) of the first change after which nothing else changes for half a
# second: everything has then arrived.
LAST_CHANGE = """
([selector, settled]) => new Promise(resolve => {
  let last = null, timer = null;
  const observer = new MutationObserver(() => {
    if (!document.querySelector(selector)) return;
    last = Date.now();
    clearTimeout(timer);
    timer = setTimeout(() => { observer.disconnect(); resolve(last); }, settled);
  });
  observer.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
})
"""
SETTLED_MS = 500

# Notes, for each move of a slider, the milliseconds to the end of the frame that shows it: styles, layout and
# paint of a frame come before the next message.
FRAMES = """
() => {
  window.frames_drawn = [];
  document.addEventListener('input', event => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.frames_drawn.push(performance.now() - event.timeStamp);
    port2.postMessage(null);
  }));
}
"""


def browser_times(rounds: int) -> dict[str, list[float]]:
    """Seconds of each round, by what is timed; of a drag, those of every step."""
    found: dict[str, list[float]] = {what: [] for what in WHAT}
    executable = bring()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY_APP, encoding="utf-8")
        for number in range(rounds):
            home = Path(folder) / str(number)
            with first_painted(browser, empty, home) as (_, _, seconds):
                found["empty_app"].append(seconds)
            with first_painted(browser, PROJECT / "app.py", home) as (page, url, seconds):
                found["first_paint"].append(seconds)
                found["dark_knowledge_cold"].append(opened_cold(browser, url))
                # the engine now loads TensorFlow in the background; nobody waits for either
                page.wait_for_timeout(15_000)
                found["drag_to_redraw"] += drag_to_redraw(page, url)
                found["release_to_address"].append(release_to_address(page, url))
                found["pen_to_answers"].append(pen_to_answers(page, url))
        browser.close()
    return found


@contextmanager
def first_painted(browser: Browser, script: Path, home: Path) -> Iterator[tuple[Page, str, float]]:
    """Start a server and open it: (page, address, seconds from the start to a heading on the screen)."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(2 * MINUTE)
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "KD_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://localhost:{port}"
        wait_for_port(port)
        page.goto(url, wait_until="commit")
        page.get_by_role("heading", level=1).wait_for()
        yield page, url, time.perf_counter() - started
    finally:
        context.close()
        process.terminate()
        process.wait(30)


def wait_for_port(port: int) -> None:
    """Wait until a server listens there."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("The server did not start.")


def opened_cold(browser: Browser, url: str) -> float:
    """Seconds from opening Dark knowledge, which nobody has opened before, to its figures."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(2 * MINUTE)
    started = time.perf_counter()
    page.goto(f"{url}/dark_knowledge", wait_until="commit")
    page.locator('[data-testid="stVegaLiteChart"] svg').first.wait_for()
    page.locator(".kd-live-line").first.wait_for()
    seconds = time.perf_counter() - started
    context.close()
    return seconds


def drag_to_redraw(page: Page, url: str) -> list[float]:
    """Seconds from each move of the slider T, while it is dragged, to the end of the frame that shows it."""
    slider = _temperature(page, url)
    page.evaluate(FRAMES)
    box = _box(slider)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.05 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.95 * box["width"], y, steps=DRAG_STEPS)
    page.mouse.up()
    return [milliseconds / 1e3 for milliseconds in page.evaluate("() => window.frames_drawn")]


def release_to_address(page: Page, url: str) -> float:
    """Seconds from letting the slider T go to its new value in the page's address."""
    slider = _temperature(page, url)
    box = _box(slider)
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    started = time.perf_counter()
    page.mouse.up()
    page.wait_for_url("**T=*")
    return time.perf_counter() - started


def _box(shown: Locator) -> FloatRect:
    """Where it is."""
    box = shown.bounding_box()
    assert box is not None  # it was waited for
    return box


def _temperature(page: Page, url: str) -> Locator:
    """The slider T of Dark knowledge, once the page is at rest."""
    page.goto(f"{url}/dark_knowledge")
    slider = page.get_by_role("slider", name="T, temperature")
    slider.wait_for()
    page.wait_for_timeout(2000)
    return slider


def pen_to_answers(page: Page, url: str) -> float:
    """Seconds from lifting the pen to the last change of the three answers, for the second digit drawn."""
    page.goto(f"{url}/draw")
    page.get_by_text("Nothing is drawn yet").wait_for()
    page.wait_for_timeout(3000)
    box = _box(page.locator(".st-key-canvas_frame"))
    for y in (0.25, 0.5):
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + (y + 0.05) * box["height"], steps=12)
        seconds = _act_and_wait(page, page.mouse.up, ".kd-live-answers")
    return seconds


def _act_and_wait(page: Page, act, selector: str) -> float:
    page.evaluate(f"arguments => {{ window.changed = ({LAST_CHANGE})(arguments); }}", [selector, SETTLED_MS])
    started = time.time()
    act()
    return page.evaluate("() => window.changed") / 1e3 - started
