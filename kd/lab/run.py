"""Run: a handle on one run of a lab, and the ways to name a run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.analysis.neighbours import NeighbourIndex
from kd.config import RunConfig
from kd.export.exporting import export, nothing
from kd.export.format import Check
from kd.networks.numpy_model import NumpyModel
from kd.runs import state
from kd.runs.state import RunView, moment
from kd.terminal.progress import last, show, views

if TYPE_CHECKING:
    import keras

    from kd.lab.runs import Runs

SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class Run:
    """One run of a lab, from `Lab.train` or `Lab.runs`: wait for it, stop it, work with its models.

    id: its name, the same for everybody who asks for the same setting.
    """

    id: str
    _runs: Runs = field(repr=False, compare=False)

    def view(self) -> RunView:
        """Returns the run as it is now; cheap.

        Raises:
            ValueError: when it was deleted.
        """
        return self._runs.view(self.id)

    @property
    def config(self) -> RunConfig:
        """Its setting."""
        return self.view().config

    @property
    def status(self) -> str:
        """Is it queued, running, finished, stopped, failed or interrupted?"""
        return self.view().status

    @property
    def history(self) -> list[dict[str, Any]]:
        """The epochs so far."""
        return self.view().history

    @property
    def result(self) -> dict[str, Any] | None:
        """Its models and their comparison in numbers; None until it has finished."""
        return self.view().result

    def wait(self, timeout: float | None = None, progress: bool = False) -> RunView:
        """Waits until it ends or `timeout` seconds pass; returns it as it is then.

        Args:
            progress: show its progress on standard error meanwhile, as `kd train` does.
        """
        looks = views(self.view, SECONDS_BETWEEN_LOOKS, timeout)
        return show(looks, moment) if progress else last(looks)

    def stop(self, person: str | None = None) -> bool:
        """Withdraws a person's request and ends the run if nobody else wants it; None ends it at once.

        A run of another process is stopped only for None, by that process, within a second or two. Returns
        whether the run ends.
        """
        if self._runs.in_progress.stop(self.id, person):
            return True
        asked = person is None and self._runs.store.runs.worker(self.id) == "elsewhere"
        if asked:
            self._runs.store.runs.ask_to_stop(self.id)
        return asked

    def let_go(self, person: str) -> None:
        """Stops it for a person who has moved on; if it ends, it is forgotten."""
        if self.stop(person):
            with contextlib.suppress(OSError):  # then it is listed as stopped
                self._runs.store.runs.unask_for(self.id)

    def models(self) -> dict[str, NumpyModel]:
        """Returns the three trained networks by name, usable from any thread.

        Raises:
            ValueError: when the run has not finished, or a model of it is missing or damaged.
        """
        return self._runs.trained.models(self.id)

    def student(self, model: str = "distilled") -> keras.Model:
        """Returns a trained network as Keras has it, to go on with; each call makes another.

        Loads Keras and TensorFlow in this process; `models` does without.

        Args:
            model: "distilled", "scratch" or "teacher".

        Returns:
            An uncompiled model from images (n, 28, 28, 1), float32 in [0, 1], to logits (n, 10).

        Raises:
            ValueError: as `models`; also when there is no such model.
        """
        return self._runs.trained.student(self.id, model)

    def predict(self, pictures: Any) -> dict[str, np.ndarray]:
        """Returns what the three networks make of pictures of digits, white on black.

        Args:
            pictures: of shape (28, 28), (n, 28, 28) or (n, 28, 28, 1): uint8 from 0 to 255, or floats from 0
                to 1. `kd.to_mnist` makes such a picture of a drawing or a photograph.

        Returns:
            The ten probabilities (softmax of the logits, T = 1) by model, float64 (n, 10); one picture is
            n = 1.

        Raises:
            ValueError: as `models`; also for other shapes or types, values beyond [0, 1], NaN or infinity.
        """
        return self._runs.trained.predict(self.id, pictures)

    def test_logits(self) -> dict[str, np.ndarray]:
        """Returns the logits of all test images by model, float32 (10000, 10), read-only.

        Raises:
            ValueError: as `models`.
        """
        return self._runs.trained.test_logits(self.id)

    def snapshots(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns both students over their training, as kd/training/messages.py keeps them; read-only.

        Student → times in epochs (k,), logits float16 (k, 10000, 10), weights float16 (k, parameters),
        accuracies on the test images (k,). A student that was trained without snapshots is trained once more,
        to the same weights, which takes as long as it took then.

        Raises:
            ValueError: as `models`, or when they cannot be had.
        """
        return self._runs.trained.snapshots(self.id)

    def neighbours(self) -> NeighbourIndex:
        """Returns the run's training pictures (10,000 at most) as its teacher sees them; cached on disk.

        The first call for a teacher takes some seconds.

        Raises:
            ValueError: as `models`.
        """
        return self._runs.trained.neighbours(self.id)

    def measured(self, name: str) -> float:
        """Returns a measure of it (kd.studies.measures); computes it once and keeps it.

        Raises:
            ValueError: as `models`; also when there is no such measure.
        """
        return self._runs.trained.measured(name, self.id)

    def export(
        self,
        format: str,
        model: str = "distilled",
        path: str | PathLike[str] | None = None,
        replace: bool = False,
        check: Check = nothing,
    ) -> list[Path]:
        """Writes the run, one of its models or its numbers as files that do without KD Lab: see `Lab.export`.

        Raises:
            ValueError: as `Lab.export`.
        """
        views = [self._runs.trained.finished(self.id)]
        return export(self._runs.store, views, format, model, path, replace, check)


RunName = str | RunView | Run
"""A run, named by its id, a view of it or a handle on it."""

RunNames = RunName | Iterable[RunName]
"""A run or several."""


def run_id_of(run: RunName) -> str:
    """Returns the id of the run.

    Raises:
        ValueError: when this names no run.
    """
    return run.id if isinstance(run, Run) else state.run_id_of(run)


def run_ids_of(runs: RunNames) -> list[str]:
    """Returns the id of each run, without duplicates."""
    each = [runs] if isinstance(runs, str | RunView | Run) or not isinstance(runs, Iterable) else runs
    return list(dict.fromkeys(map(run_id_of, each)))
