"""The index: which runs were requested, their states and their events, in one SQLite file.

It can be lost without harm: the run folders hold every result, a file beside it what people wrote about them
(kd/store/index/notes_file.py), and `rebuild` reads them again. Whoever
first meets a damaged file moves it aside and starts a new one. An unreadable row is rewritten from the run's
folder; if there is none, the row is listed as unreadable.
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
from kd.store.index import notes_file
from kd.store.index.file import IndexFile
from kd.store.index.moves import COLUMNS, IF_UNKNOWN, UPSERT, Moves, note_asked, note_use
from kd.store.index.notes import Notes, note_owner
from kd.store.index.rows import ACTIVE, DELETED, FromFolder, Row, run_config, run_row
from kd.store.room import Room

__all__ = ["ACTIVE", "INTERRUPTED", "FromFolder", "Index"]

log = logging.getLogger("kd")

INTERRUPTED = "interrupted"
UNREADABLE = "state unreadable"


class Index(Moves, Notes):
    """Several threads and processes may share one file.

    Methods that write wait a short while for other writers, and raise Busy (a ValueError whose message pages
    show) if that takes longer. Inside `waiting` they wait as long as it says: half a minute for work in the
    background.
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
            known: reads the complete runs from their folders, for a new index.
            known_one: reads one of them, for an unreadable row.
            room: makes room on a full disk.

        Raises:
            OSError: when the file cannot be written.
            ValueError: when a newer version wrote it.
        """
        self.path, self._known, self._known_one = path, known, known_one
        self._hopeless: set[tuple] = set()
        self._file = IndexFile(path, self._fill, room)
        self.waiting = self._file.waiting

    def claim(self, run_id: str, config: dict[str, Any], asked: bool = True, person: str = "") -> bool:
        """Claim a run for this process; False if another living process has it.

        Its earlier events and requests to stop it are forgotten.

        Args:
            asked: whether anybody asked for it. A run that was not known before is listed only then, and one
                that was deleted is claimed only then.
            person: whose it is from now on; empty to leave that as it is.
        """
        home = self.path.parent
        owner = owners.hold(home)

        def claim(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            row = connection.execute("SELECT status, owner FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if row is not None and row[0] in ACTIVE and not owners.is_gone(home, row[1]) and row[1] != owner:
                return False
            if row is not None and not asked and str(row[0]).startswith(DELETED):
                return False
            for table in ("events", "stops"):
                connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
            connection.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, 'queued', '', ?, ?)",
                (run_id, json.dumps(config), time.time(), owner),
            )
            if asked:
                note_asked(connection, run_id)
                note_owner(connection, person, run_id)
            elif row is None:
                connection.execute("INSERT OR IGNORE INTO unasked VALUES (?)", (run_id,))
            return True

        return self._file.write(claim)

    def ask_for(self, *run_ids: str, person: str = "") -> None:
        """Somebody wants these runs: those that nobody had asked for are listed from now on.

        Args:
            person: whose they are from now on, together with those that are not listed yet; empty to leave
                that as it is.
        """

        def ask(connection: sqlite3.Connection, undo: ExitStack) -> None:
            note_asked(connection, *found)
            note_owner(connection, person, *found, *new)

        found = {run_id for (run_id,) in self._file.read("SELECT run_id FROM unasked")} & {*run_ids}
        new = {*run_ids} - self._listed_ids() if person else set()
        if found or new:
            self._file.write(ask)

    def _listed_ids(self) -> set[str]:
        query = "SELECT run_id FROM runs WHERE status NOT LIKE ?"
        return {run_id for (run_id,) in self._file.read(query, f"{DELETED}%")}

    def unask_for(self, run_id: str) -> None:
        """Nobody wants this run any more: it is not listed until somebody asks for it again."""
        self._write("INSERT OR IGNORE INTO unasked VALUES (?)", run_id)

    def is_deleted(self, run_id: str) -> bool:
        """Whether somebody has deleted this run, and can still bring it back."""
        found = self._file.read("SELECT status FROM runs WHERE run_id = ?", run_id)
        return any(str(status).startswith(DELETED) for (status,) in found)

    def set_status(self, run_id: str, status: str, message: str = "") -> None:
        """Change the state of a run."""
        self._write("UPDATE runs SET status = ?, message = ? WHERE run_id = ?", status, message, run_id)

    def ask_to_stop(self, run_id: str) -> None:
        """Ask for a run to be stopped, by the process that computes it; that looks about once a second."""
        self._write("INSERT OR IGNORE INTO stops VALUES (?)", run_id)

    def asked_to_stop(self) -> list[str]:
        """The runs that somebody asked to be stopped."""
        return [run_id for (run_id,) in self._file.read("SELECT run_id FROM stops")]

    def forget_stop(self, run_id: str) -> None:
        """The run's process has received the request to stop it."""
        self._write("DELETE FROM stops WHERE run_id = ?", run_id)

    def add_event(self, run_id: str, event: dict[str, Any]) -> None:
        """Append an event to those of a run."""
        self._file.write(
            lambda connection, undo: connection.execute(
                "INSERT INTO events SELECT ?, COALESCE(MAX(number), 0) + 1, ? FROM events WHERE run_id = ?",
                (run_id, json.dumps(event), run_id),
            ),
            must=False,
        )

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The events of a run, in order; unreadable ones are left out."""
        events = []
        for (text,) in self._file.read("SELECT event FROM events WHERE run_id = ? ORDER BY number", run_id):
            with contextlib.suppress(ValueError, TypeError):
                events.append(json.loads(text))
        return [event for event in events if isinstance(event, dict)]

    def row(self, run_id: str) -> Row | None:
        """What is known about a run: config, status, message, created, used, pinned, asked."""
        return next(iter(self._rows("WHERE runs.run_id = ?", run_id, deleted=False)[0]), None)

    def rows(self, deleted: bool = False, unasked: bool = False) -> list[Row]:
        """Every run, newest first; deleted ones, and those nobody asked for, only on request."""
        rows = self._rows("ORDER BY created DESC", deleted=deleted)[0]
        return [row for row in rows if unasked or row["asked"]]

    def deleted(self) -> list[Row]:
        """The runs that can be restored, the least recently used first."""
        rest = "WHERE status LIKE ? ORDER BY COALESCE(NULLIF(used, 0), created)"
        return self._rows(rest, f"{DELETED}%", deleted=True)[0]

    def unreadable(self) -> list[str]:
        """The runs whose rows cannot be read, by whatever their id columns hold."""
        return self.everything()[1]

    def everything(self) -> tuple[list[Row], list[str]]:
        """Every row, those deleted and those that nobody asked for included, and what `unreadable` says."""
        rows, odd = self._rows("", deleted=True)
        return rows, [str(raw[1]) for raw in odd]

    def drop_unreadable(self, run_id: str | None = None) -> bool:
        """Drop the unreadable rows with this id, or all of them; returns whether there were any."""

        def drop(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            rows = connection.execute(COLUMNS).fetchall()
            bad = [raw for raw in rows if run_row(raw) is None and run_id in (None, str(raw[1]))]
            connection.executemany("DELETE FROM runs WHERE rowid = ?", [(raw[0],) for raw in bad])
            return bool(bad)

        return self._file.write(drop)

    def touch(self, run_id: str, when: float | None = None) -> None:
        """Record that a run was used now, without waiting for other writers.

        Raises:
            OSError: when it cannot be recorded now.
        """
        self._file.write(lambda connection, undo: note_use(connection, run_id, when), must=False, patience=0)

    def pin(self, run_ids: Iterable[str], pinned: bool) -> None:
        """Keep runs regardless of the limit, or no longer; whoever does so asks for them."""

        def pin(connection: sqlite3.Connection, undo: ExitStack) -> None:
            connection.executemany(statement, [(run_id, int(pinned)) for run_id in found])
            note_asked(connection, *found)
            notes_file.keep(connection, undo, self.path.parent)

        found = list(run_ids)
        statement = (
            "INSERT INTO uses VALUES (?, 0, ?) ON CONFLICT (run_id) DO UPDATE SET pinned = excluded.pinned"
        )
        self._file.write(pin)

    def worker(self, run_id: str) -> str:
        """Where a run is computed: 'here', 'elsewhere', by 'nobody', or by a process that is 'gone'."""
        for status, owner in self._file.read("SELECT status, owner FROM runs WHERE run_id = ?", run_id):
            if status in ACTIVE:
                if owner == owners.own_token():
                    return "here"
                return "gone" if owners.is_gone(self.path.parent, owner) else "elsewhere"
        return "nobody"

    def others_are_busy(self) -> bool:
        """Whether another process computes a run that somebody asked for."""
        query = "SELECT owner FROM runs WHERE status IN (?, ?) AND run_id NOT IN unasked"
        own = owners.own_token()
        return any(
            owner != own and not owners.is_gone(self.path.parent, owner)
            for (owner,) in self._file.read(query, *ACTIVE)
        )

    def settle(self, verdict: Callable[[str, str, bool], tuple[str, str] | None]) -> None:
        """Correct the states of runs.

        Args:
            verdict: given a run's id, its status and whether its process is gone, returns the status and
                message that it should have, or None if all is well. Called again once nobody else can write.
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
        """Check every part of the file; a damaged one is replaced."""
        self._file.mend()

    def ids(self) -> set[str]:
        """The ids of all rows, unreadable ones included."""
        return {str(run_id) for (run_id,) in self._file.read("SELECT run_id FROM runs")}

    def take_in(self) -> None:
        """Add every complete run."""
        self._file.write(lambda connection, undo: self._take_in(connection))

    def rebuild(self) -> int:
        """Add every complete run and drop unreadable rows; returns how many runs are known then."""
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
                # a deleted run that has a row was trained again since
                statement = IF_UNKNOWN if run.status.startswith(DELETED) else UPSERT
                connection.execute(statement, (run.run_id, config, run.status, run.created))
        notes_file.take_in(connection, self.path.parent)

    def _rows(self, rest: str, *values: Any, deleted: bool) -> tuple[list[Row], list[tuple]]:
        """The readable rows and the unreadable ones, after repairing what can be repaired."""
        raws = self._file.read(f"{COLUMNS} {rest}", *values)
        odd = [raw for raw in raws if run_row(raw) is None]
        if odd and self._mended([raw for raw in odd if raw not in self._hopeless]):
            raws = self._file.read(f"{COLUMNS} {rest}", *values)
            odd = [raw for raw in raws if run_row(raw) is None]
        rows = [row for row in map(run_row, raws) if row is not None]
        return [row for row in rows if deleted or not row["status"].startswith(DELETED)], odd

    def _mended(self, odd: list[tuple]) -> bool:
        """Rewrite rows from the run's folder, or at least from its config."""

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
            return False  # somebody else is writing, or the disk is full: some other time

    def _write(self, statement: str, *values: Any) -> None:
        self._file.write(lambda connection, undo: connection.execute(statement, values))
