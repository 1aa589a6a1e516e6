"""Trained models: each is kept once, for every run that needs it. Records in a table, what is large in files.

    KD_HOME/models/ID.keras     the network
    KD_HOME/models/ID.npz       its logits of the test images
    KD_HOME/snapshots/ID.npz    a model in the course of its training (kd/training/messages.py)

A model's id is what RunConfig.model_ids says; a teacher that comes with the project has its own name. Its
files are in place before its row is, and a row whose files are missing or damaged goes: then the model can be
trained again. Files change under the database's write lock, so that no two processes change the same ones.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kd.base import files
from kd.base.files import Damaged
from kd.config import SHIPPED_TEACHERS
from kd.store import shipped
from kd.store.database import Database, Room
from kd.store.runs import needs_model
from kd.store.shipped import ID

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("kd")

_KERAS, _LOGITS = ".keras", ".npz"
_ROW = "SELECT digests, record FROM models WHERE model_id = ?"

_T = TypeVar("_T")


class Models:
    """The models of a home and of the project; a missing or damaged one is read as None. Thread-safe."""

    def __init__(self, home: Path, database: Database, room: Room):
        self._folder, self._snapshots_folder = home / "models", home / "snapshots"
        self._database, self._room = database, room
        self._checked: dict[Path, tuple[int, int, str]] = {}

    def has(self, model_id: str) -> bool:
        """Returns whether a model is stored."""
        is_here = self._stored(model_id) is not None and os.path.isfile(self._path(model_id, _KERAS))
        return is_here or self._is_shipped(model_id)

    def is_intact(self, model_id: str) -> bool:
        """Returns whether the files of a model are what was stored; cheap from the second time on."""

        def read(digests: dict[str, str], record: str) -> bool:
            for kind in digests:
                self._check(model_id, kind, digests)
            return True

        return self._read(model_id, read, self._is_shipped) or False

    def get(self, model_id: str) -> tuple[dict[str, Any], Path] | None:
        """Returns a model's record and its .keras file."""
        path, record = self.file(model_id), self.record(model_id)
        return None if path is None or record is None else (record, path)

    def file(self, model_id: str) -> Path | None:
        """Returns a model's .keras file, without reading its record."""

        def read(digests: dict[str, str], record: str) -> Path:
            self._check(model_id, _KERAS, digests)
            return self._path(model_id, _KERAS)

        return self._read(model_id, read, shipped.model_file)

    def record(self, model_id: str) -> dict[str, Any] | None:
        """Returns a model's record, without checking its files."""
        return self._read(model_id, lambda digests, record: json.loads(record), shipped.model)

    def logits(self, model_id: str) -> np.ndarray | None:
        """Returns a model's logits of all test images, float32 (images, classes), read-only."""

        def read(digests: dict[str, str], record: str) -> np.ndarray:
            self._check(model_id, _LOGITS, digests)
            return files.npz_arrays(self._path(model_id, _LOGITS).read_bytes())["test"]

        return self._read(model_id, read, shipped.logits)

    def state(self, model_id: str) -> float | None:
        """Returns a value that changes whenever this model is stored again."""
        stored = self._stored(model_id)
        return 0.0 if stored is None and self._is_shipped(model_id) else stored

    def save(
        self, model_id: str, record: Mapping[str, Any], keras_file: bytes, test_logits: np.ndarray
    ) -> None:
        """Stores a model with its logits of all test images; one that is there already is kept."""
        logits = files.npz_bytes({"test": test_logits.astype("float32", copy=False)})
        contents = {self._path(model_id, _KERAS): keras_file, self._path(model_id, _LOGITS): logits}
        digests = json.dumps({path.suffix: files.digest(content) for path, content in contents.items()})
        text = json.dumps(dict(record))

        def save() -> None:
            with files.prepared(contents) as put:

                def store(connection: sqlite3.Connection) -> None:
                    is_there = connection.execute(_ROW, (model_id,)).fetchone() is not None
                    if is_there and all(map(os.path.isfile, contents)):
                        return
                    put()
                    row = model_id, time.time(), digests, text
                    connection.execute("INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?)", row)

                self._database.write(store)

        self._room.do(save)

    def remove(self, model_id: str) -> bool:
        """Removes a model and its snapshots for good, unless a run needs it; returns whether they went."""

        def remove(connection: sqlite3.Connection) -> bool:
            if needs_model(connection, model_id):
                return False
            self._drop(connection, model_id)
            self._own_snapshots(model_id).unlink(missing_ok=True)
            return True

        return ID.fullmatch(model_id) is not None and self._database.write(remove)

    def has_snapshots(self, model_id: str) -> bool:
        """Returns whether snapshots of a model's training are stored."""
        return self._snapshots_file(model_id) is not None

    def snapshots(self, model_id: str) -> dict[str, np.ndarray] | None:
        """Returns a model in the course of its training (kd.training.messages.Snapshots), read-only."""
        path = self._snapshots_file(model_id)
        if path is None:
            return None
        is_own = path == self._own_snapshots(model_id)
        return read_arrays(path, is_own, f"the snapshots of model {model_id}")

    def snapshot_accuracies(self, model_id: str) -> dict[float, float]:
        """Returns test accuracies by time in epochs, from a model's snapshots; reads little of the file."""
        import numpy

        path = self._snapshots_file(model_id)
        if path is None:
            return {}
        try:
            with path.open("rb") as file:
                file.readline()  # a seal comes first
                with numpy.load(file) as arrays:
                    times, accuracies = (arrays[name].tolist() for name in ("times", "accuracies"))
        # a damaged zip of arrays may raise anything: zlib.error, BadZipFile, KeyError, EOFError …
        except Exception:
            return {}  # `snapshots` reports it
        return dict(zip(times, accuracies, strict=True))

    def snapshots_state(self, model_id: str) -> tuple[int, int] | None:
        """Returns a value that changes whenever snapshots of this model are stored again."""
        path = self._snapshots_file(model_id)
        with contextlib.suppress(OSError):
            if path is not None:
                status = path.stat()
                return status.st_ino, status.st_size
        return None

    def save_snapshots(self, model_id: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Stores snapshots of a model's training, as `snapshots` returns them."""
        content = files.npz_bytes(arrays)
        self._room.do(lambda: files.write_sealed(self._own_snapshots(model_id), content))

    def _read(
        self,
        model_id: str,
        read: Callable[[dict[str, str], str], _T],
        read_shipped: Callable[[str], _T | None],
    ) -> _T | None:
        """Returns what `read` makes of a model's row; removes a damaged one."""
        if model_id in SHIPPED_TEACHERS:
            return read_shipped(model_id)

        def look_again(connection: sqlite3.Connection) -> _T | None:
            row = connection.execute(_ROW, (model_id,)).fetchone()
            if row is None:
                return None
            try:
                return read(json.loads(row[0]), row[1])
            except (Damaged, FileNotFoundError) as error:
                log.warning("model %s is damaged (%s): it has to be trained again", model_id, error)
                self._drop(connection, model_id)
                return None

        for digests, record in self._database.read(_ROW, model_id):
            try:
                return read(json.loads(digests), record)
            except (Damaged, FileNotFoundError):  # perhaps it is just being stored again
                return self._database.write(look_again)
        return read_shipped(model_id)

    def _drop(self, connection: sqlite3.Connection, model_id: str) -> None:
        connection.execute("DELETE FROM models WHERE model_id = ?", (model_id,))
        for kind in (_KERAS, _LOGITS):
            self._path(model_id, kind).unlink(missing_ok=True)

    def _check(self, model_id: str, kind: str, digests: Mapping[str, str]) -> None:
        """Compares a file with what was stored, once for each state it is seen in; raises Damaged."""
        path = self._path(model_id, kind)
        status = path.stat()
        state = status.st_size, status.st_mtime_ns, digests[kind]
        if self._checked.get(path) != state:
            if files.digest(path.read_bytes()) != digests[kind]:
                raise Damaged(f"{path.name} differs from what was stored")
            self._checked[path] = state

    def _stored(self, model_id: str) -> float | None:
        found = self._database.read("SELECT stored FROM models WHERE model_id = ?", model_id)
        return found[0][0] if found else None

    def _is_shipped(self, model_id: str) -> bool:
        return model_id in SHIPPED_TEACHERS or shipped.model_file(model_id) is not None

    def _path(self, model_id: str, kind: str) -> Path:
        return self._folder / f"{model_id}{kind}"

    def _own_snapshots(self, model_id: str) -> Path:
        return self._snapshots_folder / f"{model_id}.npz"

    def _snapshots_file(self, model_id: str) -> Path | None:
        if not ID.fullmatch(model_id):
            return None
        own = self._own_snapshots(model_id)
        return own if os.path.isfile(own) else shipped.snapshots_file(model_id)


def read_arrays(path: Path, is_own: bool, what: str) -> dict[str, np.ndarray] | None:
    """Returns a file's arrays, or None; notes the use of one of the home's, and removes a damaged one."""
    try:
        arrays = files.npz_arrays(files.read_sealed(path))
    except FileNotFoundError:
        return None
    except (Damaged, OSError) as error:
        log.warning("%s cannot be used (%s)", what, error)
        if is_own:
            path.unlink(missing_ok=True)
        return None
    if is_own:
        with contextlib.suppress(OSError):
            os.utime(path)
    return arrays
