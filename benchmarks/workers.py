"""How soon the workers are there: forked from a process with TensorFlow, and each started as a new Python.

    python -m benchmarks.workers
    python -m benchmarks.workers --rounds 5 --json

Both ways take turns; each round starts an engine. Measured are the seconds until it can be given work and
until its student worker has traced both students; and the same two after `kill -9` of that worker.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

import numpy as np
import psutil

from benchmarks.machine import described, machine
from kd.engine import Engine, tasks
from kd.engine.forkserver import CHOICE

METHODS = ("forkserver", "spawn") if sys.platform == "linux" else ("spawn",)
STAGES = ("engine up", "students traced", "worker replaced", "students traced by the replacement")


def measure(method: str) -> dict[str, float]:
    """Seconds of each stage."""
    os.environ[CHOICE] = method
    engine = Engine()
    try:
        started = time.perf_counter()
        client = engine.ensure()
        found = {STAGES[0]: time.perf_counter() - started}
        trace(client)
        found[STAGES[1]] = time.perf_counter() - started
        (address,) = [address for address, worker in workers(client).items() if "student" in worker]
        (pid,) = client.run(os.getpid, workers=[address]).values()
        psutil.Process(pid).kill()
        killed = time.perf_counter()
        while not any("student" in worker for other, worker in workers(client).items() if other != address):
            time.sleep(0.01)
        found[STAGES[2]] = time.perf_counter() - killed
        trace(client)
        found[STAGES[3]] = time.perf_counter() - killed
        return found
    finally:
        engine.close()


def workers(client) -> dict[str, dict]:
    """{address: resources} of the workers that the scheduler knows."""
    return client.run_on_scheduler(_resources)


def _resources(dask_scheduler) -> dict[str, dict]:
    return {address: dict(worker.resources) for address, worker in dask_scheduler.workers.items()}


def trace(client) -> None:
    """Load what a student needs and trace it, as the first training does."""
    client.submit(tasks.warm_student, resources={"student": 1}, pure=False).result()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workers", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--rounds", type=int, default=3, help="engines of each kind (%(default)s)")
    options = parser.parse_args(arguments)
    os.environ["KD_WORKERS"] = "1"
    facts = machine()
    found: dict[str, list[dict[str, Any]]] = {method: [] for method in METHODS}
    for _ in range(options.rounds):
        for method in METHODS:
            found[method].append(measure(method))
    medians = {
        method: {stage: float(np.median([one[stage] for one in rounds])) for stage in STAGES}
        for method, rounds in found.items()
    }
    if options.json:
        print(json.dumps({"machine": facts, "rounds": found, "medians": medians}, indent=1))
        return 0
    print(described(facts))
    for stage in STAGES:
        values = [f"{method} {medians[method][stage]:.2f} s" for method in METHODS]
        ratio = medians[METHODS[0]][stage] / medians[METHODS[-1]][stage]
        print(f"{stage}: {', '.join(values)}; ratio {ratio:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
