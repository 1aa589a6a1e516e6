"""Runs and studies through kd.Lab: how long they take, alone, side by side, and while others work.

    python -m benchmarks.studies
    python -m benchmarks.studies --parts run objectives --json

run: the default run, from `Lab.train` to the stored result, and how much of it each student's steps are.
objectives: an epoch with each objective, against one with soft targets.
person: a default run while a study occupies all workers, against one in an idle Lab.
workers: a study of 8 students (10 epochs of 10,000 images) on one worker, against on one per core.
All in turns, with new seeds, and with workers that have trained before.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple
from unittest.mock import patch

import psutil

from benchmarks.harness import command, in_turns, machine, median, report, table, until
from kd import PRESETS, Lab, RunConfig
from kd.config import STUDENTS
from kd.distillation.objectives import OBJECTIVES

CORES = psutil.cpu_count() or 1
Rows = dict[str, list[float]]
SEEDS = itertools.count(1_000_000, 1_000)
WARM_UPS = 2


def new(config: RunConfig) -> RunConfig:
    """Returns the same run with a seed that nothing has used."""
    return config.replace(seed=next(SEEDS))


class Timed(NamedTuple):
    """The seconds of each student's steps in a run, until it was seen to train, and until it was stored."""

    steps: dict[str, float]
    trains: float
    stored: float


def trained(lab: Lab, config: RunConfig) -> Timed:
    """Trains a new run to its end."""
    started = time.perf_counter()
    run, trains = lab.train(new(config)), 0.0
    while (view := run.view()).active:
        if not trains and view.progress > 0:
            trains = time.perf_counter() - started
        time.sleep(0.01)
    stored = time.perf_counter() - started
    if view.result is None:
        raise RuntimeError(f"The run {view.status}: {view.message}")
    return Timed({name: _steps(view.history, name) for name in STUDENTS}, trains or stored, stored)


def _steps(history: list[dict], student: str) -> float:
    """Returns the seconds of a student's steps, judging by the epochs without a look at the test images."""
    epochs = [event for event in history if event["model"] == student]
    plain = [event["seconds"] for event in epochs if event["val_accuracy"] is None]
    return median(plain or [event["seconds"] for event in epochs]) * len(epochs)


@contextlib.contextmanager
def warm_lab(config: RunConfig, workers: int = CORES) -> Iterator[Lab]:
    """Opens a Lab on a new home, whose workers have each trained both students."""
    own = {"KD_WORKERS": str(workers)}
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, own), Lab(home) as lab:
        for _ in range(WARM_UPS):
            for run in [lab.train(new(config)) for _ in range(2 * workers)]:
                run.wait()
        yield lab


def measure_run(run: RunConfig, many: RunConfig, rounds: int) -> Rows:
    """Returns the seconds of both students' steps, and of whole runs."""
    with warm_lab(run) as lab:
        found = in_turns({"run": lambda: trained(lab, run)}, rounds)["run"]
    rows = {f"steps of {name}": [one.steps[name] for one in found] for name in STUDENTS}
    return {**rows, "run": [one.stored for one in found]}


def measure_objectives(run: RunConfig, many: RunConfig, rounds: int) -> Rows:
    """Returns the seconds of an epoch by objective."""
    with warm_lab(run) as lab:
        ways = {name: partial(trained, lab, many.replace(objective=name)) for name in OBJECTIVES}
        in_turns(ways, 1)  # traces them
        found = in_turns(ways, rounds)
    return {name: [one.steps["distilled"] / many.epochs for one in each] for name, each in found.items()}


def measure_person(run: RunConfig, many: RunConfig, rounds: int) -> Rows:
    """Returns the seconds until a person's run trains, and is stored, in an idle Lab and during a study."""

    def busy(lab: Lab) -> Timed:
        study = lab.study(new(many), {"temperature": (1.0, 2.0, 4.0, 10.0, 20.0)}, seeds=4).start()
        until(lambda: study.view().done or not study.view().active)
        found = trained(lab, run)
        study.stop()
        study.wait()
        return found

    with warm_lab(run) as lab:
        found = in_turns({"idle": partial(trained, lab, run), "busy": partial(busy, lab)}, rounds)
    rows = {f"trains, {way}": [one.trains for one in each] for way, each in found.items()}
    return rows | {f"is stored, {way}": [one.stored for one in each] for way, each in found.items()}


def measure_workers(run: RunConfig, many: RunConfig, rounds: int) -> Rows:
    """Returns the seconds of a study of eight students, on one worker per core and on one."""

    def study(lab: Lab, workers: int) -> float:
        asked, started = lab.study(new(many), {}, seeds=4), time.perf_counter()
        with patch.dict(os.environ, KD_WORKERS=str(workers)):
            asked.start().wait()
        return time.perf_counter() - started

    with warm_lab(run, 1) as one, warm_lab(run) as several:
        ways = {"one per core": partial(study, several, CORES), "one worker": partial(study, one, 1)}
        return in_turns(ways, rounds)


TITLES = {
    "run": (measure_run, "The default run"),
    "objectives": (measure_objectives, "An epoch of 10,000 images"),
    "person": (measure_person, "A person's run"),
    "workers": (measure_workers, "A study of 8 students"),
}


def main(arguments: list[str] | None = None) -> int:
    parser = command("studies", __doc__)
    parser.add_argument("--parts", nargs="+", choices=TITLES, default=[*TITLES], help="what to measure")
    parser.add_argument("--rounds", type=int, default=5, help="of everything (%(default)s)")
    options = parser.parse_args(arguments)
    small = {"train_size": 64, "epochs": 2, "student_width": 4} if options.small else {}
    run, many = (config.replace(**small) for config in (RunConfig(), PRESETS["many_images"].config))
    facts = machine()
    found = {part: TITLES[part][0](run, many, options.rounds) for part in options.parts}
    lines = [line for part, rows in found.items() for line in table(TITLES[part][1], rows)]
    return report(options, {"machine": facts, **found}, lines)


if __name__ == "__main__":
    sys.exit(main())
