"""What runs in a worker: training, reported by events and stopped by a flag."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from distributed import get_worker

from kd.config import RunConfig
from kd.training.checkpoint import Checkpoint
from kd.training.quiet import quiet_standard_error
from kd.training.stopping import TrainingStopped

# Tokens of stopped attempts; set from the worker's event loop, read by its task.
_stopped: set[str] = set()
# Tokens of attempts that should give way to others; likewise.
_yielding: set[str] = set()
_SECONDS_BETWEEN_PROGRESS = 0.25


async def request_stop(token: str) -> None:
    """Make the attempt with this token stop at its next check."""
    _stopped.add(token)


async def request_yield(token: str) -> None:
    """Make the attempt's training tasks return a Checkpoint after their current epoch."""
    _yielding.add(token)


@cache
def prepare() -> None:
    """Set threads and determinism, once, before TensorFlow does anything in this process."""
    _keep_freed_memory()
    with quiet_standard_error():
        import tensorflow as tf

        threads = int(os.environ.get("KD_THREADS", "1"))
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_op_determinism()
        # the graph optimiser that fuses convolution and activation fails on this loop, with warnings
        tf.config.optimizer.set_experimental_options({"remapping": False})
        tf.zeros(())  # makes TensorFlow look for devices now


def _keep_freed_memory() -> None:
    """Let the C library keep the memory that a step frees: the next step needs the same few megabytes again.

    Dask asks for the opposite (MALLOC_TRIM_THRESHOLD_), but returning pages and requesting them again costs a
    tenth of a student's time. Only glibc has this setting.
    """
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # malloc.h
    with contextlib.suppress(OSError, AttributeError):
        tell = ctypes.CDLL("libc.so.6").mallopt
        tell(trim_threshold, 256 << 20)
        tell(top_pad, 64 << 20)
        tell(mmap_threshold, 32 << 20)  # its maximum


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


def milliseconds(token: str) -> dict[str, float]:
    """Milliseconds per picture for {'teacher', 'student'} in this worker."""
    prepare()
    from kd.training.student import milliseconds_a_picture

    taken = milliseconds_a_picture(("teacher", "distilled"))
    return {"teacher": taken["teacher"], "student": taken["distilled"]}


@_none_when_stopped
def fresh_teacher(config: dict, measured: dict[str, str], checkpoint: Checkpoint | None, token: str):
    """Train a teacher; returns a TrainedModel or a Checkpoint. Arguments as for `train_teacher`."""
    prepare()
    from kd.training.student import train_teacher

    return train_teacher(
        RunConfig.from_mapping(config),
        _reporter(token, "teacher", checkpoint),
        _flag(_stopped, token),
        measured,
        _flag(_yielding, token),
        checkpoint,
    )


@_none_when_stopped
def soft_targets(teacher: bytes, train_size: int, token: str) -> dict[str, np.ndarray]:
    """The logits of a teacher, given by the content of its .keras file: {'train', 'test'}."""
    prepare()
    from kd.training.student import teacher_logits_of

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "teacher.keras"
        path.write_bytes(teacher)
        return teacher_logits_of(path, train_size, _flag(_stopped, token))


@_none_when_stopped
def student(
    config: dict,
    model_name: str,
    teacher_logits: np.ndarray | None,
    checkpoint: Checkpoint | None,
    token: str,
):
    """Train one student; returns a TrainedModel or a Checkpoint. Arguments as for `train_student`."""
    prepare()
    from kd.training.student import train_student

    return train_student(
        RunConfig.from_mapping(config),
        model_name,
        teacher_logits,
        _reporter(token, model_name, checkpoint),
        _flag(_stopped, token),
        _flag(_yielding, token),
        checkpoint,
    )


def _flag(tokens: set[str], token: str) -> Callable[[], bool]:
    return lambda: token in tokens


def _reporter(token: str, model_name: str, checkpoint: Checkpoint | None) -> Callable[[dict], None]:
    """A function that sends events to the attempt's topic; progress at most every quarter of a second."""
    worker = get_worker()
    last_progress = 0.0
    lock = threading.Lock()

    def report(event: dict) -> None:
        nonlocal last_progress
        with lock:
            now = time.monotonic()
            if event["event"] == "progress" and now - last_progress < _SECONDS_BETWEEN_PROGRESS:
                return
            last_progress = now
        worker.log_event(token, event)

    # A task that runs again after its worker died starts over, or from its checkpoint if it has one.
    done = {"history": checkpoint.history} if checkpoint else {}
    report({"event": "begin", "model": model_name, **done})
    return report
