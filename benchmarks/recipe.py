"""The notebook's recipe four ways, in turns on one machine: seconds, ratios and accuracies.

    python -m benchmarks.recipe --ways a d --json

(a) the notebook, unchanged; (b) keras.distillation.Distiller; (c) PyTorch, if it is installed; (d) KD Lab
through kd.Lab: warm with teacher and logits saved, and cold with nothing saved; (e) as (d), with
KD_TEACHER_PRECISION=mixed_bfloat16. Each way has a process of its own, and each round goes through all the
ways. All students, except those of a cold run, learn from the included notebook teacher.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from benchmarks.harness import command, compared, machine, median, report, say


class Sizes(NamedTuple):
    """How much of the recipe to run: the notebook's own numbers, or tiny ones to see that it works."""

    images: int
    epochs: int
    teacher_epochs: int
    test_images: int


class Timed(NamedTuple):
    """One training: seconds in all (with evaluation), seconds per training epoch, and test accuracy."""

    seconds: float
    epoch_seconds: float
    accuracy: float


class Way(NamedTuple):
    """A way to run the recipe. parts: what a round calls of the module, which also has warm_up()."""

    label: str
    module: str
    parts: dict[str, str]
    precision: str = "float32"


BOTH = {"students": "students", "teacher": "teacher"}
WAYS = {
    "a": Way("(a) notebook", "recipe_keras", BOTH),
    "b": Way("(b) Keras Distiller", "recipe_keras", {"students": "distiller"}),
    "c": Way("(c) PyTorch", "recipe_pytorch", BOTH),
    "d": Way("(d) KD Lab", "recipe_lab", BOTH),
    "e": Way("(d) KD Lab, bfloat16", "recipe_lab", {"teacher": "teacher"}, "mixed_bfloat16"),
}
Results = dict[str, dict[str, dict[str, list[Timed]]]]


def measure(ways: Sequence[str], sizes: Sizes, rounds: dict[str, int]) -> Results:
    """Returns {part: {way: {model: [Timed]}}}; rounds: of "students" and "teacher", round r with seed r."""
    context, processes = multiprocessing.get_context("spawn"), {}
    found: Results = {part: {} for part in rounds}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as stack:
        for name in ways:
            pool = ProcessPoolExecutor(1, context, _begin, (f"{folder}/{name}", WAYS[name].precision))
            processes[name] = stack.enter_context(pool)
        warm = [processes[name].submit(_call, WAYS[name].module, "warm_up", sizes, 0) for name in ways]
        for each in warm:
            each.result()
        for part, number in rounds.items():
            for seed, name in itertools.product(range(number), ways):
                if function := WAYS[name].parts.get(part):
                    say(f"{part} {seed + 1}/{number} ({name})")
                    answer = processes[name].submit(_call, WAYS[name].module, function, sizes, seed)
                    for model, timed in answer.result().items():
                        found[part].setdefault(name, {}).setdefault(model, []).append(timed)
    return found


def _begin(home: str, precision: str) -> None:
    os.environ.update(KD_HOME=home, KD_TEACHER_PRECISION=precision)


def _call(module: str, function: str, sizes: Sizes, seed: int) -> Any:
    """Calls a function of a way's module, in its process."""
    return getattr(importlib.import_module(f"benchmarks.{module}"), function)(sizes, seed)


EPOCHS = {
    "A distilled epoch of (d) / a scratch epoch": ("students d distilled", "students d scratch"),
    "A distilled epoch, (d) / (c)": ("students d distilled", "students c distilled"),
    "A scratch epoch, (d) / (c)": ("students d scratch", "students c scratch"),
    "A teacher's epoch, (d) / (c)": ("teacher d teacher", "teacher c teacher"),
    "The same in bfloat16": ("teacher e teacher", "teacher c teacher in bfloat16"),
}


