"""The results of finished runs: their networks, what these say of the test images, how they came about."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.analysis.logits import softmax
from kd.analysis.neighbours import NeighbourIndex
from kd.config import STUDENTS, RunConfig
from kd.networks.numpy_model import NumpyModel
from kd.once import computed_once
from kd.pictures.batch import as_batch
from kd.pictures.mnist import load_mnist, to_model_input
from kd.pictures.training_set import places
from kd.run_fields.conditions import FIRST
from kd.runs.courses import Courses
from kd.runs.dispatch import Dispatch
from kd.runs.snapshots_again import take_snapshots
from kd.runs.state import RunView
from kd.store.store import Store
from kd.text import states
from kd.text.translation import _
from kd.text.words import MODELS, quoted
from kd.unusable import Unusable

if TYPE_CHECKING:
    import keras

# A drawing's nearest neighbours are sought among so many training pictures: 31 MB in memory.
NEIGHBOURS = 10_000


class FinishedRuns:
    """The part of Lab that reads finished runs."""

    store: Store
    _dispatch: Dispatch
    courses: Courses
    """What is known of how the students of finished runs learned; asks for it in the background."""

    def __init__(self) -> None:
        super().__init__()
        self._model = computed_once(maxsize=64)(self._load_model)
        self._logits = computed_once(maxsize=48)(self._load_logits)
        self._snapshots = computed_once(maxsize=16)(self._load_snapshots)
        self._neighbours = computed_once(maxsize=2)(self._open_neighbours)
        self.courses = Courses(self._has_course, self.snapshots)

    def watch(self, run: str | RunView) -> RunView:
        """The run as it is now."""
        raise NotImplementedError

    def models(self, run: str | RunView) -> dict[str, NumpyModel]:
        """The three trained networks of a finished run by name, usable from any thread.

        Raises:
            ValueError: when the run is not finished, or a model of it is missing or damaged.
        """
        run_id = self._finished(run).run_id
        with _still_there(run_id):
            # not the records: reading them for every drawing takes longer than finding the files
            paths = self.store.of_each_model(run_id, self.store.models.file)
            return {name: self._model(path, _state(path)) for name, path in paths.items()}

    def student(self, run: str | RunView, model: str = "distilled") -> keras.Model:
        """A trained network of a finished run as Keras has it, to go on with.

        Loads Keras and TensorFlow in this process; `models` does without. Each call makes another network.

        Args:
            model: "distilled", "scratch" or "teacher".

        Returns:
            An uncompiled model from images (n, 28, 28, 1), float32 in [0, 1], to logits (n, 10).

        Raises:
            ValueError: as `models`; also when there is no such model.
        """
        if model not in MODELS:
            raise ValueError(
                _(
                    "model must be one of {choices}, got {value}.",
                    choices=", ".join(MODELS),
                    value=quoted(model),
                )
            )
        run_id = self._finished(run).run_id
        with _still_there(run_id):
            path = self.store.of_each_model(run_id, self.store.models.file)[model]
            _state(path)
        import keras

        return keras.saving.load_model(path, compile=False)

    def predict(self, run: str | RunView, pictures: Any) -> dict[str, np.ndarray]:
        """What the three networks of a finished run make of pictures of digits, white on black.

        Args:
            pictures: of shape (28, 28), (n, 28, 28) or (n, 28, 28, 1): uint8 from 0 to 255, or floats from 0
                to 1. `kd.to_mnist` makes such a picture of a drawing or a photograph.

        Returns:
            The ten probabilities (softmax of the logits, T = 1) by model, float64 (n, 10); one picture is
            n = 1.

        Raises:
            ValueError: as `models`; also for other shapes or types, values beyond [0, 1], NaN or infinity.
        """
        batch = as_batch(pictures)
        return {name: softmax(model.logits(batch)) for name, model in self.models(run).items()}

    def test_logits(self, run: str | RunView) -> dict[str, np.ndarray]:
        """Logits of all test images by model, float32 (10000, 10), read-only.

        Raises:
            ValueError: as `models`.
        """
        run_id = self._finished(run).run_id
        return self.store.of_each_model(
            run_id, lambda model_id: self._logits(model_id, self.store.models.state(model_id))
        )

    def snapshots(self, run: str | RunView) -> dict[str, dict[str, np.ndarray]]:
        """Both students over the course of training, as kd/training/snapshots.py keeps them; read-only.

        Student → times in epochs (k,), logits float16 (k, 10000, 10), weights float16 (k, parameters),
        accuracies on the test images (k,). A student that was trained without a look at its course is trained
        once more, to the same weights; this takes as long as it took then.

        Raises:
            ValueError: as `models`, or when they cannot be had.
        """
        view = self._finished(run)
        ids = self.store.runs.models_of(view.run_id)
        for trained_again in (False, True):
            states = {name: self.store.models.snapshots_state(ids[name]) for name in STUDENTS}
            found = {name: self._snapshots(ids[name], states[name]) for name in STUDENTS}
            missing = [name for name, arrays in found.items() if arrays is None]
            if not missing:
                return found
            if not trained_again:
                take_snapshots(view.config, missing, self.store, self._dispatch.workshop)
        raise Unusable(_("The course of run {run}'s training could not be kept: try again.", run=view.run_id))

    def _has_course(self, run_id: str) -> bool:
        ids = self.store.runs.models_of(run_id)
        return all(self.store.models.has_snapshots(ids[name]) for name in STUDENTS)

    def neighbours(self, run: str | RunView) -> NeighbourIndex:
        """The run's training pictures (at most NEIGHBOURS) as its teacher sees them; cached on disk.

        The first call for a teacher takes some seconds.

        Raises:
            ValueError: as `models`.
        """
        view = self._finished(run)
        config = view.config
        with _still_there(view.run_id):
            teacher = self.store.of_each_model(view.run_id, self.store.models.file)["teacher"]
            seen = RunConfig(train_size=config.train_size, pictures=config.pictures, seed=config.seed)
            return self._neighbours(config.teacher_id, teacher, seen, _state(teacher))

    def _finished(self, run: str | RunView) -> RunView:
        view = self.watch(run)
        if view.result is None:
            raise ValueError(
                _(
                    "Run {run} has no result ({state}): choose a finished run.",
                    run=view.run_id,
                    state=states.state(view.status),
                )
            )
        return view

    def _load_model(self, path: Path, state: tuple[int, int]) -> NumpyModel:
        return NumpyModel.load(path)

    def _load_logits(self, model_id: str, state: tuple[int, int] | None) -> np.ndarray | None:
        return self.store.models.logits(model_id)

    def _open_neighbours(
        self, teacher_id: str, teacher: Path, seen: RunConfig, state: tuple[int, int]
    ) -> NeighbourIndex:
        """seen: says which pictures its students have seen."""
        mnist, chosen = load_mnist(), places(seen)[:NEIGHBOURS]
        images, labels = to_model_input(mnist.x_train[chosen]), mnist.y_train[chosen].astype(np.int32)
        drawn = "" if seen.pictures == FIRST else f"-{seen.seed}"
        path = self.store.home / "neighbours" / f"{teacher_id}-{len(images)}{drawn}.npz"
        return NeighbourIndex.open(path, self._model(teacher, state), images, labels)

    def _load_snapshots(self, model_id: str, state: tuple[int, int] | None) -> dict[str, np.ndarray] | None:
        return self.store.models.snapshots(model_id)


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
