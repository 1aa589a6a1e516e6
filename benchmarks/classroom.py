"""A class using the app: how long its websocket sessions wait while a run trains, and how much that slows.

    python -m benchmarks.classroom
    python -m benchmarks.classroom --people 30 --seconds 60 --json
    python -m benchmarks.classroom --people 200 --every 20 --descriptors 1024

First, a run trains with nobody watching, to measure the speed of its epochs. Then `--people` sessions open
the app: two out of three on Train, where they watch the next run live and move α, one out of three on Draw,
where they draw, each every three seconds or as often as `--every` says. With `--as-they-move`, those on Train
move α of settings of their own instead, and train as they move. The sessions use Streamlit's own messages
(benchmarks/browser_session.py); no browser renders what they receive.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks.app_process import AppProcess, app_process
from benchmarks.browser_session import BrowserSession
from kd.config import RunConfig
from kd.pictures.mnist import load_mnist
from kd.store.store import Store
from kd.text.words import MODELS

# long enough to train for the whole minute
RUN = RunConfig(train_size=40_000, epochs=100, seed=71)
PATIENCE = 300
STUDENTS = MODELS[1:]


@dataclass
class Shares:
    """Seconds of some reruns."""

    seconds: list[float]

    def summary(self) -> dict[str, float]:
        """Their number, and their 50th, 95th and 99th percentiles in milliseconds."""
        if not self.seconds:
            return {"requests": 0}
        p50, p95, p99 = np.percentile(self.seconds, [50, 95, 99]) * 1e3
        return {"requests": len(self.seconds), "p50_ms": p50, "p95_ms": p95, "p99_ms": p99}


def query(config: RunConfig) -> str:
    """A run's settings as a query string."""
    return "&".join(f"{name}={value}" for name, value in config.to_dict().items() if name != "alpha")


async def train(url: str, config: RunConfig) -> BrowserSession:
    """Open Train as a visitor and press Train; returns the session, still open."""
    session = await BrowserSession(url, "train", query(config)).__aenter__()
    await session.settled(PATIENCE)
    await session.act("Train", trigger_value=True)
    await session.settled(PATIENCE)
    return session


async def epochs_of(home: Path, run_id: str, at_least: int) -> list[dict]:
    """The students' epochs so far, once there are enough."""
    runs = Store(home).runs
    deadline = time.monotonic() + PATIENCE
    while True:
        events = [e for e in runs.events(run_id) if e["event"] == "epoch" and e["model"] in STUDENTS]
        if len(events) >= at_least:
            return events
        if time.monotonic() > deadline:
            raise RuntimeError(f"the run did not train: {runs.row(run_id)}")
        await asyncio.sleep(0.5)


def epoch_seconds(events: list[dict]) -> float:
    """Median of an epoch, without the first ones, which load and trace."""
    return float(np.median([event["seconds"] for event in events if event["epoch"] > 2]))


async def mover(url: str, query: str, number: int, until: float, every: float) -> BrowserSession:
    """Moves α on Train, opened with this query."""
    session = BrowserSession(url, "train", query)
    async with session:
        await session.settled(PATIENCE)
        step = 0
        await asyncio.sleep(every * (number % 10) / 10)
        while time.monotonic() < until:
            step += 1
            alpha = 0.05 * ((number + step) % 20)
            await session.act("α, weight of the true labels", double_array_value=[round(alpha, 2)])
            await asyncio.sleep(every)
        await session.settled(PATIENCE)
    return session


async def drawer(url: str, number: int, until: float, every: float) -> BrowserSession:
    """Draws digits on Draw."""
    images = load_mnist().x_test
    session = BrowserSession(url, "draw")
    async with session:
        await session.settled(PATIENCE)
        step = 0
        await asyncio.sleep(every * (number % 10) / 10)
        while time.monotonic() < until:
            step += 1
            digit = images[(37 * number + step) % len(images)]
            await session.draw(np.kron(digit, np.ones((10, 10), np.uint8)))
            await asyncio.sleep(every)
        await session.settled(PATIENCE)
    return session


def memory(app: AppProcess) -> dict[str, float]:
    """Megabytes of each process, by what it is."""
    found: dict[str, float] = {}
    for process in [psutil.Process(app.process.pid), *app.family()]:
        try:
            command = " ".join(process.cmdline())
            size = process.memory_info().rss / 1e6
        except psutil.Error:
            continue
        if "streamlit" in command:
            name = "server"
        elif "kd.engine" in command:
            name = "engine"
        else:
            is_worker = "spawn_main" in command or "forkserver" in command
            name = "worker" if is_worker else "tracker"
        count = sum(known.partition(" ")[0] == name for known in found)
        found[f"{name} {count + 1}" if name in ("worker", "tracker") else name] = round(size)
    return found


