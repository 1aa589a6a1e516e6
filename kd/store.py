"""The store: a SQLite index, and one folder of artefacts a run. Nothing half-written is ever seen.

    KD_HOME/index.sqlite     runs that were asked for, their state and their events
    KD_HOME/runs/ID/         record.json, distilled.keras, scratch.keras, logits.npz, snapshots-*.npz
    KD_HOME/teachers/ID/     record.json, teacher.keras
    KD_HOME/logits/          a teacher's logits of a slice of the data

A folder is written beside its place and moved into it, so it is whole or absent. The runs that come with
the project lie in data/runs in the same form and are read from there.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from kd.data import DATA_FOLDER

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED_RUNS = DATA_FOLDER / "runs"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, config TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    created REAL NOT NULL, owner_pid INTEGER, owner_started REAL
);
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
);
"""

ACTIVE = ("queued", "running")
_RUN_ID = re.compile("[0-9a-f]{12}")


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
        self._local = threading.local()
        self._owner = (os.getpid(), psutil.Process().create_time())
        try:
            for name in ("runs", "teachers", "logits"):
                (self.home / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(
                f"KD_HOME {self.home} cannot be written ({error.strerror}): choose another folder."
            ) from None
        with self._connection() as connection:
            connection.executescript(_SCHEMA)
        self.mark_interrupted()

    # The index

    def put(self, run_id: str, config: dict[str, Any], status: str) -> None:
        """Note that this process takes on a run; earlier events of it are forgotten."""
        with self._connection() as connection:
            connection.execute("DELETE FROM events WHERE run_id = ?", (run_id,))
            connection.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, '', ?, ?, ?)",
                (run_id, json.dumps(config), status, time.time(), *self._owner),
            )

    def set_status(self, run_id: str, status: str, message: str = "") -> None:
        """Change the state of a run."""
        with self._connection() as connection:
            connection.execute(
                "UPDATE runs SET status = ?, message = ? WHERE run_id = ?", (status, message, run_id)
            )

    def add_event(self, run_id: str, event: dict[str, Any]) -> None:
        """Keep an event of a run, after those it has."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO events SELECT ?, COALESCE(MAX(number), 0) + 1, ? FROM events WHERE run_id = ?",
                (run_id, json.dumps(event), run_id),
            )

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The events of a run, in order."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT event FROM events WHERE run_id = ? ORDER BY number", (run_id,)
            ).fetchall()
        return [json.loads(event) for (event,) in rows]

    def row(self, run_id: str) -> dict[str, Any] | None:
        """What the index knows of a run: config, status, message, created."""
        return next(self._rows("WHERE run_id = ?", (run_id,)), None)

    def rows(self) -> list[dict[str, Any]]:
        """Every run of the index, newest first."""
        return list(self._rows("ORDER BY created DESC", ()))

    def mark_interrupted(self) -> None:
        """Mark the runs whose process is gone, so that none seems to run for ever."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT run_id, owner_pid, owner_started FROM runs WHERE status IN (?, ?)", ACTIVE
            ).fetchall()
        for run_id, pid, started in rows:
            if not _is_alive(pid, started):
                status = "finished" if self.has_run(run_id) else "interrupted"
                message = "" if status == "finished" else "The app ended before this run did: start it again."
                self.set_status(run_id, status, message)

    def _rows(self, where: str, values: tuple) -> Iterator[dict[str, Any]]:
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT run_id, config, status, message, created FROM runs {where}", values
            ).fetchall()
        for run_id, config, status, message, created in rows:
            yield {
                "run_id": run_id,
                "config": json.loads(config),
                "status": status,
                "message": message,
                "created": created,
            }

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.home / "index.sqlite", timeout=30)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        with connection:
            yield connection

    # The folders

    def has_run(self, run_id: str) -> bool:
        """Whether a whole result of this run is there."""
        return self._run_folder(run_id) is not None

    def is_shipped(self, run_id: str) -> bool:
        """Whether this result came with the project."""
        return self._run_folder(run_id) == SHIPPED_RUNS / run_id

    def shipped_runs(self) -> list[str]:
        """The runs that came with the project."""
        return sorted(path.parent.name for path in SHIPPED_RUNS.glob("*/record.json"))

    def record(self, run_id: str) -> dict[str, Any] | None:
        """A finished run's record: config, result, history."""
        folder = self._run_folder(run_id)
        return None if folder is None else json.loads((folder / "record.json").read_text(encoding="utf-8"))

    def file(self, run_id: str, name: str) -> Path:
        """The path of one of a finished run's files.

        Raises:
            ValueError: when the run or the file is not there.
        """
        folder = self._run_folder(run_id)
        if folder is None or not (folder / name).is_file():
            raise ValueError(f"Run {run_id} has no {name} stored: train it again.")
        return folder / name

    def save_run(self, run_id: str, record: dict[str, Any], files: dict[str, bytes]) -> None:
        """Store a finished run whole, then mark it finished."""
        self._save_folder(self.home / "runs" / run_id, record, files)
        self.set_status(run_id, "finished")

    def teacher(self, teacher_id: str) -> tuple[dict[str, Any], Path] | None:
        """A stored fresh teacher: its record and its .keras file."""
        folder = self.home / "teachers" / teacher_id
        if not (folder / "record.json").is_file():
            return None
        return json.loads((folder / "record.json").read_text(encoding="utf-8")), folder / "teacher.keras"

    def save_teacher(self, teacher_id: str, record: dict[str, Any], keras_file: bytes) -> None:
        """Store a fresh teacher whole."""
        self._save_folder(self.home / "teachers" / teacher_id, record, {"teacher.keras": keras_file})

    def logits(self, key: str) -> dict[str, np.ndarray] | None:
        """Stored logits by their key: {'train': (n, 10), 'test': (10000, 10)}."""
        path = self.home / "logits" / f"{key}.npz"
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)

    def save_logits(self, key: str, logits: dict[str, np.ndarray]) -> None:
        """Keep logits under a key."""
        path = self.home / "logits" / f"{key}.npz"
        write_whole(path, npz_bytes(logits))

    def _run_folder(self, run_id: str) -> Path | None:
        # ids come from URLs too, and only what looks like one of ours may become a path
        if not _RUN_ID.fullmatch(run_id):
            return None
        for parent in (self.home / "runs", SHIPPED_RUNS):
            if (parent / run_id / "record.json").is_file():
                return parent / run_id
        return None

    def _save_folder(self, folder: Path, record: dict[str, Any], files: dict[str, bytes]) -> None:
        partial = folder.with_name(f"{folder.name}.partial-{uuid.uuid4().hex}")
        try:
            partial.mkdir(parents=True)
            for name, content in files.items():
                (partial / name).write_bytes(content)
            text = json.dumps(record, indent=1, ensure_ascii=False)
            (partial / "record.json").write_text(text, encoding="utf-8")
            if not folder.exists():
                partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """The content of a compressed npz of these arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent, never in between."""
    partial = path.with_name(f"{path.name}.partial-{uuid.uuid4().hex}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _is_alive(pid: int | None, started: float | None) -> bool:
    """Whether the very process that owned a run still lives (numbers are used again)."""
    if pid is None:
        return False
    try:
        return abs(psutil.Process(pid).create_time() - started) < 1
    except psutil.Error:
        return False
