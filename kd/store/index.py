"""The index: which runs were asked for, how they stand, and their events, in one SQLite file.

It can be lost: the run folders hold every result, and `rebuild` reads them again. A damaged file is moved
aside and a new one begun in its place, by whoever meets it first; a row that cannot be read is written anew
from the run's folder, and where there is none it is told apart from the others.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kd import owners
from kd.store.index_file import IndexFile
from kd.store.index_moves import COLUMNS, IF_UNKNOWN, UPSERT, Moves, note_use
from kd.store.index_rows import ACTIVE, DELETED, FromFolder, Row, run_config, run_row
from kd.store.room import Room

__all__ = ["ACTIVE", "INTERRUPTED", "FromFolder", "Index"]

log = logging.getLogger("kd")

INTERRUPTED = "interrupted"
UNREADABLE = "state unreadable"


class Index(Moves):
    """Several threads and processes may share one file.

    Methods that write wait a short while for others who write, and raise Busy (a ValueError whose message
    pages show) when it takes longer; inside `waiting` they wait as long as that says, which is
    half a minute for work in the background.
    """

    def __init__(
        self,
        path: Path,
        known: Callable[[], Iterable[FromFolder]],
        known_one: Callable[[str], FromFolder | None] = lambda run_id: None,
        room: Room | None = None,
    ):
        """
        Args:
            path: the SQLite file.
            known: reads the whole runs from their folders, for an index that begins anew.
            known_one: reads one of them, for a row that cannot be read.
            room: makes room on a full disk.

        Raises:
            OSError: when the file cannot be written.
            ValueError: when a newer version wrote it.
        """
        self.path, self._known, self._known_one = path, known, known_one
        self._hopeless: set[tuple] = set()
        self._file = IndexFile(path, self._fill, room)
        self.waiting = self._file.waiting

    def claim(self, run_id: str, config: dict[str, Any]) -> bool:
        """Take on a run for this process; False when another living process has it.

        Earlier events of the run are forgotten, and that somebody wanted it stopped.
        """
        home = self.path.parent
        owner = owners.hold(home)

        def claim(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            row = connection.execute("SELECT status, owner FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if row is not None and row[0] in ACTIVE and not owners.is_gone(home, row[1]) and row[1] != owner:
                return False
            for table in ("events", "stops"):
                connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
            connection.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, 'queued', '', ?, ?)",
                (run_id, json.dumps(config), time.time(), owner),
            )
            return True

        return self._file.write(claim)

    def set_status(self, run_id: str, status: str, message: str = "") -> None:
        """Change the state of a run."""
        self._write("UPDATE runs SET status = ?, message = ? WHERE run_id = ?", status, message, run_id)

    def ask_to_stop(self, run_id: str) -> None:
        """Note that a run is to stop, for the process that computes it: it looks about once a second."""
        self._write("INSERT OR IGNORE INTO stops VALUES (?)", run_id)

    def asked_to_stop(self) -> list[str]:
        """The runs that somebody asked to stop."""
        return [run_id for (run_id,) in self._file.read("SELECT run_id FROM stops")]

    def forget_stop(self, run_id: str) -> None:
        """The run's process has heard that it is to stop."""
        self._write("DELETE FROM stops WHERE run_id = ?", run_id)

    def add_event(self, run_id: str, event: dict[str, Any]) -> None:
        """Keep an event of a run, after those it has."""
        self._file.write(
            lambda connection, undo: connection.execute(
                "INSERT INTO events SELECT ?, COALESCE(MAX(number), 0) + 1, ? FROM events WHERE run_id = ?",
                (run_id, json.dumps(event), run_id),
            ),
            must=False,
        )

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The events of a run, in order; those that cannot be read are left out."""
        events = []
        for (text,) in self._file.read("SELECT event FROM events WHERE run_id = ? ORDER BY number", run_id):
            with contextlib.suppress(ValueError, TypeError):
                events.append(json.loads(text))
        return [event for event in events if isinstance(event, dict)]

    def row(self, run_id: str) -> Row | None:
        """What is known of a run: config, status, message, created, used, pinned."""
        return next(iter(self._rows("WHERE runs.run_id = ?", run_id, deleted=False)[0]), None)

    def rows(self, deleted: bool = False) -> list[Row]:
        """Every run, newest first; the deleted ones only where asked for."""
        return self._rows("ORDER BY created DESC", deleted=deleted)[0]

    def deleted(self) -> list[Row]:
        """The runs that can be restored, the one used longest ago first."""
        rows = self._rows("ORDER BY COALESCE(NULLIF(used, 0), created)", deleted=True)[0]
        return [row for row in rows if row["status"].startswith(DELETED)]

    def unreadable(self) -> list[str]:
        """The runs whose rows cannot be read, by what stands where their ids should."""
        return [str(raw[1]) for raw in self._rows("", deleted=True)[1]]

    def drop_unreadable(self, run_id: str | None = None) -> bool:
        """Forget the rows of this id, or all, that cannot be read; whether there were any."""

        def drop(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            rows = connection.execute(COLUMNS).fetchall()
            bad = [raw for raw in rows if run_row(raw) is None and run_id in (None, str(raw[1]))]
            connection.executemany("DELETE FROM runs WHERE rowid = ?", [(raw[0],) for raw in bad])
            return bool(bad)

        return self._file.write(drop)

    def touch(self, run_id: str, when: float | None = None) -> None:
        """Note that a run was used now; waits for nobody.

        Raises:
            OSError: when it cannot be noted now.
        """
        self._file.write(lambda connection, undo: note_use(connection, run_id, when), must=False, patience=0)

    def pin(self, run_id: str, pinned: bool) -> None:
        """Keep a run whatever the limit, or no longer."""
        self._write(
            "INSERT INTO uses VALUES (?, 0, ?) ON CONFLICT (run_id) DO UPDATE SET pinned = excluded.pinned",
            run_id,
            int(pinned),
        )

    def worker(self, run_id: str) -> str:
        """Who computes a run: 'nobody', 'here', 'elsewhere', or a process that is 'gone'."""
        for status, owner in self._file.read("SELECT status, owner FROM runs WHERE run_id = ?", run_id):
            if status in ACTIVE:
                if owner == owners.own_token():
                    return "here"
                return "gone" if owners.is_gone(self.path.parent, owner) else "elsewhere"
        return "nobody"

    def settle(self, verdict: Callable[[str, str, bool], tuple[str, str] | None]) -> None:
        """Give runs another state.

        Args:
            verdict: of a run's id, its status and whether its process is gone, the status and message
                that it should have, or None where all is well. Asked again once nobody else can write.
        """

        def judge(rows: list[tuple]) -> list[tuple[str, str, str]]:
            judged = [
                (
                    run_id,
                    verdict(run_id, status, status in ACTIVE and owners.is_gone(self.path.parent, owner)),
                )
                for run_id, status, owner in rows
                if isinstance(run_id, str) and isinstance(status, str)
            ]
            return [(*found, run_id) for run_id, found in judged if found is not None]

        def settle(connection: sqlite3.Connection, undo: ExitStack) -> list[tuple[str, str, str]]:
            found = judge(connection.execute(query).fetchall())
            connection.executemany("UPDATE runs SET status = ?, message = ? WHERE run_id = ?", found)
            return found

        query = "SELECT run_id, status, owner FROM runs"
        if judge(self._file.read(query)):
            for status, _, run_id in self._file.write(settle):
                if status == "interrupted":
                    log.info("run %s was interrupted: the app ended before it did", run_id)

    def check(self) -> None:
        """See that the file is sound in every part; another takes its place where it is not."""
        self._file.mend()

    def ids(self) -> set[str]:
        """What stands as id in every row, those that cannot be read included."""
        return {str(run_id) for (run_id,) in self._file.read("SELECT run_id FROM runs")}

    def take_in(self) -> None:
        """Take in every whole run."""
        self._file.write(lambda connection, undo: self._take_in(connection))

    def rebuild(self) -> int:
        """Take in every whole run, and drop the rows that cannot be read; returns how many are known then."""
        self.check()
        self._file.write(lambda connection, undo: self._fill(connection))
        return len(self.rows())

    def _fill(self, connection: sqlite3.Connection) -> None:
        bad = [(raw[0],) for raw in connection.execute(COLUMNS) if run_row(raw) is None]
        connection.executemany("DELETE FROM runs WHERE rowid = ?", bad)
        self._take_in(connection)

    def _take_in(self, connection: sqlite3.Connection) -> None:
        for run in self._known():
            config = json.dumps(run.config)
            if run_config(run.run_id, config) is not None:
                # what was deleted and has a row has been trained again since
                statement = IF_UNKNOWN if run.status.startswith(DELETED) else UPSERT
                connection.execute(statement, (run.run_id, config, run.status, run.created))

    def _rows(self, rest: str, *values: Any, deleted: bool) -> tuple[list[Row], list[tuple]]:
        """The rows that can be read, and those that cannot, after what can be mended was."""
        raws = self._file.read(f"{COLUMNS} {rest}", *values)
        odd = [raw for raw in raws if run_row(raw) is None]
        if odd and self._mended([raw for raw in odd if raw not in self._hopeless]):
            raws = self._file.read(f"{COLUMNS} {rest}", *values)
            odd = [raw for raw in raws if run_row(raw) is None]
        rows = [row for row in map(run_row, raws) if row is not None]
        return [row for row in rows if deleted or not row["status"].startswith(DELETED)], odd

    def _mended(self, odd: list[tuple]) -> bool:
        """Write rows anew from what stands in the run's folder, or at least in its config."""

        def mend(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            mended = 0
            for raw in odd:
                rowid, run_id, config, *_ = raw
                found = self._known_one(run_id) if isinstance(run_id, str) else None
                if found is not None and run_config(found.run_id, json.dumps(found.config)) is not None:
                    connection.execute(
                        "UPDATE runs SET config = ?, status = ?, message = '', created = ? WHERE rowid = ?",
                        (json.dumps(found.config), found.status, found.created, rowid),
                    )
                elif run_config(run_id, config) is not None:
                    connection.execute(
                        "UPDATE runs SET status = 'interrupted', message = ?, created = ? WHERE rowid = ?",
                        (UNREADABLE, time.time(), rowid),
                    )
                else:
                    self._hopeless.add(raw)
                    log.warning("the row of run %.40r in the index cannot be read", run_id)
                    continue
                mended += 1
            return mended > 0

        try:
            return bool(odd) and self._file.write(mend, patience=0)
        except OSError:
            return False  # somebody else is writing, or the disk is full: another time

    def _write(self, statement: str, *values: Any) -> None:
        self._file.write(lambda connection, undo: connection.execute(statement, values))
