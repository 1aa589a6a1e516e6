"""A class using the app while a run trains: how long its requests wait, and how much training slows down.

    python -m benchmarks.classroom
    python -m benchmarks.classroom --people 200 --every 20
    python -m benchmarks.classroom --as-they-move
    python -m benchmarks.classroom --study
    python -m benchmarks.classroom --class

First, a run trains alone. Then `--people` sessions open the app: two out of three on Train,
where they watch the next run live and set α, which the server hears of when it is let go; one out of three on
Draw, where they draw. Each acts every three seconds or as often as `--every` says. With `--as-they-move`,
those on Train set α of settings of their own instead, and train as they move; with `--study`, everybody
watches a study fill on Sweep and looks into its cells. The sessions use Streamlit's own messages
(tests/browser_session.py); no browser renders what they receive. With `--class`, they are the phones of a
class that trains a seed each and draws (benchmarks/phones.py).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import psutil

from benchmarks import phones
from benchmarks.harness import PATIENCE, command, compared, machine, report, say, until
from kd import Lab, RunConfig, Study, load_mnist
from kd.config import FIELDS
from kd.studies.address import address_of
from tests.app_process import AppProcess, app_process
from tests.browser_session import BrowserSession

RUN = RunConfig(train_size=40_000, epochs=100, seed=71)  # trains for longer than a minute
AXES = {"alpha": (0.1, 0.5, 0.9), "temperature": (1.0, 4.0, 20.0)}
STUDY = Study(RunConfig(train_size=1_000, epochs=40, seed=81), AXES, seeds=4)
ALPHAS = [alpha for alpha in FIELDS["alpha"].stops if alpha != RUN.alpha]  # so the first act is a move, too
ACTS = {"train": "slider", "draw": "drawing", "sweep": "cell"}


async def act(session: BrowserSession, step: int) -> None:
    """Lets go of α at another value on Train, draws a digit on Draw, or looks into a cell on Sweep."""
    if session.page == "train":
        await session.let_go("setting", alpha=alpha_at(step))
    elif session.page == "draw":
        digit = load_mnist().x_test[37 * step % 10_000]
        await session.draw(np.kron(digit, np.ones((10, 10), np.uint8)))
    else:
        cells = session.widgets["Cell"].element.options
        await session.act("Cell", string_value=cells[step % len(cells)])


def alpha_at(step: int) -> float:
    return ALPHAS[step % len(ALPHAS)]


async def person(session: BrowserSession, number: int, end: float, every: float) -> None:
    """One person's visit: acts again and again."""
    async with session:
        await session.settled(PATIENCE)
        await asyncio.sleep(every * (number % 10) / 10)
        for step in itertools.count(number + 1):
            await act(session, step)
            await asyncio.sleep(every)
            if time.monotonic() > end:
                break
        await session.settled(PATIENCE)
        if session.page == "train" and parse_qs(session.query).get("alpha") != [f"{alpha_at(step):g}"]:
            session.errors.append(f"α was let go at {alpha_at(step):g}, and the address says {session.query}")


async def visit(url: str, page: str, query: str = "", button: str = "") -> None:
    """Opens a page, presses a button if there is one to press, and leaves."""
    async with BrowserSession(url, page, query) as session:
        await session.settled(PATIENCE)
        if button:
            await session.act(button, trigger_value=True)
            await session.settled(PATIENCE)


async def epochs_of(lab: Lab, config: RunConfig, at_least: int = 0) -> list[float]:
    """Returns the seconds of the students' epochs so far, without the first ones, which load and trace."""

    def seconds() -> list[float]:
        history = lab.runs[config.run_id].history
        return [e["seconds"] for e in history if e["model"] != "teacher" and e["epoch"] > 2]

    await asyncio.to_thread(until, lambda: len(seconds()) >= at_least)
    return seconds()


def query(config: RunConfig) -> str:
    """Returns a run's settings as a query string."""
    return "&".join(f"{name}={value}" for name, value in config.to_dict().items() if name != "alpha")


