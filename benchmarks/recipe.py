"""The notebook's recipe four ways, in turns on one machine: seconds, ratios, accuracies, memory.

    python -m benchmarks.recipe
    python -m benchmarks.recipe --json > recipe.json
    python -m benchmarks.recipe --torch-python /path/to/a/python/with/torch

(a) the notebook, unchanged; (b) keras.distillation.Distiller; (c) PyTorch, if it is installed (here, or for
the Python of --torch-python); (d) KD Lab through kd.Lab: cold with nothing saved, and warm with teacher and
logits saved. (d) in bfloat16 is the cold run with KD_TEACHER_PRECISION=mixed_bfloat16. Every way has a
process of its own, and each round goes through all the ways. All students, except those of a cold run,
learn from the included notebook teacher.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.machine import machine
from benchmarks.recipe_table import show
from benchmarks.ways.common import Sizes, Timed
from benchmarks.ways.process import WayProcess
from kd.networks.keras_file import read_keras_file
from kd.pictures.mnist import load_mnist
from kd.teachers.shipped import shipped_teacher_path

WAYS = ("a", "b", "c", "d", "d_bfloat16")
MODULES = {"a": "notebook", "b": "keras_distiller", "c": "pytorch", "d": "lab", "d_bfloat16": "lab"}
TEACHERS = ("a", "c", "d", "d_bfloat16")
STUDENTS = ("a", "b", "c", "d")

Results = dict[str, dict[str, dict[str, list[Timed]]]]


def measure(sizes: Sizes, ways: list[str], rounds: dict[str, int], torch_python: str) -> dict[str, Any]:
    """Run the ways in turn.

    Args:
        rounds: how many rounds for "teacher" and for "students"; round r uses seed r.

    Returns:
        {"machine", "sizes", "rounds", "memory": {way: bytes}, "results": {part: {way: {model: Timed}}}}.
    """
    facts = machine()
    processes = {}
    try:
        for way in ways:
            environment = {"KD_TEACHER_PRECISION": "mixed_bfloat16" if way == "d_bfloat16" else "float32"}
            interpreter = torch_python if way == "c" else None
            processes[way] = WayProcess(MODULES[way], sizes, interpreter, environment)
        for process in processes.values():
            process.ready()
        results: Results = {"students": {}, "teacher": {}}
        for part, able in (("students", STUDENTS), ("teacher", TEACHERS)):
            for number in range(rounds[part]):
                for way in filter(able.__contains__, ways):
                    found = processes[way].ask(part, number)
                    for model, timed in found.items():
                        results[part].setdefault(way, {}).setdefault(model, []).append(timed)
                    print(f"{part} {number + 1}/{rounds[part]} ({way})", file=sys.stderr, flush=True)
    finally:
        for process in processes.values():
            process.close()
    memory = {way: process.peak_memory for way, process in processes.items()}
    return {
        "machine": facts,
        "sizes": {name: value for name, value in vars(sizes).items() if name != "folder"},
        "rounds": rounds,
        "memory": memory,
        "results": results,
    }


def prepare(folder: Path) -> None:
    """Write what every way reads: MNIST's first images and the included notebook teacher's weights."""
    mnist = load_mnist()
    np.savez(
        folder / "data.npz",
        x_train=mnist.x_train,
        y_train=mnist.y_train,
        x_test=mnist.x_test,
        y_test=mnist.y_test,
    )
    _, weights = read_keras_file(shipped_teacher_path("notebook"))
    np.savez(folder / "teacher.npz", *[array for layer in weights for array in layer])


def has_torch(interpreter: str) -> bool:
    """Whether this Python has PyTorch."""
    found = subprocess.run([interpreter, "-c", "import torch"], capture_output=True, check=False)
    return found.returncode == 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recipe", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--ways", default=",".join(WAYS), help="which ways, in which order (%(default)s)")
    parser.add_argument("--torch-python", default=sys.executable, help="a Python that has PyTorch for (c)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds of the students, one seed each (%(default)s)"
    )
    parser.add_argument("--teacher-rounds", type=int, default=2, help="rounds of the teacher (%(default)s)")
    parser.add_argument(
        "--images", type=int, default=10_000, help="training images of the students (%(default)s)"
    )
    parser.add_argument("--epochs", type=int, default=3, help="epochs of the students (%(default)s)")
    parser.add_argument(
        "--teacher-images", type=int, default=10_000, help="training images of the teacher (%(default)s)"
    )
    parser.add_argument("--teacher-epochs", type=int, default=5, help="epochs of the teacher (%(default)s)")
    parser.add_argument(
        "--test-images", type=int, default=10_000, help="test images for (a) to (c) (%(default)s)"
    )
    options = parser.parse_args(arguments)
    ways = options.ways.split(",")
    unknown = set(ways) - set(WAYS)
    if unknown:
        parser.error(f"--ways must be of {', '.join(WAYS)}, got {', '.join(sorted(unknown))}.")
    if "c" in ways and not has_torch(options.torch_python):
        print(f"PyTorch is not installed for {options.torch_python}: (c) is left out.", file=sys.stderr)
        ways.remove("c")
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        sizes = Sizes(
            images=options.images,
            test_images=options.test_images,
            teacher_epochs=options.teacher_epochs,
            teacher_images=options.teacher_images,
            epochs=options.epochs,
            folder=folder,
        )
        rounds = {"students": options.rounds, "teacher": options.teacher_rounds}
        found = measure(sizes, ways, rounds, options.torch_python)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        show(found, Console(width=110))
    return 0


if __name__ == "__main__":
    sys.exit(main())
