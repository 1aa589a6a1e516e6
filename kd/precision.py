"""Which precision a fresh teacher trains in: float32, or bfloat16 products where they are faster here.

A teacher of the notebook's own recipe stays in float32 to the letter, and so does one whose training is
too short for the question to pay. For any other, a few steps of both are timed once in the process.
KD_TEACHER_PRECISION decides instead where it is set.
"""

from __future__ import annotations

import os
import time
from functools import cache

import numpy as np
import tensorflow as tf

from kd.compiled import Batches, compiled_training, initial_weights
from kd.config import RunConfig

PRECISIONS = ("float32", "mixed_bfloat16")
NOTEBOOK_TEACHER = {"teacher_epochs": 5, "teacher_train_size": 10_000, "batch_size": 32}

# Below this many steps (half a minute at most), finding out costs a good part of what it may win.
STEPS_WORTH_ASKING = 1000
# A faster precision must be clearly faster: chance must not choose, or one config has two results.
CLEARLY_FASTER = 0.8
ROUNDS = 5
STEPS_A_ROUND = 3


def teacher_precision(config: RunConfig) -> str:
    """One of PRECISIONS for this run's fresh teacher.

    Raises:
        ValueError: when KD_TEACHER_PRECISION is set to something else.
    """
    chosen = os.environ.get("KD_TEACHER_PRECISION", "")
    if chosen:
        if chosen not in PRECISIONS:
            raise ValueError(f"KD_TEACHER_PRECISION must be one of {', '.join(PRECISIONS)}, got {chosen!r}.")
        return chosen
    steps = config.teacher_epochs * -(-config.teacher_train_size // config.batch_size)
    is_notebooks = all(getattr(config, name) == value for name, value in NOTEBOOK_TEACHER.items())
    if is_notebooks or steps < STEPS_WORTH_ASKING:
        return "float32"
    seconds = seconds_a_step()
    return "mixed_bfloat16" if seconds["mixed_bfloat16"] < CLEARLY_FASTER * seconds["float32"] else "float32"


@cache
def seconds_a_step(batch_size: int = 32) -> dict[str, float]:
    """The fastest of a few rounds of teacher steps in each precision, taken in turns, once a process."""
    images = np.random.default_rng(0).random((batch_size * STEPS_A_ROUND, 28, 28, 1), np.float32)
    labels = np.arange(len(images), dtype=np.int32) % 10
    batches = Batches.of(images, labels, None, batch_size)
    order = tf.range(len(labels))
    seconds = dict.fromkeys(PRECISIONS, float("inf"))
    for precision in PRECISIONS:
        compiled_training("teacher", precision).reset(initial_weights("teacher", 0))
        _run(precision, batches, order)
    for _ in range(ROUNDS):
        for precision in PRECISIONS:
            started = time.perf_counter()
            _run(precision, batches, order)
            elapsed = (time.perf_counter() - started) / STEPS_A_ROUND
            seconds[precision] = min(seconds[precision], elapsed)
    return seconds


def _run(precision: str, batches: Batches, order: tf.Tensor) -> None:
    compiled_training("teacher", precision).run_steps(batches, order, 0, STEPS_A_ROUND, (1.0, 1.0, 1.0))
