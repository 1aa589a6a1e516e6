"""Stored models: each is kept once, with what it says of the test images, for every run that needs it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kd import files
from kd.config import SHIPPED_TEACHERS, RunConfig
from kd.files import Damaged, json_bytes, npz_bytes
from kd.store.index.rows import ACTIVE, DELETED, Row
from kd.store.stored import ID
from kd.store.stored_snapshots import StoredSnapshots, arrays_of
from kd.teachers.logits import shipped_logits
from kd.teachers.shipped import shipped_teacher_path, teacher_record

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("kd")

Model = tuple[dict[str, Any], Path]
"""A model's record and its .keras file."""

_NEED_MODELS = frozenset(("finished", *ACTIVE, f"{DELETED}finished"))

_T = TypeVar("_T")


class StoredModels(StoredSnapshots):
    """The folders of models, those that come with the project included.

    A model's id is what RunConfig.model_ids says; a teacher that comes with the project has its own name.
    """

    def has_model(self, model_id: str) -> bool:
        """Whether a model is stored."""
        return model_id in SHIPPED_TEACHERS or self._folder("models", model_id) is not None

    def model(self, model_id: str) -> Model | None:
        """A model's record and its .keras file; None if missing or damaged (it is set aside then).

        Raises:
            ValueError: when a file of a teacher that comes with the project is missing.
        """
        if model_id in SHIPPED_TEACHERS:
            return _shipped_teacher(model_id)

        def read(folder: Path) -> Model:
            path = self._keras_file(folder)
            return self._model_record(folder), path

        return self._read_model(model_id, read)

    def model_file(self, model_id: str) -> Path | None:
        """A model's .keras file, as `model`, without reading its record."""
        if model_id in SHIPPED_TEACHERS:
            return shipped_teacher_path(model_id)
        return self._read_model(model_id, self._keras_file)

    def model_record(self, model_id: str) -> dict[str, Any] | None:
        """A model's record, as `model`, without a look at its .keras file."""
        if model_id in SHIPPED_TEACHERS:
            return _shipped_teacher(model_id)[0]
        return self._read_model(model_id, self._model_record)

    def model_logits(self, model_id: str) -> np.ndarray | None:
        """A model's logits of all test images, float32 (10000, 10), read-only; None as for `model`."""
        if model_id in SHIPPED_TEACHERS:
            return shipped_logits(model_id)["test"]

        def read(folder: Path) -> np.ndarray:
            self._check(folder / "logits.npz")
            return arrays_of(folder / "logits.npz", (folder / "logits.npz").read_bytes())["test"]

        return self._read_model(model_id, read)

    def model_state(self, model_id: str) -> tuple[int, int] | None:
        """Changes whenever this model is stored again; None if there is none."""
        return self._state("models", model_id)

    def save_model(
        self, model_id: str, record: Mapping[str, Any], keras_file: bytes, test_logits: np.ndarray
    ) -> None:
        """Store a model completely; one that is there already is kept.

        Args:
            test_logits: of all test images, (10000, 10).

        Raises:
            OSError: when it cannot be stored.
        """
        contents = model_files(record, keras_file, test_logits)
        place = self.home / "models" / model_id

        def save() -> None:
            with files.written(place, contents) as partial:
                self.index.exclusively(lambda undo: self._put(partial, place, undo))

        with self.index.waiting():
            self.room.do(save)

    def needed_models(self) -> Counter[str]:
        """How many runs need each model, as a teacher or as a student.

        Those are runs that are finished or active, or deleted and can be restored.
        """
        return self.needed_by(*self.index.everything())

    def needed_by(self, rows: Iterable[Row], unreadable: Iterable[str]) -> Counter[str]:
        """The same of what the index says: see `Index.everything`."""
        needed = Counter(
            model_id
            for row in rows
            if row["status"] in _NEED_MODELS
            for model_id in model_ids_of(row["config"])
        )
        for run_id in unreadable:  # another version's, perhaps; its record may still say
            needed.update(_named_in(self.home / "runs" / run_id if ID.fullmatch(run_id) else None))
        return needed

    def remove_model(self, model_id: str) -> bool:
        """Remove a model and its snapshots for good, unless a run needs it; returns whether they went."""
        away: list[Path | None] = []

        def move(undo: ExitStack) -> bool:
            if model_id in self.needed_models():
                return False
            away.append(files.move_out_of_the_way(self.home / "models" / model_id, undo))
            away.append(files.move_out_of_the_way(self._own_snapshots(model_id), undo))
            return True

        removed = self.index.exclusively(move)
        for path in away:
            files.remove(path)
        return removed

    def _keras_file(self, folder: Path) -> Path:
        self._check(folder / "model.keras")
        if not (self._is_shipped(folder) or files.is_complete(folder)):
            raise Damaged("a file of it is missing")
        return folder / "model.keras"

    def _model_record(self, folder: Path) -> dict[str, Any]:
        self._check(folder / "record.json")
        return json.loads((folder / "record.json").read_text(encoding="utf-8"))

    def _read_model(self, model_id: str, read: Callable[[Path], _T]) -> _T | None:
        """What `read` finds in a model's folder; None if there is none, or it is damaged (set aside)."""
        folder = self._folder("models", model_id)
        if folder is None:
            return None
        try:
            return read(folder)
        except (Damaged, FileNotFoundError, ValueError) as error:
            if self._is_shipped(folder):
                log.warning("model %s is damaged (%s): it is no longer used", model_id, files.said(error))
                self._ignored.add(folder)
                return None
        return self._read_again(self.home / "models" / model_id, read)

    def _read_again(self, folder: Path, read: Callable[[Path], _T]) -> _T | None:
        """Somebody may have been moving it: look again while nobody can."""

        def look(undo: ExitStack) -> _T | None:
            if not os.path.lexists(folder):
                return None
            try:
                return read(folder)
            except (Damaged, FileNotFoundError, ValueError) as error:
                log.warning("model %s is damaged (%s): it was set aside", folder.name, files.said(error))
                files.move(folder, self._aside(folder.name), undo)
                return None

        return self.index.exclusively(look)


def model_files(record: Mapping[str, Any], keras_file: bytes, test_logits: np.ndarray) -> dict[str, bytes]:
    """The files of a model's folder, the record last."""
    logits = npz_bytes({"test": test_logits.astype("float32", copy=False)})
    return {"model.keras": keras_file, "logits.npz": logits, "record.json": json_bytes(dict(record))}


@lru_cache(maxsize=10_000)
def model_ids_of(config: RunConfig) -> frozenset[str]:
    """The models that a run needs."""
    second = [config.second_teacher] if config.second_teacher else []
    return frozenset([*config.model_ids.values(), *second])


def _shipped_teacher(name: str) -> Model:
    path = shipped_teacher_path(name)
    known = {"precision": "float32", "history": [], "bytes": path.stat().st_size}
    return {**known, **teacher_record(name), "model": name, "name": "teacher"}, path


def _named_in(folder: Path | None) -> set[str]:
    """The models that a run's record names, whatever else is in it."""
    with contextlib.suppress(OSError, ValueError, LookupError, AttributeError, TypeError):
        if folder is not None:
            record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
            return set(record["models"].values())
    return set()
