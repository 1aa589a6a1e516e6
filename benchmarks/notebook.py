"""How fast Runs is with thousands of runs stored, against an empty one: first paint, and a filter.

    python -m benchmarks.notebook
    python -m benchmarks.notebook --runs 5000 --rounds 5 --json

In a real Chromium (Playwright, requirements-dev.txt), in turns. First paint is the time from opening the page
to the last change of its table, for a new visitor of a server that is up, and for the first one after it has
started ("cold"). A filter is the time from the last letter that is typed to the frame in which the table's
canvas has the line that was looked for; what a screen reader is told comes a quarter of a second later. What
the server does for a visit or a filter is timed by itself, in this process.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.app_process import app_process
from benchmarks.browser_times import MINUTE
from benchmarks.machine import described, machine
from kd.config import RunConfig
from tests.browser.chromium import bring
from tests.browser.conftest import FLAGS
from tests.stored_runs import save_many

PROJECT = Path(__file__).resolve().parent.parent
GRID = "[data-testid=stDataFrame] [role=grid]"
# Resolves to the milliseconds from the last letter typed to the end of a frame once the table has this text.
PAINTED = """
text => new Promise(resolve => {
  let typed = 0;
  document.addEventListener('input', event => { typed = event.timeStamp; }, true);
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (drawn, ...place) {
    if (drawn === text) requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now() - typed);
      port2.postMessage(null);
    });
    return draw.call(this, drawn, ...place);
  };
})
"""
TITLES = {
    "empty_cold": "First paint after the server has started, no runs of one's own",
    "full_cold": "First paint after the server has started, {runs} runs",
    "empty": "First paint, no runs of one's own",
    "full": "First paint, {runs} runs",
    "filter": "From the last letter typed to the filtered table, {runs} runs",
    "visit_empty": "Processor time of a visit on the server, no runs of one's own",
    "visit": "Processor time of a visit on the server, {runs} runs",
    "rerun": "Processor time of another filter on the server, {runs} runs",
}


def measure(runs: int, rounds: int, reruns: int) -> dict[str, Any]:
    """{"machine", "runs", "seconds": {what: [seconds]}}."""
    seconds: dict[str, list[float]] = {what: [] for what in TITLES}
    with tempfile.TemporaryDirectory() as folder:
        homes = {name: Path(folder) / name for name in ("empty", "full")}
        made = save_many(homes["full"], runs)
        full = on_server(homes["full"], made, reruns)
        empty = on_server(homes["empty"], [RunConfig().run_id] * reruns, reruns)
        seconds["visit"], seconds["visit_empty"], seconds["rerun"] = (
            full["visits"],
            empty["visits"],
            full["filters"],
        )
        if rounds:
            in_browser(homes, made, rounds, seconds)
    return {"machine": machine(), "runs": runs, "seconds": seconds}


def in_browser(homes: dict[str, Path], made: list[str], rounds: int, seconds: dict[str, list[float]]) -> None:
    """Add what a person waits, with a new server in each round."""
    executable = bring()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        for _ in range(rounds):
            for name, home in homes.items():
                with app_process(home, KD_AHEAD="0") as app:
                    seconds[f"{name}_cold"].append(painted(browser, app.url))
                    seconds[name].append(painted(browser, app.url))
                    if name == "full":
                        seconds["filter"].append(filtered(browser, app.url, made))
        browser.close()


def painted(browser: Browser, url: str) -> float:
    """Seconds from opening Runs to its table, for a new visitor."""
    page = opened(browser)
    started = time.perf_counter()
    page.goto(f"{url}/runs?fold=false", wait_until="commit")
    page.locator(f"{GRID} tbody td").first.wait_for(state="attached")
    seconds = time.perf_counter() - started
    page.context.close()
    return seconds


def filtered(browser: Browser, url: str, made: list[str]) -> float:
    """Seconds from the last letter of a run's id to the table of this run alone."""
    page = opened(browser)
    page.goto(f"{url}/runs?fold=false&columns=run,setting,gain,interval,teacher,when")
    page.locator(f"{GRID} tbody td").first.wait_for(state="attached")
    page.wait_for_timeout(3_000)
    oldest = made[0]  # the last of all lines, far below those that are in sight
    page.evaluate(f"text => {{ window.painted = ({PAINTED})(text); }}", oldest)
    page.get_by_role("textbox", name="Find").press_sequentially(oldest)
    milliseconds = page.evaluate("() => window.painted")
    page.context.close()
    return milliseconds / 1e3


def opened(browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.set_default_timeout(2 * MINUTE)
    return page


def on_server(home: Path, words: list[str], repeats: int) -> dict[str, list[float]]:
    """Processor seconds of "visits" by new visitors, and of "filters" for these words, each repeated.

    After a first visit, which fills the caches. Unlike what a clock says, they hold on a busy machine too.
    """
    from streamlit.testing.v1 import AppTest

    from kd.lab import Lab
    from ui.shared import server

    found: dict[str, list[float]] = {"visits": [], "filters": []}
    with (
        patch.dict(os.environ, {"KD_HOME": str(home)}),
        patch.object(Lab, "warm_up", lambda self: None),
    ):
        server.forget_lab()
        for number in range(repeats + 1):
            app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120)
            app.switch_page("pages/runs.py")
            app.query_params["fold"] = "false"
            seconds = processor_seconds(app.run)
            server.lab().upkeep.usage()  # otherwise measured in the midst of the next visit
            if number:
                found["visits"].append(seconds)
        for word in words[:repeats]:
            find = next(field for field in app.text_input if field.key == "q")
            found["filters"].append(processor_seconds(find.set_value(word).run))
            if app.exception or len(app.dataframe[0].value) != 1:
                raise RuntimeError("The filter did not find the run.")
        server.lab().close()
        server.forget_lab()
    return found


def processor_seconds(act: Callable[[], object]) -> float:
    """How long the processors work for something in this process."""
    started = time.process_time()
    act()
    return time.process_time() - started


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.notebook", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--runs", type=int, default=5_000, help="runs stored (%(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds in the browser, 0 for none (%(default)s)"
    )
    parser.add_argument(
        "--reruns", type=int, default=15, help="visits and filters on the server (%(default)s)"
    )
    options = parser.parse_args(arguments)
    found = measure(options.runs, options.rounds, options.reruns)
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print(described(found["machine"]))
    for name, title in TITLES.items():
        seconds = found["seconds"][name] or [float("nan")]
        words = title.format(runs=f"{found['runs']:,}")
        print(f"{words}: {np.median(seconds):.3f} s ({min(seconds):.3f}–{max(seconds):.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
