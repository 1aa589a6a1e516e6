"""Training: a RunConfig in, epoch events and results out. It knows of no engine and no store."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from kd.config import RunConfig
from kd.pictures.mnist import load_mnist
from kd.text.translation import _
from kd.training.checkpoint import Checkpoint
from kd.training.compiled import (
    NO_STEPS,
    Batches,
    CompiledTraining,
    StepTotals,
    compiled_training,
    initial_weights,
)
from kd.training.precision import Choice, teacher_precision
from kd.training.snapshots import Snapshots
from kd.training.stopping import TrainingStopped
from kd.training.trained_model import TrainedModel

Report = Callable[[dict], None]
ShouldStop = Callable[[], bool]

# A call into the traced loop lasts about this long, so that a stop takes effect and progress moves.
SECONDS_BETWEEN_CHECKS = 0.15

FLOAT32 = Choice("float32")


def never() -> bool:
    """The answer when nobody asks to stop or pause."""
    return False


class Asked(NamedTuple):
    """What training reports to, and what it asks as it goes."""

    report: Report
    stop: ShouldStop
    pause: ShouldStop = never


def train_teacher(
    config: RunConfig,
    report: Report,
    should_stop: ShouldStop,
    measured: Mapping[str, str] | None = None,
    should_pause: ShouldStop = never,
    checkpoint: Checkpoint | None = None,
) -> TrainedModel | Checkpoint:
    """Train a fresh teacher on cross-entropy, as the notebook does, and compute its logits for the students.

    Args:
        measured: as for `kd.training.precision.teacher_precision`.
        should_pause: asked after each epoch; if it says so, a Checkpoint is returned.
        checkpoint: where to go on from; the result is, bit for bit, as if training had never paused.

    Raises:
        TrainingStopped: when `should_stop` said so.
    """
    images, labels = _training_tensors(config.teacher_train_size)
    batches = Batches.of(images, labels, None, config.batch_size)
    no_terms = (1.0, 1.0, 1.0)
    if checkpoint is None:
        choice = teacher_precision(config, measured)
    else:
        choice = Choice(checkpoint.precision, checkpoint.processor)
    trained = _train(
        "teacher",
        batches,
        config.teacher_epochs,
        config.seed,
        no_terms,
        Asked(report, should_stop, should_pause),
        choice,
        checkpoint=checkpoint,
    )
    if isinstance(trained, Checkpoint):
        return trained
    images = load_mnist().train(config.train_size)[0]
    train_logits = _logits(compiled_training("teacher", choice.precision), images, should_stop)
    return replace(trained, train_logits=train_logits)


def train_student(
    config: RunConfig,
    model_name: str,
    teacher_logits: np.ndarray | None,
    report: Report,
    should_stop: ShouldStop,
    should_pause: ShouldStop = never,
    checkpoint: Checkpoint | None = None,
) -> TrainedModel | Checkpoint:
    """Train the 'distilled' or the 'scratch' student.

    Both start from the same weights and see the same batches in the same order; they differ only in the
    teacher's part of the loss.

    Args:
        teacher_logits: float32 (train_size, 10), the teacher's logits for the training images; the
            scratch student does not use them.
        should_pause, checkpoint: as for `train_teacher`.

    Raises:
        ValueError: when there is not one row of logits for each training image.
        TrainingStopped: when `should_stop` said so.
    """
    images, labels = _training_tensors(config.train_size)
    if model_name == "scratch":
        teacher_logits = None
    elif np.shape(teacher_logits) != (config.train_size, 10):
        raise ValueError(
            _(
                "teacher_logits must have the shape {expected}, got {shape}.",
                expected=(config.train_size, 10),
                shape=np.shape(teacher_logits),
            )
        )
    batches = Batches.of(images, labels, teacher_logits, config.batch_size)
    scale = config.temperature**2 if config.temperature_squared else 1.0
    terms = (config.alpha, config.temperature, scale)
    return _train(
        model_name,
        batches,
        config.epochs,
        config.seed,
        terms,
        Asked(report, should_stop, should_pause),
        keep_snapshots=True,
        checkpoint=checkpoint,
    )


def warm(model_name: str) -> None:
    """Trace the functions of one model, so that its next training run starts at once."""
    compiled = compiled_training(model_name)
    compiled.reset(initial_weights(model_name, 0))
    images, labels = load_mnist().train(2)
    teacher_logits = np.zeros((2, 10), np.float32) if compiled.distilled else None
    batches = Batches.of(images, labels, teacher_logits, 2)
    compiled.run_steps(batches, batches.order(0, 1), 0, 1, (0.5, 1.0, 1.0))
    compiled.logits(batches.images)


def teacher_logits_of(keras_file: Path, train_size: int, should_stop: ShouldStop) -> dict[str, np.ndarray]:
    """A stored teacher's logits: {'train': float32 (train_size, 10), 'test': float32 (10000, 10)}.

    Raises:
        TrainingStopped: when `should_stop` said so.
    """
    import keras

    compiled = compiled_training("teacher")
    compiled.model.set_weights(keras.saving.load_model(keras_file, compile=False).get_weights())
    mnist = load_mnist()
    return {
        "test": _logits(compiled, mnist.test()[0], should_stop),
        "train": _logits(compiled, mnist.train(train_size)[0], should_stop),
    }


@cache
def milliseconds_a_picture(model_names: tuple[str, ...], repeats: int = 50) -> dict[str, float]:
    """Median time that one picture takes through each compiled network, without folding, in this process.

    Measured in turns, so that a busy machine is equally unfair to all. The time depends on the architecture,
    not on the weights, so one measurement serves all runs of a process.
    """
    picture = tf.zeros((1, 28, 28, 1))
    networks = {name: compiled_training(name).single_picture for name in model_names}
    times: dict[str, list[float]] = {name: [] for name in model_names}
    for repeat in range(repeats + 1):
        for name, network in networks.items():
            started = time.perf_counter()
            network(picture).numpy()
            if repeat:  # the first call traces
                times[name].append(time.perf_counter() - started)
    return {name: float(np.median(taken) * 1e3) for name, taken in times.items()}


# A run's images are kept for the next one, which usually needs the same ones.
@lru_cache(maxsize=1)
def _training_tensors(size: int) -> tuple[tf.Tensor, tf.Tensor]:
    return tuple(map(tf.constant, load_mnist().train(size)))


@cache
def _test_tensors() -> tuple[tf.Tensor, tf.Tensor]:
    return tuple(map(tf.constant, load_mnist().test()))


def _logits(compiled: CompiledTraining, images: np.ndarray, should_stop: ShouldStop) -> np.ndarray:
    """Logits of many images, computed in parts so short that a stop between them takes effect soon."""
    parts = []
    for start in range(0, len(images), 2000):
        _check(should_stop)
        parts.append(compiled.logits(tf.constant(images[start : start + 2000])))
    return np.concatenate(parts)


def _train(
    name: str,
    batches: Batches,
    epochs: int,
    seed: int,
    terms: tuple[float, float, float],
    asked: Asked,
    choice: Choice = FLOAT32,
    keep_snapshots: bool = False,
    checkpoint: Checkpoint | None = None,
) -> TrainedModel | Checkpoint:
    _check(asked.stop)
    compiled = compiled_training(name, choice.precision)
    if checkpoint is None:
        compiled.reset(initial_weights(name, seed))
        snapshots = Snapshots.begin(epochs, batches.steps) if keep_snapshots else None
        begun = Checkpoint(name, 0, (), (), snapshots=snapshots)
    else:
        compiled.restore(checkpoint.weights, checkpoint.optimizer)
        begun, snapshots = checkpoint, checkpoint.snapshots and checkpoint.snapshots.copy()
    compiled.trace()  # before the clock starts: it does not tell how long the next training will take
    test_images, test_labels = _test_tensors()
    history, seconds, evaluation = [*begun.history], begun.seconds, begun.evaluation_seconds
    for epoch in range(begun.epoch + 1, epochs + 1):
        started, trained = time.perf_counter(), 0.0
        totals = NO_STEPS
        order = batches.order(seed, epoch)
        for first, last in _stretches(batches.steps, snapshots.stops(epoch) if snapshots else ()):
            progress = _progress(asked.report, name, epoch, epochs, batches.steps)
            resumed = time.perf_counter()
            totals += _run_stretch(compiled, batches, order, first, last, terms, progress, asked.stop)
            trained += time.perf_counter() - resumed
            if snapshots is not None and last < batches.steps:
                snapshots.add(epoch - 1 + last / batches.steps, compiled.model, compiled.logits(test_images))
        logits = compiled.logits(test_images)
        if snapshots is not None and snapshots.wants_epoch(epoch):
            snapshots.add(epoch, compiled.model, logits)
        elapsed = time.perf_counter() - started
        seconds, evaluation = seconds + elapsed, evaluation + elapsed - trained
        accuracy = float(np.mean(logits.argmax(axis=1) == test_labels.numpy()))
        history.append(_epoch_event(name, epoch, epochs, totals, accuracy, elapsed))
        asked.report(history[-1])
        if epoch < epochs and asked.pause():
            weights, optimizer = compiled.state()
            return Checkpoint(
                name, epoch, weights, optimizer, history, seconds, evaluation, snapshots, *choice
            )
    return TrainedModel(
        name=name,
        keras_file=keras_bytes(compiled.model),
        test_logits=logits,
        history=history,
        parameters=compiled.model.count_params(),
        seconds=seconds,
        evaluation_seconds=evaluation,
        snapshots=snapshots,
        precision=choice.precision,
        processor=choice.processor,
    )


def _stretches(steps: int, stops: tuple[int, ...]) -> list[tuple[int, int]]:
    """An epoch's steps, cut where snapshots are taken."""
    edges = [0, *stops, steps]
    return list(itertools.pairwise(edges))


