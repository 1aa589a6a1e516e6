"""Where a training step's time goes, operation by operation: as Keras writes it, and as KD Lab runs it.

    python -m benchmarks.step_profile teacher
    python -m benchmarks.step_profile student

The teacher's step runs on all cores, the student's on one, in turns: wall and processor milliseconds, then
the longest operations (their own wall time, from TensorFlow's profiler, which slows down a step a little).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import described, machine
from kd.distillation.objectives import OBJECTIVES, Outputs
from kd.engine.processes import available_cores
from kd.engine.tasks import prepare

BATCH_SIZE = 32
OBJECTIVE = OBJECTIVES["soft_targets"](alpha=0.1, temperature=4.0, scale=16.0)
SHOWN = 14


def variants(model_name: str) -> dict[str, Any]:
    """CompiledTraining by name: 'plain' calls the layers and Keras's Adam, the others are KD Lab's."""
    import keras

    from kd.networks.architectures import STUDENT_FILTERS, TEACHER_FILTERS, Architecture
    from kd.run_fields import CONVOLUTIONAL
    from kd.training.compiled import CompiledTraining
    from kd.training.networks import Network, initial_weights

    class KerasAdam:
        def __init__(self, model: keras.Model):
            self._model = model
            self._adam = keras.optimizers.Adam()
            self._adam.build(model.trainable_variables)

        def apply(self, gradients) -> None:
            self._adam.apply(gradients, self._model.trainable_variables)

    is_teacher = model_name == "teacher"
    architecture = Architecture(CONVOLUTIONAL, TEACHER_FILTERS if is_teacher else STUDENT_FILTERS)
    objective = None if is_teacher else OBJECTIVE

    def training(precision: str = "float32") -> CompiledTraining:
        return CompiledTraining(Network(lambda: architecture.build("model")), objective, precision=precision)

    plain = training()
    plain._forward = lambda images: plain.model(images, training=True)
    network: Any = plain.network  # whose optimiser is another here
    network.optimizer = KerasAdam(plain.model)
    found = {"plain": plain, "float32": training()}
    if is_teacher:
        found["mixed_bfloat16"] = training("mixed_bfloat16")
    for compiled in found.values():
        compiled.model.set_weights(initial_weights(architecture, 0))
    return found


def measure(model_name: str, steps: int, rounds: int) -> dict[str, Any]:
    """{"machine", "threads", "steps": {variant: {"wall", "processor", "operations"}}}, in ms a step."""
    threads = available_cores() if model_name == "teacher" else 1
    os.environ["KD_THREADS"] = str(threads)
    facts = machine()
    prepare()
    from kd.pictures.mnist import load_mnist

    images, labels = load_mnist().x_train[: steps * BATCH_SIZE], load_mnist().train(steps * BATCH_SIZE)[1]
    ways = variants(model_name)
    taught = {} if model_name == "teacher" else {"objective": OBJECTIVE, "teacher": made_up(len(labels))}
    lesson = ways["float32"].lesson(images, labels, BATCH_SIZE, **taught)
    order = lesson.order(0, 1)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, compiled in ways.items():
            started = time.perf_counter(), time.process_time()
            compiled.run_steps(lesson, order, 0, steps)
            ended = time.perf_counter(), time.process_time()
            if number:  # the first round traces
                wall, processor = ((b - a) / steps * 1e3 for a, b in zip(started, ended, strict=True))
                times[name].append((wall, processor))
    found = {}
    for name, compiled in ways.items():
        wall, processor = np.median(times[name], axis=0)

        def run(compiled=compiled) -> None:
            compiled.run_steps(lesson, order, 0, steps)

        operations = {key: value / steps for key, value in profiled(run).items()}
        found[name] = {"wall": float(wall), "processor": float(processor), "operations": operations}
    return {"machine": facts, "threads": threads, "steps": found}


def made_up(images: int) -> Outputs:
    """Logits of no teacher in particular."""
    return Outputs(np.random.default_rng(0).normal(size=(images, 10)))


def profiled(run) -> dict[str, float]:
    """Milliseconds of each operation of the traced loop while `run()` runs, largest first."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(
            folder, options=tf.profiler.experimental.ProfilerOptions(host_tracer_level=3)
        )
        run()
        tf.profiler.experimental.stop()
        space = xplane_pb2.XSpace()
        space.ParseFromString(next(Path(folder).glob("**/*.xplane.pb")).read_bytes())
    totals: Counter[str] = Counter()
    for plane in space.planes:
        names = {key: value.name for key, value in plane.event_metadata.items()}
        for line in plane.lines:
            for event in line.events:
                name = names[event.metadata_id]
                if "while/" in name:
                    totals[readable(name)] += event.duration_ps / 1e9
    return dict(totals.most_common())


def readable(name: str) -> str:
    """An operation's name without the loop's prefixes; all of Keras's Adam is one entry."""
    path, _, kind = name.rpartition(":")
    if "/adam/" in path or "ResourceApplyAdam" in kind:
        return "Adam"
    gradient = "gradient of " if "gradient_tape" in path else ""
    layer = path.split("while/")[-1].split("/")[0].removesuffix("_1")
    return f"{gradient}{layer}: {kind.removeprefix('_MklNative').removeprefix('_Mkl')}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.step_profile", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("model", choices=("teacher", "student"))
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--steps", type=int, default=60, help="steps per round (%(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=7, help="how often to go through the variants (%(default)s)"
    )
    options = parser.parse_args(arguments)
    found = measure(options.model, options.steps, options.rounds)
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print(described(found["machine"]))
    print(f"{options.model}, batch {BATCH_SIZE}, {found['threads']} thread(s), medians")
    for name, step in found["steps"].items():
        print(f"\n{name}: {step['wall']:.2f} ms per step, {step['processor']:.2f} ms of processor time")
        for operation, milliseconds in list(step["operations"].items())[:SHOWN]:
            print(f"  {milliseconds:8.3f} ms  {operation}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
