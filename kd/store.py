"""The store: an index, and one folder of artefacts a run. Nothing half-written is ever seen.

    KD_HOME/index.sqlite     runs that were asked for, their state and their events (kd/index.py)
    KD_HOME/runs/ID/         record.json, distilled.keras, scratch.keras, logits.npz, snapshots-*.npz
    KD_HOME/teachers/ID/     record.json, teacher.keras
    KD_HOME/logits/          a teacher's logits of a slice of the data
    KD_HOME/neighbours/      training pictures as a teacher sees them (kd/neighbours.py)
    KD_HOME/precision.json   in which precision teachers train, by processor (kd/precision.py)
    KD_HOME/trash/ID/        deleted runs, until somebody wants them back or the room
    KD_HOME/aside/           what was found damaged

A folder is written beside its place and moved into it, so it is whole or absent (kd/folders.py). The runs
that come with the project lie in data/runs in the same form and are read from there.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kd import folders
from kd.data import DATA_FOLDER
from kd.folders import Damaged, write_whole
from kd.index import ACTIVE, Index
from kd.unusable import Unusable

__all__ = ["ACTIVE", "DamagedRun", "Store", "default_home", "npz_bytes", "write_whole"]

log = logging.getLogger("kd")

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED_RUNS = DATA_FOLDER / "runs"

_RUN_ID = re.compile("[0-9a-f]{12}")
_FOLDERS = ("runs", "teachers", "logits", "neighbours", "trash", "aside")


class DamagedRun(Unusable):
    """A stored run is not what it was; the message says so to a person."""


def default_home() -> Path:
    """KD_HOME, or .kd in the project."""
    return Path(os.environ.get("KD_HOME") or PROJECT / ".kd").expanduser().resolve()


class Store:
    """What was computed and what is being computed; several threads and processes may share one home."""

    def __init__(self, home: Path | None = None):
        """
        Raises:
            ValueError: when the home cannot be written.
        """
        self.home = Path(home) if home is not None else default_home()
        self._lock = threading.Lock()
        self._checked: dict[Path, tuple[int, int]] = {}
        self._ignored: set[Path] = set()
        try:
            for name in _FOLDERS:
                (self.home / name).mkdir(parents=True, exist_ok=True)
                folders.clear_partials(self.home / name)
            self.index = Index(self.home / "index.sqlite", self._whole_runs)
            self.reconcile()
        except OSError as error:
            raise Unusable(
                f"KD_HOME {self.home} cannot be written ({error.strerror}): choose another folder."
            ) from None

    def row(self, run_id: str) -> dict[str, Any] | None:
        """What the index knows of a run: config, status, message, created, used, pinned."""
        return self.index.row(run_id)

    def reconcile(self) -> None:
        """Make the index say what the folders show, whatever a crash left undone between the two."""
        self.index.mark_interrupted(self.has_run)
        status = {row["run_id"]: row["status"] for row in self.index.rows(deleted=True)}
        whole = {path.parent.name for path in (self.home / "runs").glob("*/record.json")}
        if any(_RUN_ID.fullmatch(run_id) and status.get(run_id) != "finished" for run_id in whole):
            self.index.rebuild()
        for run_id in status:
            if status[run_id] == "finished" and not self.has_run(run_id):
                if (self.home / "trash" / run_id).is_dir():
                    self.index.delete(run_id)
                else:
                    self.index.set_status(run_id, "failed", "Its files are gone: train it again.")

    def has_run(self, run_id: str) -> bool:
        """Whether a whole result of this run is there."""
        return self._run_folder(run_id) is not None

    def is_shipped(self, run_id: str) -> bool:
        """Whether this result came with the project."""
        return self._run_folder(run_id) == SHIPPED_RUNS / run_id

    def shipped_runs(self) -> list[str]:
        """The runs that came with the project."""
        found = sorted(path.parent for path in SHIPPED_RUNS.glob("*/record.json"))
        return [path.name for path in found if path not in self._ignored]

    def record(self, run_id: str) -> dict[str, Any] | None:
        """A finished run's record: config, result, history.

        Raises:
            DamagedRun: when it cannot be read; the run is set aside then.
        """
        if self._run_folder(run_id) is None:
            return None
        path = self.file(run_id, "record.json")
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if not {"config", "result", "history", "created"} <= record.keys():
                raise Damaged("record.json lacks a part")
            return record
        except (Damaged, OSError, ValueError, AttributeError) as error:
            self._set_aside(run_id, error)

    def file(self, run_id: str, name: str) -> Path:
        """The path of one of a finished run's files, which are then known to be whole.

        Raises:
            ValueError: when the run or the file is not there.
            DamagedRun: when the file is not what was stored; the run is set aside then.
        """
        folder = self._run_folder(run_id)
        if folder is None or not (folder / name).is_file():
            raise Unusable(f"Run {run_id} has no {name} stored: train it again.")
        try:
            self._check(folder / name)
        except Damaged as error:
            self._set_aside(run_id, error)
        return folder / name

    def save_run(self, run_id: str, record: dict[str, Any], files: Mapping[str, bytes]) -> None:
        """Store a finished run whole, then mark it finished.

        Raises:
            OSError: when it cannot be stored; what was stored before is untouched.
        """
        folders.write_folder(self.home / "runs" / run_id, {**files, "record.json": _json_bytes(record)})
        self.index.set_status(run_id, "finished")

    def delete_run(self, run_id: str) -> None:
        """Take a run off the list; `restore_run` brings it back until the room is needed.

        Raises:
            ValueError: when the run came with the project or is being computed.
        """
        row = self.index.row(run_id)
        if row is None:
            raise ValueError(f"There is no run {run_id!r} that could be deleted.")
        if row["status"] in ACTIVE:
            raise ValueError(f"Run {run_id} is {row['status']}: stop it before you delete it.")
        place = self.home / "trash" / run_id
        folders.remove_folder(place)
        if (self.home / "runs" / run_id).is_dir():
            folders.move_folder(self.home / "runs" / run_id, place)
        self.index.delete(run_id)

    def restore_run(self, run_id: str) -> bool:
        """Bring a deleted run back; False when it is gone for good."""
        if not _RUN_ID.fullmatch(run_id):
            return False
        if (self.home / "trash" / run_id).is_dir():
            folders.move_folder(self.home / "trash" / run_id, self.home / "runs" / run_id)
        return self.index.restore(run_id)

    def remove_run(self, run_id: str) -> None:
        """Remove a run for good, deleted before or not; one that came with the project stays."""
        self.index.forget(run_id)
        if _RUN_ID.fullmatch(run_id):
            for parent in ("runs", "trash"):
                folders.remove_folder(self.home / parent / run_id)

    def has_teacher(self, teacher_id: str) -> bool:
        """Whether a fresh teacher is stored."""
        return (self.home / "teachers" / teacher_id / "record.json").is_file()

    def teacher(self, teacher_id: str) -> tuple[dict[str, Any], Path] | None:
        """A stored fresh teacher: its record and its .keras file. A damaged one is set aside: None."""
        folder = self.home / "teachers" / teacher_id
        if not self.has_teacher(teacher_id):
            return None
        try:
            for name in ("record.json", "teacher.keras"):
                self._check(folder / name)
            return json.loads((folder / "record.json").read_text(encoding="utf-8")), folder / "teacher.keras"
        except (Damaged, OSError, ValueError) as error:
            log.warning("teacher %s is damaged (%s): it was set aside", teacher_id, error)
            folders.move_folder(folder, self._aside(teacher_id))
            return None

    def save_teacher(self, teacher_id: str, record: dict[str, Any], keras_file: bytes) -> None:
        """Store a fresh teacher whole."""
        files = {"teacher.keras": keras_file, "record.json": _json_bytes(record)}
        folders.write_folder(self.home / "teachers" / teacher_id, files)

    def logits(self, key: str) -> dict[str, np.ndarray] | None:
        """Stored logits by their key: {'train': (n, 10), 'test': (10000, 10)}; None to compute them anew."""
        path = self.home / "logits" / f"{key}.npz"
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as arrays:
                logits = dict(arrays)
            os.utime(path)
            return logits
        # what a damaged zip of arrays raises is anybody's guess: zlib.error, BadZipFile, EOFError …
        except Exception as error:
            log.warning("logits %s are damaged (%s): they are computed anew", key, error)
            path.unlink(missing_ok=True)
            return None

    def save_logits(self, key: str, logits: dict[str, np.ndarray]) -> None:
        """Keep logits under a key."""
        write_whole(self.home / "logits" / f"{key}.npz", npz_bytes(logits))

    def precisions(self) -> dict[str, str]:
        """Processor → precision in which teachers train on it, as it was measured: kd/precision.py."""
        try:
            return dict(json.loads((self.home / "precision.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # missing or damaged: measured anew
            return {}

    def save_precisions(self, precisions: Mapping[str, str]) -> None:
        """Keep what was measured."""
        write_whole(self.home / "precision.json", _json_bytes(dict(precisions)))

    def _run_folder(self, run_id: str) -> Path | None:
        # ids come from URLs too, and only what looks like one of ours may become a path
        if not _RUN_ID.fullmatch(run_id):
            return None
        for parent in (self.home / "runs", SHIPPED_RUNS):
            if (parent / run_id / "record.json").is_file() and parent / run_id not in self._ignored:
                return parent / run_id
        return None

    def _whole_runs(self) -> Iterator[tuple[str, dict[str, Any], float]]:
        for path in sorted((self.home / "runs").glob("*/record.json")):
            run_id = path.parent.name
            if not _RUN_ID.fullmatch(run_id):
                continue
            try:
                self._check(path)
                record = json.loads(path.read_text(encoding="utf-8"))
                yield run_id, record["config"], float(record["created"])
            except (Damaged, OSError, ValueError, KeyError, TypeError) as error:
                log.warning("run %s is damaged (%s): it was set aside", run_id, error)
                folders.move_folder(path.parent, self._aside(run_id))

    def _check(self, path: Path) -> None:
        """Compare a file with its checksum, once for each state of it that is seen."""
        if path.is_relative_to(SHIPPED_RUNS):
            return  # git keeps those, with line ends as the system has them
        status = path.stat()
        state = status.st_size, status.st_mtime_ns
        if self._checked.get(path) != state:
            folders.check(path)
            self._checked[path] = state

    def _set_aside(self, run_id: str, error: Exception) -> None:
        """Take a damaged run out of the way, and say so.

        Raises:
            DamagedRun: always.
        """
        folder = self._run_folder(run_id)
        if folder is None:  # another thread was here first
            raise DamagedRun(f"The files of run {run_id} are damaged: train it again.")
        log.warning("run %s is damaged (%s): it was set aside", run_id, error)
        if folder.parent == SHIPPED_RUNS:
            self._ignored.add(folder)
            where = "it is not shown any longer"
        else:
            aside = self._aside(run_id)
            folders.move_folder(folder, aside)
            where = f"it was set aside in {aside.relative_to(self.home)}"
        sentence = f"The files of run {run_id} are damaged, and {where}: train it again."
        self.index.set_status(run_id, "failed", sentence)
        raise DamagedRun(sentence)

    def _aside(self, name: str) -> Path:
        return self.home / "aside" / f"{name}-{time.time_ns()}"


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """The content of a compressed npz of these arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _json_bytes(record: dict[str, Any]) -> bytes:
    return json.dumps(record, indent=1, ensure_ascii=False).encode()