def _run_stretch(compiled, batches, order, first, last, terms, progress, should_stop) -> StepTotals:
    """Steps first to last, in calls long enough to be efficient and short enough for a stop to be felt."""
    totals, at_once = NO_STEPS, 4
    while first < last:
        _check(should_stop)
        until = min(first + at_once, last)
        started = time.perf_counter()
        totals += compiled.run_steps(batches, order, first, until, terms)
        elapsed = time.perf_counter() - started
        at_once = max(1, round((until - first) * min(8.0, SECONDS_BETWEEN_CHECKS / max(elapsed, 1e-6))))
        first = until
        progress(first)
    return totals


def _progress(report: Report, name: str, epoch: int, epochs: int, steps: int) -> Callable[[int], None]:
    def tell(done: int) -> None:
        report(
            {
                "event": "progress",
                "model": name,
                "epoch": epoch,
                "epochs": epochs,
                "fraction": (epoch - 1 + done / steps) / epochs,
            }
        )

    return tell


def _epoch_event(name, epoch, epochs, totals: StepTotals, val_accuracy: float, seconds: float) -> dict:
    distilled = name == "distilled"
    return {
        "event": "epoch",
        "model": name,
        "epoch": epoch,
        "epochs": epochs,
        "loss": totals.loss / totals.images,
        "student_loss": totals.student_loss / totals.images,
        "distillation_loss": totals.distillation_loss / totals.images if distilled else None,
        "accuracy": totals.correct / totals.images,
        "val_accuracy": val_accuracy,
        "seconds": seconds,
    }


def keras_bytes(model) -> bytes:
    """The content of the model's .keras file, without an optimiser."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def _check(should_stop: ShouldStop) -> None:
    if should_stop():
        raise TrainingStopped
