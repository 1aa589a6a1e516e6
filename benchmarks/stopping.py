"""How soon Stop takes effect in each phase, and how soon every child process is gone when the app ends.

python -m benchmarks.stopping
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from benchmarks.app_process import app_process
from benchmarks.classroom import train
from kd.config import RunConfig
from kd.lab import Lab
from kd.lab.run import Run

LONG = RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1)
FRESH = LONG.replace(teacher="fresh", teacher_train_size=60_000, teacher_epochs=100)
PATIENCE = 300


def seconds_until(condition: Callable[[], object]) -> float:
    """Seconds until the condition holds.

    Raises:
        TimeoutError: when it never does.
    """
    started = time.perf_counter()
    while not condition():
        if time.perf_counter() - started > PATIENCE:
            raise TimeoutError("it did not happen")
        time.sleep(0.01)
    return time.perf_counter() - started


def stop(lab: Lab, run: Run) -> tuple[float, float]:
    """Seconds until the run says it has stopped, and until the scheduler has none of its tasks."""
    started = time.perf_counter()
    run.stop()
    seconds_until(lambda: not run.view().active)
    said = time.perf_counter() - started
    client = lab._engine.ensure()
    if client is not None:
        seconds_until(lambda: not any(client.processing().values()))
    return said, time.perf_counter() - started


def stops(home: Path) -> dict[str, tuple[float, float]]:
    """Both times, by phase."""
    lab = Lab(home)
    found = {}
    try:
        run = lab.train(LONG)
        seconds_until(lambda: lab._engine.child is not None)
        found["the engine starts"] = stop(lab, run)
        lab._engine.ensure()
        for phase, config in (("students", LONG), ("teacher", FRESH)):
            run = lab.train(config)
            seconds_until(partial(_is_in, run, phase))
            found[phase] = stop(lab, run)
        waiting = lab.train(FRESH.replace(seed=1)), lab.train(LONG.replace(seed=1))
        found["queued"] = stop(lab, waiting[1])
        waiting[0].stop()
    finally:
        lab.close()
    return found


def _is_in(run: Run, phase: str) -> bool:
    view = run.view()
    return view.phase == phase and view.progress > 0


def ends(home: Path) -> dict[str, float]:
    """Seconds from a signal to the app during training until it and every child process are gone."""
    found = {}
    for name in ("SIGINT", "SIGTERM", "SIGKILL"):
        with app_process(home) as app:
            asyncio.run(_begin(app.url))
            family = [psutil.Process(app.process.pid), *app.family()]
            app.process.send_signal(getattr(signal, name))
            found[name] = seconds_until(partial(_gone, app.process, family))
    return found


async def _begin(url: str) -> None:
    session = await train(url, LONG)
    deadline = time.monotonic() + PATIENCE
    while not any("Both students are learning" in text for text in session.texts):
        if time.monotonic() > deadline:
            raise TimeoutError("the run did not begin")
        await asyncio.sleep(0.1)
    await session.__aexit__()


def _gone(process, family: list[psutil.Process]) -> bool:
    process.poll()
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family)


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        for phase, (said, idle) in stops(Path(home) / "lab").items():
            print(f"Stop ({phase}): shown after {said:.2f} s, tasks withdrawn after {idle:.2f} s")
        for name, seconds in ends(Path(home) / "app").items():
            print(f"{name} to the app: every process gone after {seconds:.2f} s")
    print(f"load average {psutil.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
