"""What runs in a worker: training, reported by events and stopped by a flag."""

from __future__ import annotations

import contextlib
import functools
import gc
import math
import os
import threading
import time
from collections.abc import Callable
from functools import cache

from kd.config import RunConfig
from kd.engine.heap import keep_freed_memory
from kd.engine.loading import load_tensorflow
from kd.networks.architectures import Architecture
from kd.run_fields import is_consistent
from kd.training.checkpoint import Checkpoint
from kd.training.quiet import quiet_standard_error
from kd.training.stopping import TrainingStopped
from kd.training.teaching import Teaching

# Tokens of stopped attempts; set from the worker's event loop, read by its task.
_stopped: set[str] = set()
# Tokens of attempts that should give way to others; likewise.
_yielding: set[str] = set()
_SECONDS_BETWEEN_PROGRESS = 0.25
SECONDS_BETWEEN_MESSAGES = 0.1


async def request_stop(token: str) -> None:
    """Make the attempt with this token stop at its next check."""
    _stopped.add(token)


async def request_yield(token: str) -> None:
    """Make the attempt's training tasks return a Checkpoint soon."""
    _yielding.add(token)


@cache
def prepare() -> None:
    """Set threads and determinism, once, before TensorFlow does anything in this process."""
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


def _none_when_stopped(task: Callable) -> Callable:
    """Make a stopped task return None: its worker would log what it raises as an error, with a traceback."""

    @functools.wraps(task)
    def stoppable(*arguments):
        with contextlib.suppress(TrainingStopped):
            return task(*arguments)

    return stoppable


def warm_student() -> None:
    """Load TensorFlow and trace the students' steps, so that the first run starts at once."""
    prepare()
    from kd.training.student import warm

    for name in ("distilled", "scratch"):
        warm(name)


def milliseconds(architectures: tuple[tuple[str, int], ...], token: str) -> tuple[float, ...]:
    """Milliseconds per picture for networks of these architectures, in this worker."""
    prepare()
    from kd.training.answers import milliseconds_a_picture

    return milliseconds_a_picture(tuple(Architecture(*architecture) for architecture in architectures))


@_none_when_stopped
def train(
    config: dict,
    name: str,
    teaching: Teaching | None,
    measured: dict[str, str],
    looks: bool,
    checkpoint: Checkpoint | None,
    token: str,
):
    """Train a model of a run; returns a TrainedModel or a Checkpoint. Arguments as for `train_model`."""
    prepare()
    from kd.training.student import train_model

    with Reporter(token, name, checkpoint) as report:
        return train_model(
            RunConfig.from_mapping(config),
            name,
            teaching,
            report,
            _flag(_stopped, token),
            _flag(_yielding, token),
            checkpoint,
            measured=measured,
            looks=looks,
        )


@_none_when_stopped
def teaching(teacher: bytes, config: dict, attention: bool, token: str) -> Teaching:
    """What a teacher, given by the content of its .keras file, says of what a run's students learn from."""
    prepare()
    from kd.pictures.training_set import pictures_for_teacher
    from kd.training.answers import teacher_outputs

    run = RunConfig.from_mapping(config)
    shift = run.shift if is_consistent(run) else 0
    dropout = (run.teacher_dropout, run.seed) if run.teacher_dropout else None
    return teacher_outputs(
        teacher, pictures_for_teacher(run), attention, _flag(_stopped, token), shift, dropout
    )


def _flag(tokens: set[str], token: str) -> Callable[[], bool]:
    return lambda: token in tokens


class Reporter:
    """Sends a training's events to its attempt's topic, several at once: a list at most every 0.1 s.

    A message costs the worker, the scheduler and the client about as much as some steps of a student, and an
    epoch may be a few steps. Thread-safe. Use it in a `with`: its end sends what is left.
    """

    def __init__(self, token: str, name: str, checkpoint: Checkpoint | None):
        from distributed import get_worker  # not above: runs are listed sooner without it

        self._token, self._worker = token, get_worker()
        self._lock = threading.Lock()
        self._waiting: list[dict] = []
        self._sent = self._last_progress = -math.inf
        self._is_due = False
        # A task that runs again after its worker died starts over, or from its checkpoint if it has one.
        done = {"history": checkpoint.history} if checkpoint else {}
        self({"event": "begin", "model": name, **done})

    def __call__(self, event: dict) -> None:
        """Send this event soon; of progress, only some."""
        with self._lock:
            now = time.monotonic()
            if event["event"] == "progress":
                if now - self._last_progress < _SECONDS_BETWEEN_PROGRESS:
                    return
                self._last_progress = now
            self._waiting.append(event)
            left = self._sent + SECONDS_BETWEEN_MESSAGES - now
            if left <= 0:
                self._send()
            elif not self._is_due:
                self._is_due = True
                # the training itself may be in a long step by then
                self._worker.loop.add_callback(self._worker.loop.call_later, left, self._send_when_due)

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._send()

    def _send_when_due(self) -> None:
        with self._lock:
            self._is_due = False
            self._send()

    def _send(self) -> None:
        if self._waiting:
            self._worker.log_event(self._token, self._waiting)
            self._waiting, self._sent = [], time.monotonic()
