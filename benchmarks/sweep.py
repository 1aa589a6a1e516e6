"""Many students on one worker and on several: the speed-up, and a worker's memory.

    python -m benchmarks.sweep
    python -m benchmarks.sweep --runs 6 --workers 1,2 --json

Runs of two students each go through kd.Lab with each number of student workers in turn. Every run has a new
seed, the teacher's logits are saved, and the workers are warm.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.machine import described, machine, memory
from benchmarks.workers import workers as workers_of
from kd.config import PRESETS, RunConfig
from kd.lab import Lab


class Sweep:
    """A lab with this many student workers.

    Args:
        config: a run; the sweep changes its seed.
    """

    def __init__(self, workers: int, config: RunConfig, home: Path):
        self.workers = workers
        self._config = config
        self._seed = 0
        os.environ["KD_WORKERS"] = str(workers)
        self._lab = Lab(home)
        # as many runs as workers, so that every worker has traced both students
        self.seconds(max(2, workers))

    def seconds(self, runs: int) -> float:
        """Compute this many new runs, all requested at once; returns the seconds until the last is saved."""
        os.environ["KD_WORKERS"] = str(self.workers)
        started = time.perf_counter()
        asked = []
        for _ in range(runs):
            self._seed += 1
            asked.append(self._lab.train(self._config.replace(seed=self._seed)))
        for view in (run.wait() for run in asked):
            if view.result is None:
                raise RuntimeError(f"The run {view.status}: {view.message}")
        return time.perf_counter() - started

    def worker_bytes(self) -> list[int]:
        """The memory of each worker that trains students."""
        client = self._lab._engine.ensure()
        students = [address for address, worker in workers_of(client).items() if "student" in worker]
        return [memory(psutil.Process(pid)) for pid in client.run(os.getpid, workers=students).values()]

    def close(self) -> None:
        """End the engine."""
        self._lab.close()


def measure(config: RunConfig, workers: list[int], runs: int, rounds: int) -> dict[str, Any]:
    """{"machine", "students", "seconds": {workers: [each round]}, "speed_up", "worker_bytes": […]}."""
    facts = machine()
    with tempfile.TemporaryDirectory() as folder:
        sweeps = []
        try:
            for number in workers:
                sweeps.append(Sweep(number, config, Path(folder) / str(number)))
            seconds: dict[int, list[float]] = {number: [] for number in workers}
            for _ in range(rounds):
                for sweep in sweeps:
                    seconds[sweep.workers].append(sweep.seconds(runs))
            sizes = sorted(size for sweep in sweeps for size in sweep.worker_bytes())
        finally:
            for sweep in sweeps:
                sweep.close()
    medians = {number: float(np.median(values)) for number, values in seconds.items()}
    return {
        "machine": facts,
        "config": config.to_dict(),
        "students": 2 * runs,
        "seconds": seconds,
        "speed_up": {number: medians[workers[0]] / medians[number] for number in workers},
        "worker_bytes": sizes,
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sweep", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--runs", type=int, default=6, help="runs of two students each (%(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often to go through all numbers of workers (%(default)s)"
    )
    parser.add_argument("--workers", default="1,2", help="numbers of student workers (%(default)s)")
    parser.add_argument("--epochs", type=int, default=10, help="per student (%(default)s)")
    parser.add_argument("--images", type=int, default=10_000, help="per student (%(default)s)")
    options = parser.parse_args(arguments)
    config = PRESETS["many_images"].config.replace(epochs=options.epochs, train_size=options.images)
    workers = [int(number) for number in options.workers.split(",")]
    found = measure(config, workers, options.runs, options.rounds)
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print(described(found["machine"]))
    for number, values in found["seconds"].items():
        print(
            f"{found['students']} students over {number} worker(s): {np.median(values):.1f} s "
            f"({min(values):.1f}–{max(values):.1f}), speed-up {found['speed_up'][number]:.2f}"
        )
    print("Memory of a worker: " + ", ".join(f"{size / 1e6:.0f} MB" for size in found["worker_bytes"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