def in_words(results: Results) -> list[str]:
    """Returns a table of each part, then the ratios that the goals are about."""
    lines = []
    for part, ways in results.items():
        lines.append(f"\n{part}, medians: seconds (range), seconds per epoch, relative to (a), test accuracy")
        for way, models in ways.items():
            lines += [_row(way, model, timed, ways.get("a", {})) for model, timed in models.items()]
    return [*lines, "", *ratios(results)]


def _row(way: str, model: str, timed: list[Timed], reference: dict[str, list[Timed]]) -> str:
    seconds = [one.seconds for one in timed]
    accuracies = np.array([one.accuracy for one in timed]) * 100
    share = f"{median(seconds) / median(_of(reference[model])):.3f}" if model in reference else ""
    return (
        f"{WAYS[way].label:20}  {model:19} {median(seconds):7.2f} ({min(seconds):.2f}–{max(seconds):.2f})  "
        f"{median(_of(timed, 1)):7.3f}  {share:5}  "
        f"{accuracies.mean():.2f} ± {accuracies.std(ddof=len(timed) > 1):.2f} %"
    )


def _of(timed: list[Timed], place: int = 0) -> list[float]:
    return [one[place] for one in timed]


def ratios(results: Results) -> list[str]:
    """Returns the ratios that the goals are about, one sentence each, for the ways that were measured."""
    students, teachers = results["students"], results["teacher"]
    lines = []
    if "a" in students and "d" in students:
        pairs = zip(_of(students["a"]["distilled"]), _of(students["a"]["scratch"]), strict=True)
        both = [sum(pair) for pair in pairs]
        lines.append(compared("Warm run / (a)'s two students", _of(students["d"]["run"]), both))
        if "a" in teachers:
            whole = [median(_of(teachers["a"]["teacher"])) + median(both)]
            for way in ("d", "e"):
                if way in teachers:
                    what = f"Cold run of {WAYS[way].label} / (a)'s whole recipe"
                    lines.append(compared(what, _of(teachers[way]["run"]), whole))
    for what, compares in EPOCHS.items():
        names = (each.split(" ", 2) for each in compares)
        one, other = (results[part].get(way, {}).get(model) for part, way, model in names)
        if one and other:
            lines.append(compared(what, _of(one, 1), _of(other, 1), 3))
    for name in ("distilled", "scratch"):
        if "a" in students and "d" in students and len(students["a"][name]) > 1:
            difference, low, high = mean_difference(students["d"][name], students["a"][name])
            lines.append(
                f"Accuracy of {name}, (d) − (a): {difference:+.2f} points, 95 % interval {low:+.2f} to "
                f"{high:+.2f}: {'within' if low <= 0 <= high else 'beyond'} noise"
            )
    return lines


def mean_difference(ours: list[Timed], theirs: list[Timed]) -> tuple[float, float, float]:
    """Returns the difference of mean accuracies and its 95 % interval (Welch), in percentage points."""
    one, other = (np.array(_of(timed, 2)) * 100 for timed in (ours, theirs))
    interval = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    return float(one.mean() - other.mean()), float(interval.low), float(interval.high)


def main(arguments: list[str] | None = None) -> int:
    parser = command("recipe", __doc__)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=[*WAYS], help="which ways, in this order")
    parser.add_argument("--rounds", type=int, default=5, help="of the students, a seed each (%(default)s)")
    parser.add_argument("--teacher-rounds", type=int, default=2, help="of the teacher (%(default)s)")
    options = parser.parse_args(arguments)
    ways = options.ways
    if "c" in ways and importlib.util.find_spec("torch") is None:
        say("PyTorch is not installed (requirements-benchmarks.txt), so (c) is left out.")
        ways.remove("c")
    sizes = Sizes(64, 1, 1, 100) if options.small else Sizes(10_000, 3, 5, 10_000)
    facts = machine()
    results = measure(ways, sizes, {"students": options.rounds, "teacher": options.teacher_rounds})
    return report(options, {"machine": facts, "results": results}, in_words(results))


if __name__ == "__main__":
    sys.exit(main())
