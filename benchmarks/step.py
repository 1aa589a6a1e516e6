"""What a training step costs: as Keras writes it, and as KD Lab runs it, in turns.

    python -m benchmarks.step teacher
    python -m benchmarks.step student

The teacher's step runs on all cores, the student's on one. "plain" calls the layers and Keras's Adam as they
come, in the same compiled loop.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil

from benchmarks.harness import command, in_turns, machine, report, table

BATCH_SIZE = 32


def variants(model_name: str, steps: int) -> dict[str, Any]:
    """Returns a function for each variant that trains so many steps."""
    import keras

    from kd import build_student, build_teacher, load_mnist
    from kd.distillation.objectives import OBJECTIVES, Outputs
    from kd.training.compiled import CompiledTraining, Kind, LabelsAlone
    from kd.training.networks import Network

    is_teacher = model_name == "teacher"
    soft_targets = OBJECTIVES["soft_targets"](alpha=0.1, temperature=4.0, scale=16.0)
    objective = LabelsAlone() if is_teacher else soft_targets
    images, labels = load_mnist().x_train[: steps * BATCH_SIZE], load_mnist().train(steps * BATCH_SIZE)[1]
    logits = np.random.default_rng(0).normal(size=(len(labels), 10))  # of no teacher in particular
    taught = {} if is_teacher else {"objective": objective, "teacher": Outputs(logits)}

    def variant(precision: str = "float32", plain: bool = False) -> Any:
        network = Network(build_teacher if is_teacher else build_student)
        training: Any = CompiledTraining(network, Kind(objective, precision=precision))
        if plain:
            training._forward = lambda pictures: training.model(pictures, training=True)
            adam, variables = keras.optimizers.Adam(), training.model.trainable_variables
            adam.build(variables)
            training.network.optimizer = SimpleNamespace(apply=lambda found: adam.apply(found, variables))
        lesson = training.lesson(images, labels, BATCH_SIZE, **taught)
        order = lesson.order(0, 1)
        return lambda: training.run_steps(lesson, order, 0, steps)

    found = {"plain": variant(plain=True), "float32": variant()}
    return {**found, "mixed_bfloat16": variant("mixed_bfloat16")} if is_teacher else found


def measure(model_name: str, steps: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Returns {"wall clock", "processor": {variant: [seconds of 1,000 steps]}}."""
    from kd.engine.tasks import prepare

    prepare()

    def timed(train) -> tuple[float, float]:
        started = time.perf_counter(), time.process_time()
        train()
        ended = time.perf_counter(), time.process_time()
        return (ended[0] - started[0]) / steps * 1e3, (ended[1] - started[1]) / steps * 1e3

    ways = {name: partial(timed, train) for name, train in variants(model_name, steps).items()}
    in_turns(ways, 1)  # traces them
    found = in_turns(ways, rounds)
    return {
        clock: {name: [one[n] for one in each] for name, each in found.items()}
        for n, clock in enumerate(("wall clock", "processor"))
    }


def main(arguments: list[str] | None = None) -> int:
    parser = command("step", __doc__)
    parser.add_argument("model", choices=("teacher", "student"))
    options = parser.parse_args(arguments)
    os.environ["KD_THREADS"] = str(psutil.cpu_count() if options.model == "teacher" else 1)
    facts = machine()
    steps, rounds = (2, 1) if options.small else (1000, 7) if options.model == "student" else (60, 7)
    found = measure(options.model, steps, rounds)
    lines = [
        line
        for clock, rows in found.items()
        for line in table(f"1,000 steps of the {options.model}, {clock}", rows)
    ]
    return report(options, {"machine": facts, **found}, lines)


if __name__ == "__main__":
    sys.exit(main())
