"""The epochs of a training: its steps, its looks at the test images, and its pauses in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kd.pictures.mnist import load_mnist
from kd.training.compiled import CompiledTraining, Lesson
from kd.training.messages import Checkpoint, Snapshots, TrainingStopped
from kd.training.networks import initial_weights
from kd.training.precision import Choice

Report = Callable[[dict], None]
Ask = Callable[[], bool]

# A call into the traced loop lasts about this long, so that a stop takes effect and progress moves.
SECONDS_BETWEEN_CHECKS = 0.15
# The first call may be of a network whose steps take long.
FIRST_STEPS = 4


class Asked(NamedTuple):
    """What a training reports to, and what it asks as it goes."""

    report: Report
    stop: Ask
    pause: Ask

    def check(self) -> None:
        """Raises: TrainingStopped, when somebody asked for it."""
        if self.stop():
            raise TrainingStopped


class _Pause(Exception):
    """Somebody asked for a pause in the middle of a look."""


class Plan(NamedTuple):
    """What a training does after which epochs.

    name: of the model. eval_epochs: those after which it looks at the test images, the last one included.
    reported_epochs: those with an event, among them all of `eval_epochs`.
    """

    name: str
    architecture: Any
    seed: int
    epochs: int
    eval_epochs: tuple[int, ...]
    reported_epochs: tuple[int, ...]


@dataclass
class Training:
    """A training under way. `run` takes it to its end, or to a pause."""

    plan: Plan
    compiled: CompiledTraining
    lesson: Lesson
    asked: Asked
    choice: Choice
    so_far: Checkpoint
    snapshots: Snapshots | None

    @classmethod
    def begin(cls, plan, compiled, lesson, asked, choice, snapshots: bool, checkpoint: Checkpoint | None):
        """From the plan's initial weights, or from where a checkpoint was taken."""
        network = compiled.network
        if checkpoint is None:
            network.reset(initial_weights(plan.architecture, plan.seed))
            checkpoint = Checkpoint(plan.name, 0, (), (), snapshots=Snapshots() if snapshots else None)
        else:
            network.restore(checkpoint.weights, checkpoint.optimizer)
        kept = checkpoint.snapshots and checkpoint.snapshots.copy()
        return cls(plan, compiled, lesson, asked, choice, checkpoint, kept)

    def __post_init__(self) -> None:
        begun = self.so_far
        self.history = [*begun.history]
        self.seconds, self.evaluation_seconds = begun.seconds, begun.evaluation_seconds
        self.logits: np.ndarray | None = None
        self._epoch, self._step, self._sums = begun.epoch, begun.step, begun.sums
        self._epoch_seconds = begun.epoch_seconds
        self._at_once = FIRST_STEPS
        # Only what has come further may pause: however often others ask, it reaches its end.
        self._has_gained = False

    def run(self) -> Checkpoint | None:
        """Train to the end, or until somebody asks for a pause: then return where to go on.

        Raises:
            TrainingStopped: when somebody asked for it.
        """
        self.asked.check()
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
        """Some steps: enough to be efficient, and so few that a stop is felt."""
        self.asked.check()
        first, last = self._step, min(self._step + self._at_once, self.lesson.steps)
        started = time.perf_counter()
        self._sums = self.compiled.run_steps(self.lesson, order, first, last, self._sums)
        elapsed = self._took(started)
        longer = min(8.0, SECONDS_BETWEEN_CHECKS / max(elapsed, 1e-6))
        # one that the end of an epoch cut short says little about the next
        self._at_once = max(
            1,
            self._at_once if longer > 1 and last - first < self._at_once else round((last - first) * longer),
        )
        self._step, self._has_gained = last, True
        self._report_progress()

    def _look(self) -> float:
        """The accuracy on the test images; keeps a snapshot."""
        started = time.perf_counter()
        mnist = load_mnist()
        try:
            if self.logits is None or self.lesson.steps:
                self.logits = self.compiled.network.logits(mnist.x_test, self._check_within_look)
            accuracy = float(np.mean(self.logits.argmax(axis=1) == mnist.y_test))
            if self.snapshots is not None:
                self.snapshots.add(self._epoch, self.compiled.model, self.logits, accuracy)
        finally:
            self.evaluation_seconds += self._took(started)
        self._has_gained = True
        return accuracy

    def _check_within_look(self) -> None:
        self.asked.check()
        if self._must_pause():
            raise _Pause

    def _must_pause(self) -> bool:
        return self._has_gained and self.asked.pause()

    def _took(self, started: float) -> float:
        elapsed = time.perf_counter() - started
        self.seconds += elapsed
        self._epoch_seconds += elapsed
        return elapsed

    def _tell(self, accuracy: float | None) -> None:
        """What the epochs since the last event came to."""
        sums = self.compiled.no_sums() if self._sums is None else self._sums
        self.history.append(
            {
                "event": "epoch",
                "model": self.plan.name,
                "epoch": self._epoch,
                "epochs": self.plan.epochs,
                **self.compiled.means(sums),
                "val_accuracy": accuracy,
                "seconds": self._epoch_seconds,
            }
        )
        self._sums, self._epoch_seconds = None, 0.0
        self.asked.report(self.history[-1])

    def _report_progress(self) -> None:
        done = self._epoch - 1 + self._step / self.lesson.steps
        self.asked.report(
            {
                "event": "progress",
                "model": self.plan.name,
                "epoch": self._epoch,
                "epochs": self.plan.epochs,
                "fraction": done / self.plan.epochs,
            }
        )

    def _checkpoint(self, after: bool = False) -> Checkpoint:
        """Args: after: whether the epoch is over."""
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
            *self.choice,
            step=self._step,
            sums=self._sums,
            epoch_seconds=self._epoch_seconds,
        )
