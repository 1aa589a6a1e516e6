"""The precision in which a fresh teacher trains: float32, or bfloat16 products if they are faster here.

A teacher of the notebook's own recipe always trains in float32, and so does a narrower or shorter one. For
any other, a few steps of both are timed, and the result is stored for this processor: the same config must
not have two results because the machine was once busy. KD_TEACHER_PRECISION, if set, overrides all this.
"""

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from kd.base.machine import processor
from kd.base.unusable import Unusable
from kd.config import CONVOLUTIONAL, RunConfig
from kd.networks.architectures import TEACHER_FILTERS, Architecture
from kd.text.words import quoted
from kd.training.compiled import Kind, compiled_training
from kd.training.networks import initial_weights

PRECISIONS = ("float32", "mixed_bfloat16")
NOTEBOOK_TEACHER = {
    "teacher_epochs": 5,
    "teacher_train_size": 10_000,
    "teacher_label_smoothing": 0.0,
    "batch_size": 32,
}

# Below this many steps (half a minute at most), measuring costs a good part of what it may save.
STEPS_WORTH_ASKING = 1000
# A precision must be clearly faster to be chosen: with chance, one config could have two results.
CLEARLY_FASTER = 0.8
ROUNDS = 5
STEPS_A_ROUND = 3


class Choice(NamedTuple):
    """One of PRECISIONS, and the processor whose measurement decided; None if none did."""

    precision: str
    processor: str | None = None


def teacher_precision(config: RunConfig, measured: Mapping[str, str] | None = None) -> Choice:
    """Returns the precision in which this run's fresh teacher trains.

    measured: processor → precision, from earlier measurements, which hold. Raises a ValueError when
    KD_TEACHER_PRECISION is set to anything but one of PRECISIONS.
    """
    chosen = os.environ.get("KD_TEACHER_PRECISION")
    if chosen:
        if chosen not in PRECISIONS:
            raise Unusable(
                "{name} must be one of {choices}, got {value}.",
                name="KD_TEACHER_PRECISION",
                choices=", ".join(PRECISIONS),
                value=quoted(chosen),
            )
        return Choice(chosen)
    steps = config.teacher_epochs * -(-config.teacher_train_size // config.batch_size)
    is_notebooks = all(getattr(config, name) == value for name, value in NOTEBOOK_TEACHER.items())
    if is_notebooks or steps < STEPS_WORTH_ASKING or config.teacher_width < TEACHER_FILTERS:
        return Choice("float32")
    processor = this_processor()
    known = (measured or {}).get(processor)
    if known in PRECISIONS:
        return Choice(known, processor)
    seconds = seconds_a_step()
    faster = seconds["mixed_bfloat16"] < CLEARLY_FASTER * seconds["float32"]
    return Choice("mixed_bfloat16" if faster else "float32", processor)


@cache
def this_processor() -> str:
    """Returns what a measurement depends on: the processor's name and the threads that a teacher gets."""
    return f"{processor()}, {os.environ.get('KD_THREADS', '1')} threads"


@cache
def seconds_a_step(batch_size: int = 32) -> dict[str, float]:
    """Returns the seconds of a teacher's step in each precision: the fastest of some rounds, in turns."""
    architecture = Architecture(CONVOLUTIONAL, TEACHER_FILTERS)
    images = np.random.default_rng(0).integers(0, 256, (batch_size * STEPS_A_ROUND, 28, 28), np.uint8)
    labels = np.arange(len(images), dtype=np.int32) % 10
    ways = {precision: compiled_training(architecture, Kind(precision=precision)) for precision in PRECISIONS}
    lesson = ways["float32"].lesson(images, labels, batch_size)
    ways["float32"].network.reset(initial_weights(architecture, 0))
    seconds = dict.fromkeys(PRECISIONS, float("inf"))
    for number in range(ROUNDS + 1):
        for precision, compiled in ways.items():
            started = time.perf_counter()
            compiled.run_steps(lesson, lesson.order(0, 1), 0, STEPS_A_ROUND)
            elapsed = (time.perf_counter() - started) / STEPS_A_ROUND
            if number:  # the first round traces
                seconds[precision] = min(seconds[precision], elapsed)
    return seconds
