"""Training a model of a run: a RunConfig in, epoch events and results out. No engine here, and no store."""

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kd.config import RunConfig, has_teaching, is_consistent
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import Objective, Outputs
from kd.networks.architectures import Architecture, student_architecture, teacher_architecture
from kd.pictures.changes import variants
from kd.pictures.data_sets import data_set
from kd.pictures.training_set import TrainingSet, training_set
from kd.training.answers import permuted_doubts
from kd.training.compiled import CompiledTraining, Kind, LabelsAlone, Lesson, compiled_training
from kd.training.costs import epochs_of, eval_epochs, last_eval_epochs, reported_epochs
from kd.training.messages import ATTENTION, Checkpoint, Snapshots, Teaching, TrainedModel, TrainingStopped
from kd.training.networks import initial_weights, needs_parts, network
from kd.training.precision import Choice, teacher_precision

Report = Callable[[dict], None]
Ask = Callable[[], bool]

# How much of each label the baseline spreads over all digits (Szegedy et al. 2016, section 7).
BASELINE_SMOOTHING = 0.1
# A call into the traced loop lasts about this long, so that a stop takes effect and progress moves.
SECONDS_BETWEEN_CHECKS = 0.15
# The first call may be of a network whose steps take long.
FIRST_STEPS = 4


def train_model(
    config: RunConfig,
    name: str,
    teaching: Teaching | None,
    report: Report,
    should_stop: Ask,
    should_pause: Ask = lambda: False,
    checkpoint: Checkpoint | None = None,
    *,
    measured: Mapping[str, str] | None = None,
    is_followed: bool = True,
) -> TrainedModel | Checkpoint:
    """Trains one of a run's models: a fresh 'teacher', the 'distilled' or the 'scratch' student.

    Both students start from the same weights and see the same batches in the same order, as far as both can
    use the same pictures: the scratch student only learns from those with labels. Without any, it stays as it
    starts.

    report: called with "progress" and "epoch" events. should_pause: asked several times a second; if it says
    so, a Checkpoint is returned, from which the training goes on to the same result, bit for bit. measured:
    as for `kd.training.precision.teacher_precision`. is_followed: whether to look at the test images several
    times and keep a student's snapshots, or only look at the end; the weights are the same. Raises ValueError
    when there are no pictures, or not one row of teaching for each, and TrainingStopped.
    """
    recipe, chosen = _recipe(config, name), _pictures(config, name)
    choice = Choice("float32")
    if checkpoint is not None:
        choice = Choice(checkpoint.precision, checkpoint.processor)
    elif name == "teacher":
        choice = teacher_precision(config, measured)
    compiled = compiled_training(recipe.architecture, recipe.kind(chosen, config, choice.precision))
    data = data_set(config.data)
    plan = Plan(
        name,
        recipe.architecture,
        config.training_seed,
        epochs_of(config, name),
        eval_epochs(config, name) if is_followed else last_eval_epochs(config, name),
        reported_epochs(config, name),
        is_followed and name != "teacher",
        choice,
        (data.x_test, data.y_test),
    )
    lesson = _lesson(config, recipe, chosen, teaching, compiled)
    training = Training(plan, compiled, lesson, report, should_stop, should_pause, checkpoint)
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
    """Traces the functions of a default run's model, so that its training starts at once."""
    config = RunConfig(train_size=10, batch_size=10)
    recipe, chosen = _recipe(config, name), _pictures(config, name)
    compiled = compiled_training(recipe.architecture, recipe.kind(chosen, config))
    lesson = _lesson(config, recipe, chosen, Teaching(np.zeros((10, 10), np.float32)), compiled)
    compiled.run_steps(lesson, lesson.order(0, 1), 0, 1)
    compiled.network.logits(chosen.images)


class _Recipe(NamedTuple):
    """What a model of a run is, and how it learns.

    smoothing: the share of each label that is spread over all digits. shift, consistent: as in `Kind`.
    """

    architecture: Architecture
    objective: Objective = LabelsAlone()
    smoothing: float = 0.0
    shift: int = 0
    consistent: bool = False

    def kind(self, chosen: TrainingSet, config: RunConfig, precision: str = "float32") -> Kind:
        partly = chosen.labelled is not None
        in_parts = needs_parts(network(self.architecture).model, config.batch_size)
        return Kind(
            self.objective, self.smoothing > 0, partly, self.shift, self.consistent, precision, in_parts
        )


