"""(d) The recipe through KD Lab's public API. Cold: a fresh teacher and both students; warm: the students.

The seconds run from `Lab.train` to the saved result, including submission, evaluation on all test images
after every epoch, snapshots, statistics and saving.
"""

from __future__ import annotations

import tempfile
import time
from functools import cache
from pathlib import Path

from benchmarks.ways.common import ALPHA, BATCH_SIZE, TEMPERATURE, Sizes, Timed
from kd.config import RunConfig
from kd.lab import Lab

RECIPE = {
    "alpha": ALPHA,
    "temperature": TEMPERATURE,
    "temperature_squared": False,
    "batch_size": BATCH_SIZE,
}


@cache
def lab() -> Lab:
    return Lab(Path(tempfile.mkdtemp(prefix="kd-benchmark-")))


def run(config: RunConfig) -> dict[str, Timed]:
    """Compute one run; 'run' is the whole of it, and the models' times are measured in the workers."""
    started = time.perf_counter()
    view = lab().train(config).wait()
    seconds = time.perf_counter() - started
    if view.result is None:
        raise RuntimeError(f"The run {view.status}: {view.message}")
    found = {"run": Timed(seconds, seconds / config.epochs, view.result["distilled"]["test_accuracy"])}
    for name in ("teacher", "distilled", "scratch"):
        epochs = [event["seconds"] for event in view.history if event["model"] == name]
        if epochs and not (name == "teacher" and config.teacher != "fresh"):
            accuracy = view.result[name]["test_accuracy"]
            found[name] = Timed(sum(epochs), sum(epochs) / len(epochs), accuracy)
    return found


def teacher(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """The whole recipe, with nothing saved."""
    fresh = {
        "teacher": "fresh",
        "teacher_epochs": sizes.teacher_epochs,
        "teacher_train_size": sizes.teacher_images,
    }
    return run(RunConfig(**RECIPE, **fresh, epochs=sizes.epochs, train_size=sizes.images, seed=seed))


def students(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """Both students, with teacher and logits saved."""
    # different seeds, so that no run repeats the warm-up
    return run(
        RunConfig(**RECIPE, teacher="notebook", epochs=sizes.epochs, train_size=sizes.images, seed=seed)
    )


def warm_up(sizes: Sizes) -> None:
    """Start the engine, as the app does when it starts."""
    run(RunConfig(**RECIPE, teacher="notebook", epochs=1, train_size=sizes.images, seed=10**6))


def close() -> None:
    """End the engine."""
    lab().close()
