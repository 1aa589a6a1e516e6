"""(d) The recipe through KD Lab's public API. Cold: a fresh teacher and both students; warm: the students.

The seconds run from `Lab.train` to the saved result, including submission, evaluation on all test images up
to a dozen times, snapshots, statistics and saving.
"""

from __future__ import annotations

import time
from functools import cache

from benchmarks.recipe import Sizes, Timed
from kd import PRESETS, Lab, RunConfig


def config(sizes: Sizes, seed: int) -> RunConfig:
    """Returns the recipe, with the included teacher."""
    own = {"epochs": sizes.epochs, "train_size": sizes.images, "seed": seed}
    return PRESETS["notebook"].config.replace(**own)


@cache
def lab() -> Lab:
    return Lab()


def run(asked: RunConfig) -> dict[str, Timed]:
    """Computes one run; 'run' is the whole of it, and the models' times are measured in the workers."""
    started = time.perf_counter()
    view = lab().train(asked).wait()
    seconds = time.perf_counter() - started
    if view.result is None:
        raise RuntimeError(f"The run {view.status}: {view.message}")
    found = {"run": Timed(seconds, seconds / asked.epochs, view.result["distilled"]["test_accuracy"])}
    for name in ("teacher", "distilled", "scratch"):
        epochs = [event["seconds"] for event in view.history if event["model"] == name]
        if epochs and (name != "teacher" or asked.teacher == "fresh"):
            accuracy = view.result[name]["test_accuracy"]
            found[name] = Timed(sum(epochs), sum(epochs) / len(epochs), accuracy)
    return found


def teacher(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """Runs the whole recipe, with nothing saved."""
    fresh = {"teacher_epochs": sizes.teacher_epochs, "teacher_train_size": sizes.images}
    return run(config(sizes, seed).replace(teacher="fresh", **fresh))


def students(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """Trains both students, with teacher and logits saved."""
    return run(config(sizes, seed))


def warm_up(sizes: Sizes, seed: int) -> None:
    """Starts the engine, as the app does when it starts; with a seed that no round uses."""
    run(config(sizes, 10**6).replace(epochs=1))