def _recipe(config: RunConfig, name: str) -> _Recipe:
    if name == "teacher":
        return _Recipe(teacher_architecture(config), smoothing=config.teacher_label_smoothing)
    if name == "scratch":
        smoothing = BASELINE_SMOOTHING if config.baseline == "label_smoothing" else 0.0
        return _Recipe(student_architecture(config), smoothing=smoothing, shift=config.shift)
    # at α = 1 the teacher's part has no weight, and the student learns from the labels alone
    objective = config.objective_values() if has_teaching(config) else LabelsAlone()
    return _Recipe(student_architecture(config), objective, 0.0, config.shift, is_consistent(config))


def _pictures(config: RunConfig, name: str) -> TrainingSet:
    if name == "teacher":
        size = min(config.teacher_train_size, config.about_data.train)
        return training_set(
            RunConfig(data=config.data, train_size=size, pictures=config.pictures, seed=config.seed)
        )
    chosen = training_set(config)
    return chosen.with_labels() if name == "scratch" else chosen


def _lesson(
    config: RunConfig,
    recipe: _Recipe,
    chosen: TrainingSet,
    teaching: Teaching | None,
    compiled: CompiledTraining,
) -> Lesson:
    objective, teacher = recipe.objective, None
    if objective.uses_teacher:
        logits, attention = teaching or (None, None)
        times = len(variants(recipe.shift)) if recipe.consistent else 1
        shape = times * config.train_size, len(config.about_data.classes)
        logits = _rows(logits, "teacher_logits", shape, chosen.rows, times)
        if config.permuted_doubts and config.counts("permuted_doubts"):
            logits = permuted_doubts(logits, config.seed, times)
        if config.makes_mistake:
            logits = MISTAKES[config.mistake].answers(logits, config.seed)
        if objective.compares_attention:
            attention = _rows(attention, "teacher_attention", (config.train_size, ATTENTION), chosen.rows)
        teacher = Outputs(logits, attention if objective.compares_attention else None)
    return compiled.lesson(
        chosen.images,
        chosen.labels,
        config.batch_size,
        labelled=chosen.labelled,
        objective=objective,
        teacher=teacher,
        smoothing=recipe.smoothing,
    )


def _rows(values: Any, name: str, expected: tuple[int, int], rows: np.ndarray, times: int = 1) -> np.ndarray:
    """Returns the rows of these values that belong to a student's pictures, so many for each."""
    if np.shape(values) != expected:
        raise ValueError(f"{name} must have the shape {expected}, got {np.shape(values)}.")
    if times * len(rows) == len(values):
        return values
    return values.reshape(-1, times, expected[1])[rows].reshape(-1, expected[1])


def keras_bytes(model, name: str) -> bytes:
    """Returns the content of the model's .keras file under this name, without an optimiser."""
    model.name = name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


class _Pause(Exception):
    """A pause was asked for in the middle of a look."""


class Plan(NamedTuple):
    """What a training does after which epochs.

    reported_epochs: those with an event, among them all of eval_epochs, after which it looks at the test
    images. test: these, and their labels.
    """

    name: str
    architecture: Architecture
    seed: int
    epochs: int
    eval_epochs: tuple[int, ...]
    reported_epochs: tuple[int, ...]
    keeps_snapshots: bool
    choice: Choice
    test: tuple[np.ndarray, np.ndarray]


