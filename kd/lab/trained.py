"""Trained: the networks of finished runs, what they say of the test images, how they came about."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.analysis.logits import softmax
from kd.analysis.neighbours import NeighbourIndex
from kd.base.once import computed_once
from kd.base.unusable import Unusable
from kd.config import MODELS, STUDENTS, RunConfig
from kd.config.fields import FIRST
from kd.networks.numpy_model import NumpyModel
from kd.pictures.batch import as_batch
from kd.pictures.mnist import load_mnist, to_model_input
from kd.pictures.training_set import places
from kd.runs.courses import Courses
from kd.runs.state import RunView
from kd.store.store import Store
from kd.text import endings
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import keras

    from kd.studies.measures import MeasuredRun

# A drawing's nearest neighbours are sought among so many training pictures: 31 MB in memory.
NEIGHBOURS = 10_000


class Trained:
    """Reads what finished runs have left; what was read last stays in memory. Thread-safe.

    Each method takes a run's id, and raises a ValueError when that run has not finished or a model of it is
    missing or damaged. `kd.lab.run.Run` says what each returns.
    """

    def __init__(self, store: Store, courses: Courses, view: Callable[[str], RunView]):
        """
        Args:
            view: a run as it is now, by its id.
        """
        self._store, self._courses, self._view = store, courses, view
        self._model = computed_once(maxsize=64)(self._load_model)
        self._logits = computed_once(maxsize=48)(self._load_logits)
        self._snapshots = computed_once(maxsize=16)(self._load_snapshots)
        self._neighbours = computed_once(maxsize=2)(self._open_neighbours)

    def finished(self, run_id: str) -> RunView:
        """Returns the run, with its result."""
        view = self._view(run_id)
        if view.result is None:
            raise ValueError(
                _(
                    "Run {run} has no result ({state}): choose a finished run.",
                    run=view.run_id,
                    state=endings.state(view.status),
                )
            )
        return view

    def models(self, run_id: str) -> dict[str, NumpyModel]:
        """Returns its three networks by name."""
        with _still_there(run_id):
            return {name: self._model(path, _state(path)) for name, path in self._paths(run_id).items()}

    def student(self, run_id: str, model: str) -> keras.Model:
        """Returns one of its networks as Keras has it."""
        if model not in MODELS:
            raise ValueError(f"model must be one of {', '.join(MODELS)}, got {quoted(model)}.")
        with _still_there(run_id):
            path = self._paths(run_id)[model]
            _state(path)
        import keras

        return keras.saving.load_model(path, compile=False)

    def predict(self, run_id: str, pictures: Any) -> dict[str, np.ndarray]:
        """Returns what its networks make of pictures."""
        batch = as_batch(pictures)
        return {name: softmax(model.logits(batch)) for name, model in self.models(run_id).items()}

    def test_logits(self, run_id: str) -> dict[str, np.ndarray]:
        """Returns the logits of all test images by model."""
        self.finished(run_id)
        return self._store.of_each_model(
            run_id, lambda model_id: self._logits(model_id, self._store.models.state(model_id))
        )

    def snapshots(self, run_id: str) -> dict[str, dict[str, np.ndarray]]:
        """Returns its students over the course of training; trains those without snapshots once more."""
        self.finished(run_id)
        ids, models = self._store.runs.models_of(run_id), self._store.models
        for trained_again in (False, True):
            found = {
                name: arrays
                for name in STUDENTS
                if (arrays := self._snapshots(ids[name], models.snapshots_state(ids[name]))) is not None
            }
            if len(found) == len(STUDENTS):
                return found
            if not trained_again:
                self._courses.want([run_id])
                self._courses.wait(run_id)
        raise Unusable(_("The course of run {run}'s training could not be kept: try again.", run=run_id))

    def neighbours(self, run_id: str) -> NeighbourIndex:
        """Returns its training pictures as its teacher sees them."""
        config = self.finished(run_id).config
        with _still_there(run_id):
            teacher = self._paths(run_id)["teacher"]
            seen = RunConfig(train_size=config.train_size, pictures=config.pictures, seed=config.seed)
            return self._neighbours(config.teacher_id, teacher, seen, _state(teacher))

    def measured(self, name: str, run_id: str) -> float:
        """Returns a measure of it; computes it once and keeps it."""
        from kd.studies.measures import measure, measured

        measure(name)  # is there one?
        kept = self._store.runs.measures(run_id)
        if name not in kept:
            kept[name] = measured(name, self.to_measure(run_id))
            self._store.runs.save_measures(run_id, kept)
        return kept[name]

    def to_measure(self, run_id: str) -> MeasuredRun:
        """Returns the run as measures see it."""
        from kd.studies.measures import MeasuredRun

        view = self._view(run_id)

        def logits() -> Mapping[str, np.ndarray]:
            second = self._store.models.logits(view.config.second_teacher)
            return {**self.test_logits(run_id), **({} if second is None else {"second_teacher": second})}

        return MeasuredRun(view.config, view.result or {}, logits, lambda: self.models(run_id), view.history)

    def _paths(self, run_id: str) -> dict[str, Path]:
        """Returns the file of each model, without the records: reading those is slow for a drawing."""
        self.finished(run_id)
        return self._store.of_each_model(run_id, self._store.models.file)

    def _load_model(self, path: Path, state: tuple[int, int]) -> NumpyModel:
        return NumpyModel.load(path)

    def _load_logits(self, model_id: str, state: tuple[int, int] | None) -> np.ndarray | None:
        return self._store.models.logits(model_id)

    def _load_snapshots(self, model_id: str, state: tuple[int, int] | None) -> dict[str, np.ndarray] | None:
        return self._store.models.snapshots(model_id)

    def _open_neighbours(
        self, teacher_id: str, teacher: Path, seen: RunConfig, state: tuple[int, int]
    ) -> NeighbourIndex:
        """seen: says which pictures its students have seen."""
        mnist, chosen = load_mnist(), places(seen)[:NEIGHBOURS]
        images, labels = to_model_input(mnist.x_train[chosen]), mnist.y_train[chosen].astype(np.int32)
        drawn = "" if seen.pictures == FIRST else f"-{seen.seed}"
        path = self._store.home / "neighbours" / f"{teacher_id}-{len(images)}{drawn}.npz"
        return NeighbourIndex.open(path, self._model(teacher, state), images, labels)


@contextlib.contextmanager
def _still_there(run_id: str) -> Iterator[None]:
    """Turns a missing file into a sentence."""
    try:
        yield
    except FileNotFoundError:
        raise Unusable(
            _("Run {run} was deleted or trained again in the meantime: try again.", run=run_id)
        ) from None


def _state(path: Path) -> tuple[int, int]:
    """Returns a value that changes whenever the file is replaced."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size
