"""A study on a cluster of one's own: how fast with so many workers, and what the app itself has to do.

    python -m benchmarks.cluster
    python -m benchmarks.cluster --workers 1,2,4 --seeds 8 --json

For each number of workers a Dask scheduler and its workers are started on this machine, as docs/cluster.md
says, and a study of the default setting is carried out by a Lab that reaches them over TLS. Before that,
another study warms the workers up. Every study has seeds of its own, so nothing is reused.

Processor seconds say more than seconds where there are more workers than cores, or where others use the
machine: those of the workers are what training costs, those of the app and the scheduler are what one machine
has to do for each run, however many workers there are. `on_paper` says what a large study would take by both.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil

from benchmarks.app_process import free_port
from benchmarks.machine import described, machine
from benchmarks.own_cluster import OwnCluster, family
from kd.config import STUDENTS, RunConfig
from kd.engine.certificates import make
from kd.lab import Lab
from kd.studies.study import Study

AXES = {"alpha": (0.1, 0.5), "temperature": (4.0, 10.0)}
LARGE = Study(
    RunConfig(), {"alpha": (0.0, 0.1, 0.5, 0.9), "temperature": (1.0, 2.0, 4.0, 10.0, 20.0)}, seeds=50
)
ON_PAPER = (1, 8, 64)


def students_of(study: Study) -> int:
    """How many students a study trains."""
    return len({config.model_ids[name] for _cell, config in study.runs() for name in STUDENTS})


def processor_seconds(processes: Iterable[psutil.Process]) -> float:
    """What these processes have computed so far, in seconds of one core."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def measure(workers: int, base: RunConfig, seeds: int) -> dict[str, Any]:
    """One number of workers: {"runs", "students", "seconds", "workers", "app", "scheduler"}.

    The last three are processor seconds, of all workers together, of the app and of the scheduler.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "cluster").mkdir()
        make(place / "cluster")
        cluster = OwnCluster(place / "cluster", free_port())
        try:
            cluster.start_scheduler()
            cluster.start_workers(workers)
            with cluster.reached(), Lab(place / "home") as lab:
                client = lab._engine.ensure()
                client.wait_for_workers(workers)
                # as many students of each kind as workers, so that each has traced both, as a rule
                finish(lab, Study(base.replace(seed=1_000_000), AXES, seeds=workers))
                study = Study(base, AXES, seeds)
                processes = {
                    "workers": [one for worker in cluster.workers for one in family(worker)],
                    "scheduler": family(cluster.scheduler) if cluster.scheduler else [],
                    "app": [psutil.Process(os.getpid())],
                }
                before = {name: processor_seconds(some) for name, some in processes.items()}
                started = time.perf_counter()
                finish(lab, study)
                seconds = time.perf_counter() - started
                used = {name: processor_seconds(some) - before[name] for name, some in processes.items()}
        finally:
            cluster.close()
    return {"runs": study.size, "students": students_of(study), "seconds": seconds, **used}


def finish(lab: Lab, study: Study) -> None:
    """Carry out a study to its end."""
    view = lab.studies.wait(lab.studies.start(study))
    if view.status != "finished":
        raise RuntimeError(f"The study is {view.status}: {[*map(str, view.failed.values())]}")


def on_paper(found: dict[str, Any], workers: int, study: Study = LARGE) -> dict[str, float]:
    """What a study would take if every worker had a core, from what one worker was measured to need.

    Returns:
        "training": seconds until the students are trained, if the workers are never without work;
        "app": seconds of one core that app or scheduler need meanwhile, whichever is more. The study takes as
        long as the larger of the two numbers.
    """
    training = students_of(study) * found["workers"] / found["students"] / workers
    return {"training": training, "app": study.size * max(found["app"], found["scheduler"]) / found["runs"]}


def in_words(found: dict[str, Any]) -> list[str]:
    """What was measured, a line for each number of workers, and what follows on paper."""
    lines = []
    for number, one in found["measured"].items():
        students, runs = one["students"], one["runs"]
        lines.append(
            f"{number} worker(s): {students} students of {runs} runs in {one['seconds']:.1f} s, "
            f"{60 * students / one['seconds'] / number:.1f} students a minute and worker; processor seconds: "
            f"{one['workers'] / students:.2f} a student in the workers, {one['app'] / runs:.3f} a run in the "
            f"app, {one['scheduler'] / runs:.3f} in the scheduler"
        )
    size, students = LARGE.size, students_of(LARGE)
    for number, paper in found["on_paper"].items():
        lines.append(
            f"On paper, {size:,} runs ({students:,} students) on {number} worker(s) with a core each: "
            f"{paper['training'] / 60:.1f} minutes of training, {paper['app'] / 60:.1f} in the app"
        )
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cluster", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--workers", default="1,2,4", help="numbers of workers (%(default)s)")
    parser.add_argument("--seeds", type=int, default=8, help="of each of the four cells (%(default)s)")
    parser.add_argument("--epochs", type=int, default=40, help="per student (%(default)s)")
    parser.add_argument("--images", type=int, default=500, help="per student (%(default)s)")
    options = parser.parse_args(arguments)
    base = RunConfig(train_size=options.images, epochs=options.epochs)
    facts = machine()
    numbers = [int(number) for number in options.workers.split(",")]
    measured = {number: measure(number, base, options.seeds) for number in numbers}
    paper = {number: on_paper(measured[numbers[0]], number) for number in ON_PAPER}
    found = {"machine": facts, "measured": measured, "on_paper": paper}
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print(described(facts))
    print("\n".join(in_words(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