class Training:
    """A training under way. `run` takes it to its end, or to a pause."""

    def __init__(
        self,
        plan: Plan,
        compiled: CompiledTraining,
        lesson: Lesson,
        report: Report,
        should_stop: Ask,
        should_pause: Ask,
        checkpoint: Checkpoint | None = None,
    ):
        """Begins with the plan's initial weights, or where the checkpoint was taken."""
        self.plan, self.compiled, self.lesson = plan, compiled, lesson
        self._report, self._should_stop, self._should_pause = report, should_stop, should_pause
        if checkpoint is None:
            compiled.network.reset(initial_weights(plan.architecture, plan.seed))
            snapshots = Snapshots() if plan.keeps_snapshots else None
            checkpoint = Checkpoint(plan.name, 0, (), (), snapshots=snapshots)
        else:
            compiled.network.restore(checkpoint.weights, checkpoint.optimizer)
        self.snapshots = checkpoint.snapshots and checkpoint.snapshots.copy()
        self.history = [*checkpoint.history]
        self.seconds, self.evaluation_seconds = checkpoint.seconds, checkpoint.evaluation_seconds
        self.logits: Any = None
        self._epoch, self._step, self._sums = checkpoint.epoch, checkpoint.step, checkpoint.sums
        self._epoch_seconds = checkpoint.epoch_seconds
        self._at_once = FIRST_STEPS
        # Only what has come further may pause: however often others ask, it reaches its end.
        self._has_gained = False

    def run(self) -> Checkpoint | None:
        """Trains to the end, or to a pause: then returns where to go on. Raises TrainingStopped."""
        self._check()
        self.compiled.trace()  # before the clock starts: it does not tell how long the next one will take
        for epoch in range(self._epoch + 1, self.plan.epochs + 1):
            self._epoch = epoch
            if not self.lesson.steps and self._epoch not in self.plan.eval_epochs:
                continue  # nothing is computed, so there is nothing to tell
            order = self.lesson.order(self.plan.seed, self._epoch)
            while self._step < self.lesson.steps:
                self._stretch(order)
                if self._must_pause():
                    return self._checkpoint()
            try:
                accuracy = self._look() if self._epoch in self.plan.eval_epochs else None
            except _Pause:
                return self._checkpoint()
            self._step = 0
            if self._epoch in self.plan.reported_epochs:
                self._tell(accuracy)
            if self._epoch < self.plan.epochs and self._must_pause():
                return self._checkpoint(after=True)
        return None

    def _stretch(self, order: tf.Tensor) -> None:
        """Takes some steps: enough to be efficient, and so few that a stop is felt."""
        self._check()
        first, last = self._step, min(self._step + self._at_once, self.lesson.steps)
        started = time.perf_counter()
        self._sums = self.compiled.run_steps(self.lesson, order, first, last, self._sums)
        elapsed = self._took(started)
        longer = min(8.0, SECONDS_BETWEEN_CHECKS / max(elapsed, 1e-6))
        self._at_once = max(1, round((last - first) * longer))
        self._step, self._has_gained = last, True
        done = self._epoch - 1 + self._step / self.lesson.steps
        self._report({**self._event("progress"), "fraction": done / self.plan.epochs})

    def _look(self) -> float:
        """Returns the accuracy on the test images; keeps a snapshot."""
        started = time.perf_counter()
        images, labels = self.plan.test
        try:
            if self.logits is None or self.lesson.steps:
                self.logits = self.compiled.network.logits(images, self._check_within_look)
            accuracy = float(np.mean(self.logits.argmax(axis=1) == labels))
            if self.snapshots is not None:
                self.snapshots.add(self._epoch, self.compiled.model, self.logits, accuracy)
        finally:
            self.evaluation_seconds += self._took(started)
        self._has_gained = True
        return accuracy

    def _check(self) -> None:
        if self._should_stop():
            raise TrainingStopped

    def _check_within_look(self) -> None:
        self._check()
        if self._must_pause():
            raise _Pause

    def _must_pause(self) -> bool:
        return self._has_gained and self._should_pause()

    def _took(self, started: float) -> float:
        elapsed = time.perf_counter() - started
        self.seconds += elapsed
        self._epoch_seconds += elapsed
        return elapsed

    def _event(self, kind: str) -> dict[str, Any]:
        return {"event": kind, "model": self.plan.name, "epoch": self._epoch, "epochs": self.plan.epochs}

    def _tell(self, accuracy: float | None) -> None:
        """Reports what the epochs since the last event came to."""
        sums = self.compiled.no_sums() if self._sums is None else self._sums
        told = {"val_accuracy": accuracy, "seconds": self._epoch_seconds}
        self.history.append({**self._event("epoch"), **self.compiled.means(sums), **told})
        self._sums, self._epoch_seconds = None, 0.0
        self._report(self.history[-1])

    def _checkpoint(self, after: bool = False) -> Checkpoint:
        """Returns where to go on; after: whether the epoch is over."""
        weights, optimizer = self.compiled.network.state()
        return Checkpoint(
            self.plan.name,
            self._epoch if after else self._epoch - 1,
            weights,
            optimizer,
            self.history,
            self.seconds,
            self.evaluation_seconds,
            self.snapshots,
            *self.plan.choice,
            step=self._step,
            sums=self._sums,
            epoch_seconds=self._epoch_seconds,
        )
