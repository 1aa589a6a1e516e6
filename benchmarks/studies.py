"""Runs and studies through kd.Lab, against the training alone that is in them.

    python -m benchmarks.studies
    python -m benchmarks.studies --parts run,study --json

run: the default run, with a new seed each time and warm workers, from `Lab.train` to the stored result, in
turns with the same steps on one core in a process of their own.
study: α × T × seeds (5 × 5 × 3, so 75 distilled students and 3 from scratch; 3 epochs of 10,000 images),
against these students one after the other on one core, divided by the number of workers. Not all of them are
trained alone: some are, half before the study and half after it, and their medians stand for the others.
objectives: an epoch's steps with each objective in turn, on one core, against soft targets'.
first: a run with an objective or a network that no worker has traced, against the next runs like it. The
first run with attention also computes the teacher's attention, once for all later ones.
person: a default run while a study occupies all workers, in turns with one in an idle Lab.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.machine import described, machine
from benchmarks.training_alone import TrainingAlone
from kd.config import PRESETS, STUDENTS, RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.lab import Lab
from kd.studies.study import Study

SOFT_TARGETS = "soft_targets"
ALONE = ("scratch", "distilled", "distilled", "distilled")
SECONDS_BETWEEN_LOOKS = 0.01


class Sizes(NamedTuple):
    """How much is measured. run: what a person asks for. many: what a study and an epoch consist of."""

    rounds: int
    repeats: int
    run: RunConfig
    many: RunConfig
    axes: dict[str, tuple[float, ...]]
    seeds: int
    first: dict[str, dict[str, Any]]


FULL = Sizes(
    rounds=7,
    repeats=3,
    run=RunConfig(),
    many=PRESETS["many_images"].config.replace(epochs=3),
    axes={"alpha": (0.0, 0.1, 0.3, 0.5, 0.9), "temperature": (1.0, 2.0, 4.0, 10.0, 20.0)},
    seeds=3,
    first={
        **{name: {"objective": name} for name in OBJECTIVES if name != SOFT_TARGETS},
        **{f"{width} filters": {"student_width": width} for width in (1, 8, 32, 64)},
        "hidden layer": {"student": "dense"},
        "linear": {"student": "linear"},
    },
)
SMALL = Sizes(
    rounds=1,
    repeats=1,
    run=RunConfig(train_size=64, epochs=2),
    many=RunConfig(train_size=64, epochs=1),
    axes={"alpha": (0.1, 0.5), "temperature": (4.0,)},
    seeds=2,
    first={"decoupled": {"objective": "decoupled"}},
)


class Bench:
    """A Lab with warm workers, and a process that trains without it. Open with `with`."""

    def __init__(self, sizes: Sizes):
        self.sizes = sizes
        self._seeds = itertools.count(1_000_000, 1_000)

    def __enter__(self) -> Bench:
        self._folder = tempfile.TemporaryDirectory()
        self.lab = Lab(Path(self._folder.name))
        self.alone = TrainingAlone()
        self.workers = self.lab._engine.workers()["student"]
        for name in STUDENTS:
            self.alone.train(self.sizes.run, name)
        # several at once, so that every worker has traced both students; twice, to warm the caches up
        for _ in range(2):
            runs = [self.lab.train(self.new(self.sizes.run)) for _ in range(2 * self.workers)]
            for run in runs:
                run.wait()
        return self

    def __exit__(self, *exception) -> None:
        self.alone.__exit__()
        self.lab.close()
        self._folder.cleanup()

    def new(self, config: RunConfig) -> RunConfig:
        """The same run with a seed that nothing has used."""
        return config.replace(seed=next(self._seeds))

    def seconds(self, config: RunConfig) -> tuple[float, float]:
        """Seconds from `train` until a run is seen to train, and until it is stored."""
        started = time.perf_counter()
        run, trains = self.lab.train(config), None
        while (view := run.view()).active:
            if trains is None and view.progress > 0:
                trains = time.perf_counter() - started
            time.sleep(SECONDS_BETWEEN_LOOKS)
        stored = time.perf_counter() - started
        if view.result is None:
            raise RuntimeError(f"The run {view.status}: {view.message}")
        return trains or stored, stored

    def wait_for_more(self, study_id: str) -> None:
        """Wait until a study has computed a run, so that it keeps the workers busy."""
        while (view := self.lab.studies.view(study_id)).active and view.done == view.reused:
            time.sleep(SECONDS_BETWEEN_LOOKS)


def measure_run(bench: Bench) -> dict[str, Any]:
    """{"seconds": […], "steps": {student: […]}, "ratio": to the distilled student's steps}."""
    seconds: list[float] = []
    steps: dict[str, list[float]] = {name: [] for name in STUDENTS}
    for _ in range(bench.sizes.rounds):
        config = bench.new(bench.sizes.run)
        seconds.append(bench.seconds(config)[1])
        for name in STUDENTS:
            steps[name].append(bench.alone.train(config, name).steps)
    return {"seconds": seconds, "steps": steps, "ratio": median(seconds) / median(steps["distilled"])}


def measure_study(bench: Bench) -> dict[str, Any]:
    """{"students": {name: how many}, "seconds", "alone": {name: […]}, "one_after_other", "ratio"}."""
    sizes, lab = bench.sizes, bench.lab
    study = Study(bench.new(sizes.many), sizes.axes, sizes.seeds)
    alone: dict[str, list[float]] = {name: [] for name in STUDENTS}

    def train_some() -> None:
        for name in ALONE:
            alone[name].append(bench.alone.train(bench.new(sizes.many), name).whole)

    train_some()
    started = time.perf_counter()
    view = lab.studies.wait(lab.studies.start(study))
    seconds = time.perf_counter() - started
    if view.status != "finished":
        raise RuntimeError(f"The study is {view.status}: {[*map(str, view.failed.values())]}")
    train_some()
    students = {name: len({config.model_ids[name] for _cell, config in study.runs()}) for name in STUDENTS}
    one_after_other = sum(number * median(alone[name]) for name, number in students.items())
    return {
        "students": students,
        "seconds": seconds,
        "alone": alone,
        "one_after_other": one_after_other,
        "ratio": seconds / (one_after_other / bench.workers),
    }


def measure_objectives(bench: Bench) -> dict[str, Any]:
    """{"seconds": {objective: […]}, "ratios": {objective: to soft targets}}, of an epoch's steps."""
    seconds: dict[str, list[float]] = {name: [] for name in OBJECTIVES}
    epoch = bench.sizes.many.replace(epochs=1)
    for number in range(bench.sizes.rounds + 1):
        for name in OBJECTIVES:
            steps = bench.alone.train(bench.new(epoch.replace(objective=name)), "distilled").steps
            if number:  # the first round traces
                seconds[name].append(steps)
    usual = median(seconds[SOFT_TARGETS])
    return {"seconds": seconds, "ratios": {name: median(each) / usual for name, each in seconds.items()}}


def measure_first(bench: Bench) -> dict[str, Any]:
    """{"seconds": {what is new: [first, next, …]}, "more": {what is new: seconds}}."""
    seconds = {
        name: [
            bench.seconds(bench.new(bench.sizes.run.replace(**changes)))[1]
            for _ in range(1 + bench.sizes.repeats)
        ]
        for name, changes in bench.sizes.first.items()
    }
    return {
        "seconds": seconds,
        "more": {name: first - median(later) for name, (first, *later) in seconds.items()},
    }


def measure_person(bench: Bench) -> dict[str, Any]:
    """{"idle", "busy": {"trains", "stored": […]}, "later": {"trains", "stored": seconds}}."""
    sizes, lab = bench.sizes, bench.lab
    study = Study(bench.new(sizes.many), sizes.axes, sizes.seeds)
    found: dict[str, dict[str, list[float]]] = {
        name: {"trains": [], "stored": []} for name in ("idle", "busy")
    }

    def ask(name: str) -> None:
        for moment, seconds in zip(("trains", "stored"), bench.seconds(bench.new(sizes.run)), strict=True):
            found[name][moment].append(seconds)

    for _ in range(sizes.rounds):
        ask("idle")
        study_id = lab.studies.start(study)
        bench.wait_for_more(study_id)
        ask("busy")
        lab.studies.stop(study_id)
        lab.studies.wait(study_id)
    later = {
        moment: median(found["busy"][moment]) - median(found["idle"][moment]) for moment in found["idle"]
    }
    return {**found, "later": later}


PARTS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "run": measure_run,
    "study": measure_study,
    "objectives": measure_objectives,
    "first": measure_first,
    "person": measure_person,
}


