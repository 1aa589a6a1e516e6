"""The memory of the app and all its processes, fresh and after a study of 78 students. For Linux only.

    python -m benchmarks.memory
    python -m benchmarks.memory --workers 1 --seeds 3 --images 10000 --epochs 3 --json

Counted is what cannot be given back to the system while the app runs: pages that belong to no file, those
that several processes share counted once (`Pss_Anon` of /proc/PID/smaps_rollup). "Fresh" is after every page
was opened once and the workers have loaded TensorFlow.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.app_process import AppProcess, app_process
from benchmarks.browser_session import BrowserSession
from benchmarks.machine import described, machine
from benchmarks.studies import FULL
from kd.config import STUDENTS
from kd.studies.study import Study

PAGES = ("", "train", "draw", "dark_knowledge", "how_sure", "experiments", "runs")
PATIENCE = 1800
SECONDS_TO_SETTLE = 5
KINDS = {
    "study_in_app": "app",
    "forkserver import main": "forkserver and its workers",
    "spawn_main": "workers",
    "resource_tracker": "resource tracker",
    "kd.engine": "engine",
}


def anonymous_bytes(pid: int) -> int:
    """Bytes of a process that belong to no file, including its share of shared ones; 0 if it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) * 1024
    return 0


def by_kind(app: AppProcess) -> dict[str, list[int]]:
    """{kind: bytes of each process of this kind} for the app and all that it started."""
    found: dict[str, list[int]] = {}
    for process in [psutil.Process(app.process.pid), *app.family()]:
        with contextlib.suppress(psutil.Error):
            command = " ".join(process.cmdline())
            kind = next((kind for words, kind in KINDS.items() if words in command), "others")
            found.setdefault(kind, []).append(anonymous_bytes(process.pid))
    return found


def measure(workers: int, study: Study) -> dict[str, dict[str, list[int]]]:
    """{"fresh", "after": {kind: [bytes]}} with so many workers for students."""
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "study.json"
        command = (sys.executable, "-m", "benchmarks.study_in_app", "run", "app.py")
        home, study_file = Path(folder), str(request)
        with app_process(home, command=command, KD_WORKERS=str(workers), KD_STUDY=study_file) as app:
            asyncio.run(_visit(app.url))
            _until(lambda: _is_idle(app))
            fresh = by_kind(app)
            part = request.with_suffix(".part")
            part.write_text(json.dumps(study.to_dict()))
            part.rename(request)
            _until(lambda: not request.exists())
            time.sleep(SECONDS_TO_SETTLE)
            return {"fresh": fresh, "after": by_kind(app)}


async def _visit(url: str) -> None:
    for page in PAGES:
        async with BrowserSession(url, page) as session:
            await session.settled(PATIENCE)


def _is_idle(app: AppProcess) -> bool:
    """Whether the engine's processes are there and have nothing to do for some seconds."""

    def computed() -> float:
        times = [process.cpu_times() for process in app.family()]
        return sum(time.user + time.system for time in times)

    before = computed()
    time.sleep(SECONDS_TO_SETTLE)
    return len(app.family()) > 2 and computed() - before < 0.1 * SECONDS_TO_SETTLE


def _until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(0.2)


def megabytes(sizes: dict[str, list[int]]) -> str:
    """The sum, and each process."""
    total = sum(map(sum, sizes.values()))
    parts = [f"{kind} {' + '.join(f'{size / 1e6:.0f}' for size in each)}" for kind, each in sizes.items()]
    return f"{total / 1e6:.0f} MB ({'; '.join(parts)})"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--workers", default="2,1", help="numbers of student workers (%(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="of each of the 25 cells (%(default)s)")
    parser.add_argument("--images", type=int, default=10_000, help="per student (%(default)s)")
    parser.add_argument("--epochs", type=int, default=3, help="per student (%(default)s)")
    options = parser.parse_args(arguments)
    if sys.platform != "linux":
        print("Only Linux tells how much of a process's memory cannot be given back.", file=sys.stderr)
        return 1
    facts = machine()
    base = FULL.many.replace(train_size=options.images, epochs=options.epochs)
    study = Study(base, FULL.axes, options.seeds)
    students = len({run.model_ids[name] for _cell, run in study.runs() for name in STUDENTS})
    found: dict[str, Any] = {}
    for number in options.workers.split(","):
        found[number] = measure(int(number), study)
    if options.json:
        print(json.dumps({"machine": facts, "students": students, "bytes": found}, indent=1))
        return 0
    print(described(facts))
    print(f"{students} students")
    for workers, stages in found.items():
        for stage, sizes in stages.items():
            print(f"{workers} worker(s), {stage}: {megabytes(sizes)}")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("LANGUAGE", "en")
    sys.exit(main())
