"""How fast pages are: first paint, slider to figure, pen to answers, and a rerun on the server.

    python -m benchmarks.pages
    python -m benchmarks.pages --rounds 3 --json

The first three are measured in a real Chromium (Playwright, requirements-dev.txt), with a new server for
each round. First paint is the time from starting `streamlit run` to a heading on the screen, in turns with
an empty app. Reruns are timed in a process with nothing but the page, without a browser.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np

from benchmarks.browser_times import browser_times
from benchmarks.machine import described, machine
from benchmarks.reruns import rerun_seconds

TITLES = {
    "empty_app": "First paint, empty Streamlit app",
    "first_paint": "First paint, KD Lab",
    "dark_knowledge_cold": "From opening Dark knowledge for the first time to its figures",
    "drag_to_redraw": "From a step of the dragged slider T to the end of the frame that shows it",
    "release_to_address": "From letting the slider T go to the new address",
    "pen_to_answers": "From lifting the pen to the three answers (Draw)",
}


def measure(rounds: int, reruns: int) -> dict[str, Any]:
    """{"machine", "browser": {what: [seconds]}, "reruns": {page: [seconds]}}."""
    return {
        "machine": machine(),
        "browser": browser_times(rounds) if rounds else {},
        "reruns": rerun_seconds(reruns),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pages", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds in the browser, 0 for none (%(default)s)"
    )
    parser.add_argument("--reruns", type=int, default=15, help="reruns of each page (%(default)s)")
    options = parser.parse_args(arguments)
    found = measure(options.rounds, options.reruns)
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print(described(found["machine"]))
    for name, seconds in found["browser"].items():
        print(f"{TITLES[name]}: {np.median(seconds):.3f} s ({min(seconds):.3f}–{max(seconds):.3f})")
    for page, seconds in found["reruns"].items():
        low, high = min(seconds) * 1e3, max(seconds) * 1e3
        print(f"Rerun of {page}: {np.median(seconds) * 1e3:.0f} ms ({low:.0f}–{high:.0f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