def median(values: list[float]) -> float:
    """The median, as JSON can hold it."""
    return float(np.median(values))


def in_words(found: dict[str, Any]) -> list[str]:
    """What was measured, a line each; medians."""
    lines = []
    if run := found.get("run"):
        lines.append(
            f"The default run: {span(run['seconds'])}; its steps alone {span(run['steps']['distilled'])} "
            f"(distilled), {span(run['steps']['scratch'])} (scratch); ratio {run['ratio']:.2f}"
        )
    if study := found.get("study"):
        students = study["students"]
        lines.append(
            f"{students['distilled']} distilled and {students['scratch']} scratch students as a study: "
            f"{study['seconds']:.1f} s; one after the other about {study['one_after_other']:.1f} s, as "
            f"{len(study['alone']['distilled'])} and {len(study['alone']['scratch'])} of them took "
            f"{span(study['alone']['distilled'])} and {span(study['alone']['scratch'])}; "
            f"ratio to this over {found['workers']} workers {study['ratio']:.2f}"
        )
    if objectives := found.get("objectives"):
        for name, ratio in objectives["ratios"].items():
            lines.append(f"An epoch with {name}: {span(objectives['seconds'][name])}, ratio {ratio:.2f}")
    if first := found.get("first"):
        for name, (seconds, *later) in first["seconds"].items():
            more = first["more"][name]
            lines.append(f"First run, {name}: {seconds:.2f} s, then {span(later)}: {more:+.2f} s")
    if person := found.get("person"):
        for moment, later in person["later"].items():
            idle, busy = span(person["idle"][moment]), span(person["busy"][moment])
            lines.append(f"A person's run {moment}: {idle}, during a study {busy}: {later:+.2f} s")
    return lines


def span(seconds: list[float]) -> str:
    """Median, smallest and largest."""
    return f"{median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure (%(default)s)")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to see that it works")
    options = parser.parse_args(arguments)
    parts = options.parts.split(",")
    unknown = set(parts) - set(PARTS)
    if unknown:
        parser.error(f"--parts must be of {', '.join(PARTS)}, got {', '.join(sorted(unknown))}.")
    facts = machine()
    with Bench(SMALL if options.small else FULL) as bench:
        found: dict[str, Any] = {"machine": facts, "workers": bench.workers}
        for part in parts:
            print(part, file=sys.stderr, flush=True)
            found[part] = PARTS[part](bench)
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print(described(facts))
    print("\n".join(in_words(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
