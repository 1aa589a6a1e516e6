"""A study that fills while people watch it: how long their page takes to answer.

    python -m benchmarks.watched_study
    python -m benchmarks.watched_study --people 30 --json

One session starts a study of 9 cells and 4 seeds on Sweep; `--people` others open its address and watch it
until it has ended, each choosing another cell every few seconds. The sessions use Streamlit's own messages
(benchmarks/browser_session.py); no browser renders what they receive.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.app_process import app_process
from benchmarks.browser_session import BrowserSession
from benchmarks.classroom import PATIENCE, Shares
from kd.config import RunConfig
from kd.studies.address import address_of
from kd.studies.study import Study

STUDY = Study(
    RunConfig(train_size=1_000, epochs=40, seed=81),
    {"alpha": (0.1, 0.5, 0.9), "temperature": (1.0, 4.0, 20.0)},
    seeds=4,
)
SECONDS_BETWEEN_CELLS = 3.0


async def watcher(url: str, query: str, number: int, until: float) -> BrowserSession:
    """Watches the study, and chooses a cell now and then."""
    session = BrowserSession(url, "sweep", query)
    async with session:
        await session.settled(PATIENCE)
        step = 0
        await asyncio.sleep(SECONDS_BETWEEN_CELLS * (number % 10) / 10)
        while time.monotonic() < until and not _has_ended(session):
            step += 1
            cell = (number + step) % (STUDY.size // STUDY.seeds)
            await session.act("Cell", string_value=_cell_name(cell))
            await asyncio.sleep(SECONDS_BETWEEN_CELLS)
        await session.settled(PATIENCE)
    return session


def _has_ended(session: BrowserSession) -> bool:
    return any("all finished" in text for text in session.texts[-20:])


def _cell_name(cell: int) -> str:
    values = list(STUDY.cells())[cell]
    return f"α {values['alpha']:g}, T {values['temperature']:g}"


async def measure(url: str, people: int, seconds: float) -> dict:
    """Start the study and watch it."""
    query = address_of(STUDY).partition("?")[2]
    starter = await BrowserSession(url, "sweep", query).__aenter__()
    await starter.settled(PATIENCE)
    await starter.act("Start", trigger_value=True)
    await starter.settled(PATIENCE)
    until = time.monotonic() + seconds
    sessions = await asyncio.gather(*(watcher(url, query, number, until) for number in range(people)))
    await starter.__aexit__()
    timings = [timing for session in sessions for timing in session.timings]
    return {
        "people": people,
        "runs": STUDY.size,
        "looks": Shares([t.seconds for t in timings if t.kind == "look"]).summary(),
        "cells": Shares([t.seconds for t in timings if t.kind == "change"]).summary(),
        "opening": Shares([t.seconds for t in timings if t.kind == "open"]).summary(),
        "errors": sorted({error for session in sessions for error in session.errors}),
        "load_average": psutil.getloadavg()[0],
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.watched_study", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--people", type=int, default=30, metavar="N")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="for how long at most")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home, app_process(Path(home)) as app:
        found = asyncio.run(measure(app.url, options.people, options.seconds))
    if options.json:
        print(json.dumps(found))
        return 0
    print(f"{found['people']} people watch {found['runs']} runs, load average {found['load_average']:.1f}")
    for name in ("looks", "cells", "opening"):
        share = found[name]
        if share["requests"]:
            times = "   ".join(f"{key[:-3]} {share[key]:6.0f} ms" for key in ("p50_ms", "p95_ms", "p99_ms"))
            print(f"{name:8} {share['requests']:5} requests   {times}")
    print(f"errors: {len(found['errors'])}", *found["errors"][:5], sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