async def beside_a_run(app: AppProcess, options: argparse.Namespace) -> dict[str, Any]:
    """Measures a run alone first, then one with the class."""
    run = RUN.replace(train_size=2_000) if options.small else RUN
    other, sessions = run.replace(seed=72), []
    with Lab(app.log.parent) as lab:  # which looks at what the app's Lab does
        await visit(app.url, "train", query(run), "Train")
        alone = await epochs_of(lab, run, 20)
        lab.runs[run.run_id].stop()
        await asyncio.to_thread(lab.runs[run.run_id].wait)
        await visit(app.url, "train", query(other), "Train")
        before = len(await epochs_of(lab, other, 6))
        for number in range(options.people):
            own = f"seed={number}" if options.as_they_move else f"run={other.run_id}&{query(other)}"
            page, address = ("draw", "") if number % 3 == 2 else ("train", own)
            sessions.append(BrowserSession(app.url, page, address))
        found = await in_class(app, sessions, options)
        together = (await epochs_of(lab, other))[before:]
        lab.runs[other.run_id].stop()
        return {**found, "epoch alone": alone, "epoch": together}


async def beside_a_study(app: AppProcess, options: argparse.Namespace) -> dict[str, Any]:
    """Starts a study that everybody watches."""
    address = address_of(STUDY).partition("?")[2]
    await visit(app.url, "sweep", address, "Start")
    sessions = [BrowserSession(app.url, "sweep", address) for _ in range(options.people)]
    return await in_class(app, sessions, options)


async def in_class(
    app: AppProcess, sessions: list[BrowserSession], options: argparse.Namespace
) -> dict[str, Any]:
    """Returns {"requests": {kind: [seconds]}, "errors", "server_seconds"} of these people, all at once."""
    say(f"{len(sessions)} people come in")
    end, server = time.monotonic() + options.seconds, psutil.Process(app.process.pid)
    computed = sum(server.cpu_times()[:2])
    await asyncio.gather(*(person(each, n, end, options.every) for n, each in enumerate(sessions)))
    requests: dict[str, list[float]] = {}
    for session in sessions:
        for timing in session.timings:
            kind = ACTS[session.page] if timing.kind == "change" else timing.kind
            requests.setdefault(kind, []).append(timing.seconds)
    return {
        "requests": requests,
        "errors": sorted({error for session in sessions for error in session.errors}),
        "server_seconds": sum(server.cpu_times()[:2]) - computed,
    }


def in_words(found: dict[str, Any]) -> list[str]:
    """Returns a line for each kind of request, the errors, and how training slowed down."""
    requests, lines = found["requests"], []
    every = [seconds for kind, each in requests.items() if kind != "open" for seconds in each]
    for kind, each in {"all": every, **requests}.items():
        if each:
            p50, p95, p99 = np.percentile(each, [50, 95, 99]) * 1e3
            times = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms"
            lines.append(f"{kind}: {len(each)} requests, {times}")
    lines += [f"errors: {len(found['errors'])}", *found["errors"][:5]]
    lines.append(f"the server computed for {found['server_seconds']:.1f} s")
    if "epoch" in found:
        lines.append(compared("An epoch with the class / alone", found["epoch"], found["epoch alone"]))
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = command("classroom", __doc__)
    parser.add_argument("--people", type=int, default=30, metavar="N")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S")
    parser.add_argument("--every", type=float, default=3.0, metavar="S", help="between one person's actions")
    parser.add_argument("--as-they-move", action="store_true", help="quick runs start by themselves on Train")
    parser.add_argument("--study", action="store_true", help="all watch a study of 36 runs fill")
    about = "a class with a wall and a phone each: they join, train a seed each, and draw"
    parser.add_argument("--class", action="store_true", dest="phones", help=about)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home, app_process(Path(home)) as app:
        facts = machine()
        beside = beside_a_study if options.study else beside_a_run
        if options.phones:
            beside = phones.with_phones
        found = {"machine": facts, **asyncio.run(beside(app, options))}
    report(options, found, phones.in_words(found) if options.phones else in_words(found))
    return 1 if found["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