async def measure(
    app: AppProcess, home: Path, people: int, seconds: float, every: float, as_they_move: bool
) -> dict:
    """Measure a run alone first, then one with the class."""
    alone = await train(app.url, RUN)
    undisturbed = epoch_seconds(await epochs_of(home, RUN.run_id, 2 * 10))
    _say(f"an epoch alone: {undisturbed:.2f} s")
    await alone.act("Stop", trigger_value=True)
    await alone.settled(PATIENCE)
    await alone.__aexit__()

    other = RUN.replace(seed=72)
    starter = await train(app.url, other)
    before = len(await epochs_of(home, other.run_id, 6))
    _say(f"{people} people come in")
    until = time.monotonic() + seconds
    server, clients = psutil.Process(app.process.pid), psutil.Process()
    most_descriptors = [0]
    counting = asyncio.create_task(_count_descriptors(server, most_descriptors))
    before_cpu = [_computed(process) for process in (server, clients)]
    sessions = await asyncio.gather(
        *(
            drawer(app.url, number, until, every)
            if number % 3 == 2
            else mover(
                app.url,
                f"seed={number}" if as_they_move else f"run={other.run_id}&{query(RUN)}",
                number,
                until,
                every,
            )
            for number in range(people)
        )
    )
    server_cpu, clients_cpu = (
        _computed(process) - past for process, past in zip((server, clients), before_cpu, strict=True)
    )
    counting.cancel()
    used = memory(app)
    disturbed = epoch_seconds((await epochs_of(home, other.run_id, 0))[before:])
    await starter.act("Stop", trigger_value=True)
    await starter.__aexit__()

    timings = [timing for session in sessions for timing in session.timings]
    errors = [error for session in sessions for error in session.errors]
    acts = [t.seconds for t in timings if t.kind == "change"]
    return {
        "people": people,
        "seconds": seconds,
        "every": every,
        "all": Shares([t.seconds for t in timings if t.kind != "open"]).summary(),
        "slider and drawing": Shares(acts).summary(),
        "slider": Shares(
            [t.seconds for s in sessions if s.page == "train" for t in s.timings if t.kind == "change"]
        ).summary(),
        "drawing": Shares(
            [t.seconds for s in sessions if s.page == "draw" for t in s.timings if t.kind == "change"]
        ).summary(),
        "live looks": Shares([t.seconds for t in timings if t.kind == "look"]).summary(),
        "opening": Shares([t.seconds for t in timings if t.kind == "open"]).summary(),
        "errors": errors,
        "megabytes_sent": sum(session.received for session in sessions) / 1e6,
        "server_cpu_seconds": server_cpu,
        "clients_cpu_seconds": clients_cpu,
        "descriptors": most_descriptors[0],
        "memory_megabytes": used,
        "epoch_seconds_alone": undisturbed,
        "epoch_seconds_with_the_class": disturbed,
        "training_slowed_percent": 100 * (disturbed / undisturbed - 1),
        "load_average": psutil.getloadavg()[0],
    }


async def _count_descriptors(server: psutil.Process, most: list[int]) -> None:
    """Keep the largest number of files and connections that the server had open, if the system tells."""
    while hasattr(server, "num_fds"):
        most[0] = max(most[0], server.num_fds())
        await asyncio.sleep(0.5)


def _computed(process: psutil.Process) -> float:
    """Seconds of processor time that a process has used so far."""
    times = process.cpu_times()
    return times.user + times.system


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def report(found: dict) -> None:
    """Print a table."""
    print(
        f"{found['people']} people, {found['seconds']:g} s, each acting every {found['every']:g} s, "
        f"load average {found['load_average']:.1f}"
    )
    for name in ("all", "slider", "drawing", "live looks", "opening"):
        share = found[name]
        if share["requests"]:
            print(
                f"{name:12} {share['requests']:5} requests   p50 {share['p50_ms']:6.0f} ms   "
                f"p95 {share['p95_ms']:6.0f} ms   p99 {share['p99_ms']:6.0f} ms"
            )
    print(f"errors: {len(found['errors'])}", *sorted(set(found["errors"]))[:5], sep="\n  ")
    print(
        f"sent {found['megabytes_sent']:.1f} MB; the server computed {found['server_cpu_seconds']:.1f} s, "
        f"the simulated browsers, on the same cores, {found['clients_cpu_seconds']:.1f} s"
    )
    if found["descriptors"]:
        print(f"most descriptors open: {found['descriptors']}")
    print(
        "memory in MB: " + ", ".join(f"{name} {size:g}" for name, size in found["memory_megabytes"].items())
    )
    print(
        f"an epoch took {found['epoch_seconds_alone']:.2f} s alone and "
        f"{found['epoch_seconds_with_the_class']:.2f} s with the class: "
        f"{found['training_slowed_percent']:+.0f} %"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.classroom", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--people", type=int, default=30, metavar="N")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S")
    parser.add_argument(
        "--every", type=float, default=3.0, metavar="S", help="seconds between one person's actions"
    )
    parser.add_argument(
        "--as-they-move",
        action="store_true",
        help="those on Train move α of settings of their own, whose quick runs start by themselves",
    )
    parser.add_argument("--descriptors", type=int, metavar="N", help="files and connections the app may open")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home, app_process(Path(home), options.descriptors) as app:
        found = asyncio.run(
            measure(app, Path(home), options.people, options.seconds, options.every, options.as_they_move)
        )
        if options.json:
            print(json.dumps(found))
        else:
            report(found)
            print("\nThe server's log:\n" + app.log.read_text())
    return 1 if found["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
