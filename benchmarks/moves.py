"""How long a move on Train takes: from letting go of a slider to the new verdict on the screen.

    python -m benchmarks.moves
    python -m benchmarks.moves --rounds 10 --json

Measured in a real Chromium (Playwright, requirements-dev.txt) against a server whose engine is warm. T goes
by one stop at a time, by the keyboard, to settings that nobody has trained, and back to those that are then
stored. The lab does not think ahead here: it might have trained the new ones before.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.app_process import app_process
from benchmarks.machine import described, machine
from kd.config import FIELDS, RunConfig
from tests.browser.chromium import bring
from tests.browser.conftest import FLAGS

TITLES = {
    "new": "From letting go of T to the verdict of a setting that nobody has trained",
    "stored": "From letting go of T to the verdict of a stored setting",
}
MINUTE = 60_000
MILLISECONDS_TO_WARM_UP, MILLISECONDS_BETWEEN = 20_000, 1_500
STOPS = FIELDS["temperature"].stops
# What was asked for is on the screen, or will not come by itself.
VERDICT = """([setting, waits]) => {
  const text = selector => document.querySelector(selector)?.innerText ?? '';
  const verdict = /more right|fewer right|equally often|ahead by|behind by|no difference shown/i;
  if (verdict.test(text('.kd-head')) && text('.kd-head').includes(setting)) return 'here';
  return text('.kd-hint').includes(waits) ? 'waits' : '';
}"""
WAITS = "so it waits for Train."


def moves(rounds: int, images: int, epochs: int) -> dict[str, list[float]]:
    """Seconds of each move, by what is timed."""
    found: dict[str, list[float]] = {what: [] for what in TITLES}
    executable = bring()
    with (
        tempfile.TemporaryDirectory() as home,
        app_process(Path(home), KD_AHEAD="0") as app,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(2 * MINUTE)
        for seed in range(1, 2 + (rounds - 1) // (len(STOPS) - 1)):
            sizes = f"train_size={images}&epochs={epochs}"
            page.goto(f"{app.url}/train?seed={seed}&temperature={STOPS[0]:g}&{sizes}")
            page.get_by_role("slider", name="T, temperature").wait_for()
            page.wait_for_timeout(MILLISECONDS_TO_WARM_UP if seed == 1 else MILLISECONDS_BETWEEN)
            page.get_by_role("button", name="Train", exact=True).click()
            _wait_for_verdict(page, STOPS[0])
            there = STOPS[: 1 + rounds - len(found["new"])]
            found["new"] += [_move(page, "ArrowRight", stop) for stop in there[1:]]
            found["stored"] += [_move(page, "ArrowLeft", stop) for stop in there[-2::-1]]
        browser.close()
    return found


def _move(page: Page, key: str, temperature: float) -> float:
    """Move T by one stop, which ends there; returns the seconds until its verdict is on the screen."""
    page.wait_for_timeout(MILLISECONDS_BETWEEN)
    page.get_by_role("slider", name="T, temperature").focus()
    began = time.perf_counter()
    page.keyboard.press(key)
    _wait_for_verdict(page, temperature)
    return time.perf_counter() - began


def _wait_for_verdict(page: Page, temperature: float) -> None:
    """Raises: RuntimeError, when this machine is so busy that a run takes more than three seconds."""
    words = f"α {RunConfig().alpha:g} · T {temperature:g} with"
    if page.wait_for_function(VERDICT, arg=[words, WAITS]).json_value() == "waits":
        raise RuntimeError("This machine is too slow or too busy: a run takes more than three seconds.")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.moves", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--rounds", type=int, default=15, help="moves of each kind (%(default)s)")
    default = RunConfig()
    parser.add_argument("--images", type=int, default=default.train_size, help="of each run (%(default)s)")
    parser.add_argument("--epochs", type=int, default=default.epochs, help="of each run (%(default)s)")
    options = parser.parse_args(arguments)
    found: dict[str, Any] = {
        "machine": machine(),
        "moves": moves(options.rounds, options.images, options.epochs),
    }
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print(described(found["machine"]))
    for what, seconds in found["moves"].items():
        print(f"{TITLES[what]}: {np.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
