"""The memory of the app and all its processes, fresh and after a study of 78 students. For Linux only.

    python -m benchmarks.memory

Counted is what cannot be given back to the system while the app runs: pages that belong to no file, those
that several processes share counted once (`Pss_Anon` of /proc/PID/smaps_rollup). "Fresh" is after every page
was opened once and the workers have loaded TensorFlow.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.classroom import visit
from benchmarks.harness import command, machine, report, until
from kd import PRESETS, Lab, Study
from kd.config import STUDENTS
from kd.studies.address import address_of
from tests.app_process import PROJECT, AppProcess, app_process

KINDS = {
    "streamlit": "app",
    "forkserver import main": "forkserver and its workers",
    "spawn_main": "workers",
    "resource_tracker": "resource tracker",
    "kd.engine": "engine",
}
AXES = {"alpha": (0.0, 0.1, 0.3, 0.5, 0.9), "temperature": (1.0, 2.0, 4.0, 10.0, 20.0)}


def by_kind(app: AppProcess, measure: str = "Pss_Anon") -> dict[str, list[int]]:
    """Returns {kind: bytes of each process} for the app and all that it started; measure: of smaps_rollup."""
    found: dict[str, list[int]] = {}
    for process in [psutil.Process(app.process.pid), *app.family()]:
        with contextlib.suppress(psutil.Error, OSError):  # it has ended
            words = " ".join(process.cmdline())
            kind = next((kind for known, kind in KINDS.items() if known in words), "others")
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="utf-8")
            kilobytes = rollup.partition(f"{measure}:")[2].split()[0]
            found.setdefault(kind, []).append(int(kilobytes) * 1024)
    return found


def measure(workers: int, study: Study, settling: float) -> dict[str, dict[str, list[int]]]:
    """Returns {"fresh", "after": {kind: [bytes]}} with so many workers for students; settling: seconds."""
    with tempfile.TemporaryDirectory() as home, app_process(Path(home), KD_WORKERS=str(workers)) as app:
        for page in ["", *sorted(path.stem for path in (PROJECT / "pages").glob("*.py"))]:
            asyncio.run(visit(app.url, page))
        until(lambda: _is_idle(app, workers, settling))
        fresh = by_kind(app)
        asyncio.run(visit(app.url, "sweep", address_of(study).partition("?")[2], "Start"))
        with Lab(app.log.parent) as lab:  # which looks at what the app's Lab does
            until(lambda: lab.studies.view(study.study_id).status == "finished")
        time.sleep(settling)
        return {"fresh": fresh, "after": by_kind(app)}


def _is_idle(app: AppProcess, workers: int, settling: float) -> bool:
    """Returns whether the engine's processes are there and have nothing to do for some seconds.

    Besides the workers for students: the engine, the tracker, the forkserver and, where there are several
    workers, one for teachers.
    """

    def computed() -> float:
        return sum(sum(process.cpu_times()[:2]) for process in app.family())

    before = computed()
    time.sleep(settling)
    return len(app.family()) >= workers + (4 if workers > 1 else 3) and computed() - before < 0.1 * settling


def megabytes(sizes: dict[str, list[int]]) -> str:
    """Returns the sum, and each process."""
    parts = [f"{kind} {' + '.join(f'{size / 1e6:.0f}' for size in each)}" for kind, each in sizes.items()]
    return f"{sum(map(sum, sizes.values())) / 1e6:.0f} MB ({'; '.join(parts)})"


def main(arguments: list[str] | None = None) -> int:
    parser = command("memory", __doc__)
    parser.add_argument("--workers", default="2,1", help="numbers of student workers (%(default)s)")
    options = parser.parse_args(arguments)
    facts = machine()
    base = PRESETS["many_images"].config.replace(train_size=64 if options.small else 10_000, epochs=3)
    axes = {name: values[: 2 if options.small else None] for name, values in AXES.items()}
    study = Study(base, axes, seeds=1 if options.small else 3)
    students = len({run.model_ids[name] for _cell, run in study.runs() for name in STUDENTS})
    settling = 1.0 if options.small else 5.0
    sizes = {number: measure(int(number), study, settling) for number in options.workers.split(",")}
    lines = [
        f"{workers} worker(s), {stage}: {megabytes(each)}"
        for workers, stages in sizes.items()
        for stage, each in stages.items()
    ]
    found = {"machine": facts, "students": students, "bytes": sizes}
    return report(options, found, [f"{students} students", *lines])


if __name__ == "__main__":
    sys.exit(main())
