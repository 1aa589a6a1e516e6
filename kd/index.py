"""The index: which runs were asked for, how they stand, and their events, in one SQLite file.

It can be lost: the run folders hold every result, and `rebuild` reads them again. A damaged file is moved
aside and a new one begun in its place, by whoever meets it first.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import psutil

log = logging.getLogger("kd")

ACTIVE = ("queued", "running")
INTERRUPTED = "The app ended before this run did: train it again."
SECONDS_TO_WAIT_FOR_OTHERS = 30

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, config TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    created REAL NOT NULL, owner_pid INTEGER, owner_started REAL
);
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
);
CREATE TABLE IF NOT EXISTS uses (run_id TEXT PRIMARY KEY, used REAL NOT NULL, pinned INTEGER NOT NULL);
"""
_NOT_DELETED = "status NOT LIKE 'deleted %'"

Known = Iterable[tuple[str, dict[str, Any], float]]
"""Whole runs: id, config, when they were asked for (unix time)."""

_T = TypeVar("_T")


class Index:
    """Several threads and processes may share one file: SQLite in WAL mode."""

    def __init__(self, path: Path, known: Callable[[], Known]):
        """
        Args:
            path: the SQLite file.
            known: reads the whole runs from their folders, for an index that begins anew.

        Raises:
            OSError: when the file cannot be written.
        """
        self.path, self._known = path, known
        self._local = threading.local()
        self._owner = (os.getpid(), psutil.Process().create_time())
        self._repair_lock = threading.Lock()
        if not path.exists():
            self.rebuild()
        self._do(_check)

    def claim(self, run_id: str, config: dict[str, Any]) -> bool:
        """Take on a run for this process; False when another living process has it.

        Earlier events of the run are forgotten.
        """

        def claim(connection: sqlite3.Connection) -> bool:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "SELECT status, owner_pid, owner_started FROM runs WHERE run_id = ?", (run_id,)
            ).fetchone()
            if row is not None and row[0] in ACTIVE and row[1:] != self._owner and _is_alive(*row[1:]):
                return False
            connection.execute("DELETE FROM events WHERE run_id = ?", (run_id,))
            connection.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, 'queued', '', ?, ?, ?)",
                (run_id, json.dumps(config), time.time(), *self._owner),
            )
            return True

        return self._do(claim)

    def set_status(self, run_id: str, status: str, message: str = "") -> None:
        """Change the state of a run."""
        self._write("UPDATE runs SET status = ?, message = ? WHERE run_id = ?", status, message, run_id)

    def add_event(self, run_id: str, event: dict[str, Any]) -> None:
        """Keep an event of a run, after those it has."""
        self._write(
            "INSERT INTO events SELECT ?, COALESCE(MAX(number), 0) + 1, ? FROM events WHERE run_id = ?",
            run_id,
            json.dumps(event),
            run_id,
        )

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The events of a run, in order."""
        rows = self._read("SELECT event FROM events WHERE run_id = ? ORDER BY number", run_id)
        return [json.loads(event) for (event,) in rows]

    def row(self, run_id: str) -> dict[str, Any] | None:
        """What is known of a run: config, status, message, created, used, pinned."""
        return next(iter(self._rows(f"runs.run_id = ? AND {_NOT_DELETED}", "", run_id)), None)

    def rows(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Every run, newest first; the deleted ones only where asked for."""
        return self._rows("" if deleted else _NOT_DELETED, "ORDER BY created DESC")

    def deleted(self) -> list[dict[str, Any]]:
        """The runs that can be restored, the one used longest ago first."""
        return self._rows("status LIKE 'deleted %'", "ORDER BY COALESCE(used, created)")

    def delete(self, run_id: str) -> None:
        """Take a run off the list."""
        self.touch(run_id)
        self._write(
            f"UPDATE runs SET status = 'deleted ' || status WHERE run_id = ? AND {_NOT_DELETED}", run_id
        )

    def restore(self, run_id: str) -> bool:
        """Put a deleted run on the list again; False when it is not known any longer."""
        self._write("UPDATE runs SET status = REPLACE(status, 'deleted ', '') WHERE run_id = ?", run_id)
        return self.row(run_id) is not None

    def touch(self, run_id: str) -> None:
        """Note that a run was used now."""
        self._write(
            "INSERT INTO uses VALUES (?, ?, 0) ON CONFLICT (run_id) DO UPDATE SET used = excluded.used",
            run_id,
            time.time(),
        )

    def pin(self, run_id: str, pinned: bool) -> None:
        """Keep a run whatever the limit, or no longer."""
        self._write(
            "INSERT INTO uses VALUES (?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET pinned = excluded.pinned",
            run_id,
            time.time(),
            int(pinned),
        )

    def forget(self, run_id: str) -> None:
        """Know nothing of a run any longer."""

        def forget(connection: sqlite3.Connection) -> None:
            for table in ("events", "runs", "uses"):
                connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))

        self._do(forget)

    def mark_interrupted(self, is_whole: Callable[[str], bool]) -> None:
        """Mark the runs whose process is gone, so that none seems to run for ever."""
        rows = self._read("SELECT run_id, owner_pid, owner_started FROM runs WHERE status IN (?, ?)", *ACTIVE)
        for run_id, pid, started in rows:
            if _is_alive(pid, started):
                continue
            if is_whole(run_id):
                self.set_status(run_id, "finished")
            else:
                self.set_status(run_id, "interrupted", INTERRUPTED)
                log.info("run %s was interrupted: the app ended before it did", run_id)

    def rebuild(self) -> int:
        """Take in every whole run that is not known yet; returns how many are known then."""

        def rebuild(connection: sqlite3.Connection) -> None:
            for run_id, config, created in self._known():
                connection.execute(
                    "INSERT INTO runs VALUES (?, ?, 'finished', '', ?, NULL, NULL) "
                    "ON CONFLICT (run_id) DO UPDATE SET status = 'finished', message = ''",
                    (run_id, json.dumps(config), created),
                )

        self._do(rebuild)
        return len(self.rows())

    def _rows(self, where: str, order: str, *values: Any) -> list[dict[str, Any]]:
        rows = self._read(
            "SELECT runs.run_id, config, status, message, created, COALESCE(used, created), "
            "COALESCE(pinned, 0) FROM runs LEFT JOIN uses ON uses.run_id = runs.run_id "
            f"WHERE {where or 'TRUE'} {order}",
            *values,
        )
        names = ("run_id", "config", "status", "message", "created", "used", "pinned")
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [{**row, "config": json.loads(row["config"]), "pinned": bool(row["pinned"])} for row in found]

    def _read(self, query: str, *values: Any) -> list[tuple]:
        return self._do(lambda connection: connection.execute(query, values).fetchall())

    def _write(self, statement: str, *values: Any) -> None:
        self._do(lambda connection: connection.execute(statement, values))

    def _do(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        """One transaction; a damaged file is set aside and the transaction tried on a new one."""
        try:
            return self._transaction(action)
        except sqlite3.OperationalError as error:
            raise _as_os_error(error) from error
        except sqlite3.DatabaseError as error:
            log.debug("index: %s", error)
        try:
            self._repair()
            return self._transaction(action)
        except sqlite3.Error as error:
            raise OSError(errno.EIO, f"the index {self.path} is damaged ({error})") from error

    def _transaction(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._connection() as connection:
            return action(connection)

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection, opened anew when the file has been replaced since."""
        file = self._file()
        if file is None or getattr(self._local, "file", None) != file:
            self._disconnect()
            connection = self._local.connection = sqlite3.connect(
                self.path, timeout=SECONDS_TO_WAIT_FOR_OTHERS
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
            self._local.file = self._file()
        return self._local.connection

    def _disconnect(self) -> None:
        connection, self._local.connection, self._local.file = (
            getattr(self._local, "connection", None),
            None,
            None,
        )
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _file(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _repair(self) -> None:
        """Move a damaged file aside and begin a new one with the runs that are whole."""
        with self._repair_lock:
            self._disconnect()
            if self._is_sound():
                return  # another thread or process was here first
            self._disconnect()
            aside = self.path.with_name(f"index.damaged-{time.time_ns()}.sqlite")
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
            self._connection()
        runs = self.rebuild()
        log.warning("the index was damaged: it was set aside as %s, and %d runs read anew", aside.name, runs)

    def _is_sound(self) -> bool:
        try:
            self._transaction(_check)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return False
        return True


def _check(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _as_os_error(error: sqlite3.OperationalError) -> OSError:
    """SQLite's trouble with the disk, as the disk's."""
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return OSError(errno.EIO, f"the index cannot be used ({error})")


def _is_alive(pid: int | None, started: float | None) -> bool:
    """Whether the very process that owned a run still lives (numbers are used again)."""
    if pid is None:
        return False
    try:
        return abs(psutil.Process(pid).create_time() - started) < 1
    except psutil.Error:
        return False
