"""Training a model of a run: a RunConfig in, epoch events and results out. No engine here, and no store."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kd.config import RunConfig, has_teaching, is_consistent
from kd.distillation.doubts import permuted_doubts
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import Objective, Outputs
from kd.networks.architectures import Architecture, student_architecture, teacher_architecture
from kd.pictures.shifts import variants
from kd.pictures.training_set import TrainingSet, training_set
from kd.training.compiled import ATTENTION, CompiledTraining, Lesson, compiled_training
from kd.training.costs import eval_epochs, last_eval_epochs, reported_epochs
from kd.training.epochs import Ask, Asked, Plan, Report, Training
from kd.training.messages import Checkpoint, Teaching, TrainedModel
from kd.training.precision import Choice, teacher_precision

# How much of each label the baseline spreads over all digits (Szegedy et al. 2016, section 7).
BASELINE_SMOOTHING = 0.1


def never() -> bool:
    """The answer when nobody asks to stop or pause."""
    return False


def train_model(
    config: RunConfig,
    name: str,
    teaching: Teaching | None,
    report: Report,
    should_stop: Ask,
    should_pause: Ask = never,
    checkpoint: Checkpoint | None = None,
    *,
    measured: Mapping[str, str] | None = None,
    is_followed: bool = True,
) -> TrainedModel | Checkpoint:
    """Train one of a run's models: a fresh 'teacher', the 'distilled' or the 'scratch' student.

    Both students start from the same weights and see the same batches in the same order, as far as both can
    use the same pictures: the scratch student only learns from those with labels. Without any, it stays as
    it starts.

    Args:
        teaching: for a distilled student whose objective uses a teacher.
        report: called with "progress" and "epoch" events.
        should_pause: asked several times a second; if it says so, a Checkpoint is returned.
        checkpoint: where to go on from; the result is, bit for bit, as if the training had never paused.
        measured: as for `kd.training.precision.teacher_precision`.
        is_followed: whether to look at the test images several times (kd/training/costs.py), and to keep a
            student's snapshot each time, or only at the end. The weights are the same bit for bit.

    Raises:
        ValueError: when there are no pictures to learn from, or not one row of teaching for each image.
        TrainingStopped: when `should_stop` said so.
    """
    kind = _kind(config, name)
    choice = Choice("float32")
    if checkpoint is not None:
        choice = Choice(checkpoint.precision, checkpoint.processor)
    elif name == "teacher":
        choice = teacher_precision(config, measured)
    chosen = _pictures(config, name)
    compiled = compiled_training(
        kind.architecture,
        kind.objective,
        smoothed=kind.smoothing > 0,
        partly_labelled=chosen.labelled is not None,
        shift=kind.shift,
        consistent=kind.consistent,
        precision=choice.precision,
    )
    epochs = config.teacher_epochs if name == "teacher" else config.epochs
    training = Training.begin(
        Plan(
            name,
            kind.architecture,
            config.training_seed,
            epochs,
            eval_epochs(config, name) if is_followed else last_eval_epochs(config, name),
            reported_epochs(config, name),
        ),
        compiled,
        _lesson(config, kind, chosen, teaching, compiled),
        Asked(report, should_stop, should_pause),
        choice,
        is_followed and name != "teacher",
        checkpoint,
    )
    paused = training.run()
    if paused is not None:
        return paused
    return TrainedModel(
        name=name,
        keras_file=keras_bytes(compiled.model, name),
        test_logits=training.logits,
        history=training.history,
        parameters=compiled.model.count_params(),
        seconds=training.seconds,
        evaluation_seconds=training.evaluation_seconds,
        snapshots=training.snapshots,
        precision=choice.precision,
        processor=choice.processor,
    )


def warm(name: str) -> None:
    """Trace the functions of a default run's model, so that its training starts at once."""
    config = RunConfig(train_size=10, batch_size=10)
    kind = _kind(config, name)
    compiled = compiled_training(kind.architecture, kind.objective)
    chosen = _pictures(config, name)
    lesson = _lesson(config, kind, chosen, Teaching(np.zeros((10, 10), np.float32)), compiled)
    compiled.run_steps(lesson, lesson.order(0, 1), 0, 1)
    compiled.network.logits(chosen.images)


class _Kind(NamedTuple):
    """How a model of a run learns. smoothing: the share of each label that is spread over all digits.

    shift, consistent: as for CompiledTraining.
    """

    architecture: Architecture
    objective: Objective | None = None
    smoothing: float = 0.0
    shift: int = 0
    consistent: bool = False


def _kind(config: RunConfig, name: str) -> _Kind:
    if name == "teacher":
        return _Kind(teacher_architecture(config), None, config.teacher_label_smoothing)
    if name == "scratch":
        smoothing = BASELINE_SMOOTHING if config.baseline == "label_smoothing" else 0.0
        return _Kind(student_architecture(config), None, smoothing, config.shift)
    # at α = 1 the teacher's part has no weight, and the student learns from the labels alone
    objective = config.objective_values() if has_teaching(config) else None
    return _Kind(student_architecture(config), objective, 0.0, config.shift, is_consistent(config))


def _pictures(config: RunConfig, name: str) -> TrainingSet:
    if name == "teacher":
        return training_set(
            RunConfig(train_size=config.teacher_train_size, pictures=config.pictures, seed=config.seed)
        )
    chosen = training_set(config)
    return chosen.with_labels() if name == "scratch" else chosen


def _lesson(
    config: RunConfig,
    kind: _Kind,
    chosen: TrainingSet,
    teaching: Teaching | None,
    compiled: CompiledTraining,
) -> Lesson:
    teacher = None
    if kind.objective is not None and kind.objective.uses_teacher:
        logits, attention = teaching or (None, None)
        times = len(variants(kind.shift)) if kind.consistent else 1
        logits = _rows(logits, "teacher_logits", (times * config.train_size, 10), chosen.rows, times)
        if config.permuted_doubts and config.counts("permuted_doubts"):
            logits = permuted_doubts(logits, config.seed, times)
        if config.makes_mistake:
            logits = MISTAKES[config.mistake].answers(logits, config.seed)
        if kind.objective.compares_attention:
            attention = _rows(attention, "teacher_attention", (config.train_size, ATTENTION), chosen.rows)
        teacher = Outputs(logits, attention if kind.objective.compares_attention else None)
    return compiled.lesson(
        chosen.images,
        chosen.labels,
        config.batch_size,
        labelled=chosen.labelled,
        objective=kind.objective,
        teacher=teacher,
        smoothing=kind.smoothing,
    )


def _rows(values: Any, name: str, expected: tuple[int, int], rows: np.ndarray, times: int = 1) -> np.ndarray:
    """The rows of these values that belong to a student's pictures; times: how many each has."""
    if np.shape(values) != expected:
        raise ValueError(f"{name} must have the shape {expected}, got {np.shape(values)}.")
    if times * len(rows) == len(values):
        return values
    return values.reshape(-1, times, expected[1])[rows].reshape(-1, expected[1])


def keras_bytes(model, name: str) -> bytes:
    """The content of the model's .keras file under this name, without an optimiser."""
    model.name = name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()
