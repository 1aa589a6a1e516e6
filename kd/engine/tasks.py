"""What runs in a worker: training, reported by events and stopped by a flag."""

from __future__ import annotations

import contextlib
import gc
import math
import os
import sys
import time
from functools import cache
from typing import Any

from kd.base.data_sets import Sent, receive
from kd.config import RunConfig, is_consistent
from kd.engine.processes import give_back, keep_freed_memory
from kd.networks.architectures import Architecture
from kd.terminal.streams import quiet_standard_error
from kd.training.messages import Checkpoint, Teaching, TrainingStopped

# Tokens of attempts that are stopped, and of those that should give way to others; set from the worker's
# event loop, read by its task.
_stopped: set[str] = set()
_yielding: set[str] = set()
SECONDS_BETWEEN_PROGRESS = 0.25
SECONDS_BETWEEN_MESSAGES = 0.1
# Of what Keras and TensorFlow load if it is installed, what takes most memory.
_OPTIONAL = ("pandas", "sklearn", "scipy", "IPython", "matplotlib", "PIL")


async def request_stop(token: str) -> None:
    """Makes the attempt with this token stop at its next check."""
    _stopped.add(token)


async def request_yield(token: str) -> None:
    """Makes the attempt's training tasks return a Checkpoint soon."""
    _yielding.add(token)


def load_tensorflow() -> None:
    """Loads TensorFlow and Keras without what they can do without, which can still be imported afterwards.

    It holds 80 MB and takes a third of the time; and pyarrow, which pandas loads, starts a thread, which no
    process that forks may have.
    """
    absent: dict[str, Any] = {name: None for name in _OPTIONAL if name not in sys.modules}
    sys.modules.update(absent)  # an import that finds None fails, as if it was not installed
    is_collecting = gc.isenabled()
    gc.disable()  # none of it is garbage, and looking for some takes a fifth of the time
    try:
        with quiet_standard_error():
            import keras  # noqa: F401
            import tensorflow as tf  # noqa: F401
    finally:
        for name in absent:
            sys.modules.pop(name, None)
        if is_collecting:
            gc.enable()


@cache
def prepare() -> None:
    """Loads TensorFlow and sets threads and determinism, once, before it does anything in this process."""
    keep_freed_memory()
    load_tensorflow()
    with quiet_standard_error():
        import tensorflow as tf

        threads = int(os.environ.get("KD_THREADS", "1"))
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_op_determinism()
        # the graph optimiser that fuses convolution and activation fails on this loop, with warnings
        tf.config.optimizer.set_experimental_options({"remapping": False})
        tf.zeros(())  # makes TensorFlow look for devices now
    # What is loaded stays: a search for garbage that leaves it out takes 0.03 s instead of 0.3.
    gc.freeze()


def warm_student() -> None:
    """Loads TensorFlow and traces the students' steps, so that the first run starts at once."""
    prepare()
    from kd.training.student import warm

    for name in ("distilled", "scratch"):
        warm(name)


def milliseconds(architectures: tuple[tuple[str, int, int], ...], token: str) -> tuple[float, ...]:
    """Returns the milliseconds per picture of networks of these architectures, in this worker."""
    prepare()
    from kd.training.answers import milliseconds_a_picture

    return milliseconds_a_picture(tuple(Architecture(*architecture) for architecture in architectures))


def train(
    config: dict,
    data: Sent,
    name: str,
    teaching: Teaching | None,
    measured: dict[str, str],
    is_followed: bool,
    checkpoint: Checkpoint | None,
    token: str,
):
    """Trains a model of a run, as `train_model`; returns None when stopped, as workers log what is raised.

    data: of the data set, what `kd.base.data_sets.content` returns.
    """
    prepare()
    receive(config["data"], data)
    from kd.training.student import train_model

    try:
        with contextlib.suppress(TrainingStopped), Reporter(token, name, checkpoint) as report:
            return train_model(
                RunConfig.from_mapping(config),
                name,
                teaching,
                report,
                lambda: token in _stopped,
                lambda: token in _yielding,
                checkpoint,
                measured=measured,
                is_followed=is_followed,
            )
    finally:
        give_back()


def teaching(teacher: bytes, config: dict, data: Sent, attention: bool, token: str) -> Teaching | None:
    """Returns what a teacher, the content of a .keras file, says of what a run's students learn from."""
    prepare()
    receive(config["data"], data)
    from kd.pictures.training_set import pictures_for_teacher
    from kd.training.answers import teacher_outputs

    run = RunConfig.from_mapping(config)
    pictures = pictures_for_teacher(run)
    shift = run.shift if is_consistent(run) else 0
    dropout = (run.teacher_dropout, run.seed) if run.teacher_dropout else None
    try:
        return teacher_outputs(teacher, pictures, attention, lambda: token in _stopped, shift, dropout)
    except TrainingStopped:
        return None
    finally:
        gc.collect()  # a model that was loaded refers to itself: of the strong teacher, each takes 6 MB
        give_back()


class Reporter:
    """Sends a training's events to its attempt's topic, in lists: a message costs as much as some steps.

    Use it in a `with`: its end sends what is left.
    """

    def __init__(self, token: str, name: str, checkpoint: Checkpoint | None):
        from distributed import get_worker  # not above: runs are listed sooner without it

        self._token, self._worker = token, get_worker()
        self._waiting: list[dict] = []
        self._sent = self._last_progress = -math.inf
        # A task that runs again after its worker died starts over, or from its checkpoint if it has one.
        done = {"history": checkpoint.history} if checkpoint else {}
        self({"event": "begin", "model": name, **done})

    def __call__(self, event: dict) -> None:
        """Sends an event, at once or with one of the next; skips most progress events."""
        now = time.monotonic()
        if event["event"] != "progress":
            self._waiting.append(event)
        elif now - self._last_progress >= SECONDS_BETWEEN_PROGRESS:
            self._waiting.append(event)
            self._last_progress = now
        if now - self._sent >= SECONDS_BETWEEN_MESSAGES:
            self._send()

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        self._send()

    def _send(self) -> None:
        if self._waiting:
            self._worker.log_event(self._token, self._waiting)
            self._waiting, self._sent = [], time.monotonic()
