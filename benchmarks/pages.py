"""How fast pages are in a real Chromium: first paint, sliders, the pen, and a list of many runs.

    python -m benchmarks.pages --runs 5000

Each round starts new servers, in turns with an empty Streamlit app: from `streamlit run` to a heading on the
screen. With --runs, a home with so many stored runs is opened, too. Needs requirements-dev.txt.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

from benchmarks.harness import command, machine, report, say, span
from tests.app_process import PROJECT, app_process
from tests.browser.chromium import bring
from tests.browser.conftest import FLAGS
from tests.stored_runs import save_many

EMPTY_APP = 'import streamlit as st\n\nst.title("Empty")\n'
MINUTE = 60_000
TABLE = "[data-testid=stDataFrame] [role=grid] tbody td"
# Notes, for each event, the milliseconds to the end of the frame that shows it: styles, layout and paint of a
# frame come before the next message.
FRAMES = """name => {
  window.frames_drawn = [];
  document.addEventListener(name, event => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.frames_drawn.push(performance.now() - event.timeStamp);
    port2.postMessage(null);
  }));
}"""
# What is dragged over its whole range: by a page's address, the sliders' names on it.
DRAGGED = {
    "draw?view=targets": {"T on Draw": "T, temperature"},
    "train?as_i_move=false": {
        "T on Train": "T, temperature",
        "alpha on Train": "α",
        "the images on Train": "Training images",
    },
}


class Pace(NamedTuple):
    """Milliseconds for the engine to load TensorFlow, and for a page to come to rest; steps of a drag."""

    engine: float = 20_000
    page: float = 2_000
    steps: int = 120


def measure(rounds: int, runs: int, pace: Pace) -> dict[str, list[float]]:
    """Returns the seconds of each round, by what is timed; of a drag, those of every step."""
    found: dict[str, list[float]] = defaultdict(list)
    chromium = bring()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        empty, full = Path(folder) / "empty.py", Path(folder) / "full"
        empty.write_text(EMPTY_APP, encoding="utf-8")
        if runs:
            save_many(full, runs)
        for number in range(rounds):
            say(f"{number + 1}/{rounds}")
            home = Path(folder) / str(number)
            with first_painted(browser, empty, home) as (_, _, seconds):
                found["an empty Streamlit app starts"].append(seconds)
            with first_painted(browser, PROJECT / "app.py", home) as (page, url, seconds):
                found["KD Lab starts"].append(seconds)
                cold = opened(browser, f"{url}/draw?view=targets", ".kd-live-line")
                found["Draw opens for the first time, with soft targets"].append(cold)
                found["Runs opens"].append(opened(browser, f"{url}/runs?fold=false", TABLE))
                page.wait_for_timeout(pace.engine)
                for address, sliders in DRAGGED.items():
                    page.goto(f"{url}/{address}")
                    for what, slider in sliders.items():
                        steps = drag_to_redraw(page, slider, pace)
                        found[f"a step of {what}, dragged, is drawn"] += steps
                found["a step of the pen is answered by all three"] += pen_to_answers(page, url, pace)
            if runs:
                with app_process(full, KD_AHEAD="0") as app:
                    address = f"{app.url}/runs?fold=false"
                    opened(browser, address, TABLE)  # fills the caches
                    found[f"Runs opens, with {runs:,} runs"].append(opened(browser, address, TABLE))
        browser.close()
    return dict(found)


@contextmanager
def first_painted(browser: Browser, script: Path, home: Path) -> Iterator[tuple[Page, str, float]]:
    """Starts a server and opens it; yields (page, address, seconds from the start to a heading)."""
    started = time.perf_counter()
    command = (sys.executable, "-m", "streamlit", "run", str(script))
    with app_process(home, command, KD_AHEAD="0") as app:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(2 * MINUTE)
        page.goto(app.url, wait_until="commit")
        page.get_by_role("heading", level=1).wait_for()
        yield page, app.url, time.perf_counter() - started
        page.close()


def opened(browser: Browser, url: str, selector: str) -> float:
    """Returns the seconds from opening an address as a new visitor until this is on the page."""
    with browser.new_context() as context:
        page = context.new_page()
        started = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.locator(selector).first.wait_for(state="attached", timeout=2 * MINUTE)
        return time.perf_counter() - started


def drag_to_redraw(page: Page, slider: str, pace: Pace) -> list[float]:
    """Returns the seconds from each move of the dragged slider to the end of the frame that shows it."""
    box = _box(page.get_by_role("slider", name=slider), pace)
    page.evaluate(FRAMES, "input")
    _press(page, box, 0.05)
    page.mouse.move(box["x"] + 0.95 * box["width"], box["y"] + box["height"] / 2, steps=pace.steps)
    page.mouse.up()
    return _frames(page)


def pen_to_answers(page: Page, url: str, pace: Pace) -> list[float]:
    """Returns the seconds from each step of a second stroke to the end of the frame with the answers."""
    page.goto(f"{url}/draw")
    page.get_by_text("Nothing is drawn yet").wait_for()
    box = _box(page.locator(".st-key-canvas_frame"), pace)
    for y in (0.25, 0.5):
        page.evaluate(FRAMES, "pointermove")
        _press(page, box, 0.3, y)
        x, lower = box["x"] + 0.7 * box["width"], box["y"] + (y + 0.05) * box["height"]
        page.mouse.move(x, lower, steps=pace.steps // 2)
        page.mouse.up()
    return _frames(page)


def _frames(page: Page) -> list[float]:
    return [milliseconds / 1e3 for milliseconds in page.evaluate("() => window.frames_drawn")]


def _box(shown: Locator, pace: Pace) -> FloatRect:
    """Returns where it is, once it is at rest."""
    shown.wait_for()
    shown.page.wait_for_timeout(pace.page)
    box = shown.bounding_box()
    assert box is not None  # it was waited for
    return box


def _press(page: Page, box: FloatRect, x: float, y: float = 0.5) -> None:
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.down()


def main(arguments: list[str] | None = None) -> int:
    parser = command("pages", __doc__)
    parser.add_argument("--rounds", type=int, default=5, help="new servers of each kind (%(default)s)")
    parser.add_argument("--runs", type=int, default=0, help="stored runs of a full home (none)")
    options = parser.parse_args(arguments)
    pace = Pace(0, 300, 10) if options.small else Pace()
    facts, seconds = machine(), measure(options.rounds, options.runs, pace)
    lines = [f"{what}: {span(each, 3)}" for what, each in seconds.items()]
    return report(options, {"machine": facts, "seconds": seconds}, lines)


if __name__ == "__main__":
    sys.exit(main())
