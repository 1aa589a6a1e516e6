"""The results of finished runs: their networks, what these say of the test images, how they came about."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kd.analysis.neighbours import NeighbourIndex
from kd.config import STUDENTS
from kd.networks.numpy_model import NumpyModel
from kd.once import computed_once
from kd.pictures.mnist import load_mnist
from kd.runs.dispatch import Dispatch
from kd.runs.snapshots_again import take_snapshots
from kd.runs.state import RunView
from kd.store.store import Store
from kd.text import states
from kd.text.translation import _
from kd.unusable import Unusable

# A drawing's nearest neighbours are sought among so many training pictures: 31 MB in memory.
NEIGHBOURS = 10_000


class FinishedRuns:
    """The part of Lab that reads finished runs."""

    store: Store
    _dispatch: Dispatch

    def __init__(self) -> None:
        self._model = computed_once(maxsize=64)(self._load_model)
        self._logits = computed_once(maxsize=48)(self._load_logits)
        self._snapshots = computed_once(maxsize=16)(self._load_snapshots)
        self._neighbours = computed_once(maxsize=2)(self._open_neighbours)

    def watch(self, run_id: str) -> RunView:
        """The run as it is now."""
        raise NotImplementedError

    def models(self, run_id: str) -> dict[str, NumpyModel]:
        """The three trained networks of a finished run by name, usable from any thread.

        Raises:
            ValueError: when the run is not finished, or a model of it is missing or damaged.
        """
        self._finished(run_id)
        with _still_there(run_id):
            # not the records: reading them for every drawing takes longer than finding the files
            paths = self.store.of_each_model(run_id, self.store.model_file)
            return {name: self._model(path, _state(path)) for name, path in paths.items()}

    def test_logits(self, run_id: str) -> dict[str, np.ndarray]:
        """Logits of all test images by model, float32 (10000, 10), read-only.

        Raises:
            ValueError: as `models`.
        """
        self._finished(run_id)
        return self.store.of_each_model(
            run_id, lambda model_id: self._logits(model_id, self.store.model_state(model_id))
        )

    def snapshots(self, run_id: str) -> dict[str, dict[str, np.ndarray]]:
        """Both students over the course of training, as kd/training/snapshots.py keeps them; read-only.

        Student → times in epochs (k,), logits float16 (k, 10000, 10), weights float16 (k, parameters),
        accuracies on the test images (k,). A student that was trained without a look at its course is trained
        once more, to the same weights; this takes as long as it took then.

        Raises:
            ValueError: as `models`, or when they cannot be had.
        """
        view = self._finished(run_id)
        ids = self.store.models_of(run_id)
        for trained_again in (False, True):
            found = {
                name: self._snapshots(ids[name], self.store.snapshots_state(ids[name])) for name in STUDENTS
            }
            missing = [name for name, arrays in found.items() if arrays is None]
            if not missing:
                return found
            if not trained_again:
                take_snapshots(view.config, missing, self.store, self._dispatch.workshop)
        raise Unusable(_("The course of run {run}'s training could not be kept: try again.", run=run_id))

    def neighbours(self, run_id: str) -> NeighbourIndex:
        """The run's training pictures (at most NEIGHBOURS) as its teacher sees them; cached on disk.

        The first call for a teacher takes some seconds.

        Raises:
            ValueError: as `models`.
        """
        config = self._finished(run_id).config
        with _still_there(run_id):
            teacher = self.store.of_each_model(run_id, self.store.model_file)["teacher"]
            return self._neighbours(config.teacher_id, teacher, config.train_size, _state(teacher))

    def _finished(self, run_id: str) -> RunView:
        view = self.watch(run_id)
        if view.result is None:
            raise ValueError(
                _(
                    "Run {run} has no result ({state}): choose a finished run.",
                    run=run_id,
                    state=states.state(view.status),
                )
            )
        return view

    def _load_model(self, path: Path, state: tuple[int, int]) -> NumpyModel:
        return NumpyModel.load(path)

    def _load_logits(self, model_id: str, state: tuple[int, int] | None) -> np.ndarray | None:
        return self.store.model_logits(model_id)

    def _open_neighbours(
        self, teacher_id: str, teacher: Path, train_size: int, state: tuple[int, int]
    ) -> NeighbourIndex:
        images, labels = load_mnist().train(min(train_size, NEIGHBOURS))
        path = self.store.home / "neighbours" / f"{teacher_id}-{len(images)}.npz"
        return NeighbourIndex.open(path, self._model(teacher, state), images, labels)

    def _load_snapshots(self, model_id: str, state: tuple[int, int] | None) -> dict[str, np.ndarray] | None:
        return self.store.snapshots(model_id)


@contextlib.contextmanager
def _still_there(run_id: str) -> Iterator[None]:
    """Inside, a file that has disappeared becomes a sentence."""
    try:
        yield
    except FileNotFoundError:
        raise Unusable(
            _("Run {run} was deleted or trained again in the meantime: try again.", run=run_id)
        ) from None


def _state(path: Path) -> tuple[int, int]:
    """Changes whenever the file is replaced."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size
