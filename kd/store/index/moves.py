"""Changes of the index that also move files: both happen, or neither.

Files are moved under the index's write lock, so threads and processes that delete, restore, store or set
aside take turns. Each method is given a function that moves the files, and passes it a stack for the
callbacks that move them back; these run if the change of the index fails.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from kd.store.index import notes_file
from kd.store.index.file import IndexFile
from kd.store.index.rows import ACTIVE, DELETED, FromFolder, Row, run_row
from kd.store.index.schema import TABLES
from kd.text.translation import _
from kd.text.words import quoted

COLUMNS = (
    "SELECT runs.rowid, runs.run_id, config, status, message, created, used, pinned, unasked.run_id IS NULL, "
    "owner FROM runs LEFT JOIN uses ON uses.run_id = runs.run_id "
    "LEFT JOIN unasked ON unasked.run_id = runs.run_id"
)
_INSERT = "INTO runs VALUES (?, ?, ?, '', ?, NULL)"
IF_UNKNOWN = f"INSERT OR IGNORE {_INSERT}"
UPSERT = f"INSERT {_INSERT} ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, message = ''"
_ABANDONED = (
    "SELECT runs.run_id FROM runs JOIN unasked ON unasked.run_id = runs.run_id "
    "WHERE status NOT IN ('finished', 'queued', 'running')"
)

_T = TypeVar("_T")


class Moves:
    """The part of Index that moves files."""

    _file: IndexFile

    def finish(self, run: FromFolder, put_files: Callable[[ExitStack], None]) -> None:
        """Put the files of a run in place and mark it finished, both or neither.

        Args:
            put_files: moves them, and puts callbacks that move them back on the stack.
        """

        def finish(connection: sqlite3.Connection, undo: ExitStack) -> None:
            put_files(undo)
            connection.execute(UPSERT, (run.run_id, json.dumps(run.config), run.status, run.created))

        self._file.write(finish)

    def delete(self, run_id: str, move_files: Callable[[ExitStack], None], when: float | None = None) -> None:
        """Take a run off the list and move its files away, both or neither.

        Args:
            move_files: moves them, and puts callbacks that move them back on the stack; called once the run
                is known to exist, while nobody else can delete, restore or set aside.
            when: Unix time; the same for what is deleted together. By default now.

        Raises:
            ValueError: when it does not exist, is already deleted, or is being computed.
        """

        def delete(connection: sqlite3.Connection, undo: ExitStack) -> None:
            row = connection.execute("SELECT status FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            status = row and str(row[0])
            if status is None:
                raise ValueError(_("There is no run {run} to delete.", run=quoted(run_id)))
            if status.startswith(DELETED):
                raise ValueError(
                    _("Run {run} has already been deleted: Undo on the Runs page brings it back.", run=run_id)
                )
            if status in ACTIVE:
                raise ValueError(
                    _("Run {run} is waiting or training: stop it before you delete it.", run=run_id)
                )
            connection.execute(f"UPDATE runs SET status = '{DELETED}' || status WHERE run_id = ?", (run_id,))
            note_use(connection, run_id, when)
            note_asked(connection, run_id)
            move_files(undo)

        self._file.write(delete)

    def restore(self, run_id: str, move_files: Callable[[ExitStack], bool]) -> bool:
        """Put a deleted run back on the list with its files; False if it is gone for good.

        Args:
            move_files: brings them back, and puts callbacks that undo this on the stack; returns whether
                there is a result of this run afterwards.
        """

        def restore(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            row = connection.execute("SELECT status FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if row is None or not str(row[0]).startswith(DELETED):
                return False
            is_whole, before = move_files(undo), row[0].removeprefix(DELETED)
            if before == "finished" and not is_whole:
                self._forget(connection, undo, run_id)  # its files were removed to free space
                return False
            status = "finished" if is_whole else before
            connection.execute("UPDATE runs SET status = ? WHERE run_id = ?", (status, run_id))
            note_use(connection, run_id)
            return True

        return self._file.write(restore)

    def exclusively(self, action: Callable[[ExitStack], _T]) -> _T:
        """Carry out `action` while nobody else can move files; what it puts on its stack can undo it."""
        return self._file.write(lambda connection, undo: action(undo))

    def look_again(self, run_id: str, look: Callable[[ExitStack], tuple[_T, str]]) -> _T:
        """Look at a run's files while nobody else can move them, and record what is wrong with them.

        Args:
            look: returns what it found, and the message for the run (empty if nothing is wrong). It may
                move the files.
        """

        def look_again(connection: sqlite3.Connection, undo: ExitStack) -> _T:
            found, message = look(undo)
            if message:
                connection.execute(
                    "UPDATE runs SET status = 'failed', message = ? WHERE run_id = ?", (message, run_id)
                )
            return found

        return self._file.write(look_again)

    def unless_deleted(self, run_id: str, move_files: Callable[[ExitStack], None]) -> bool:
        """Move a run's files unless the run can still be restored; returns whether they were moved."""

        def move(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            row = connection.execute("SELECT status FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if row is not None and str(row[0]).startswith(DELETED):
                return False
            move_files(undo)
            return True

        return self._file.write(move)

    def forget(
        self,
        run_id: str,
        may: Callable[[Row | None], bool] = lambda row: True,
        move_files: Callable[[ExitStack], None] = lambda undo: None,
    ) -> bool:
        """Forget a run if, as it is now, it `may` go; returns whether it went.

        Args:
            move_files: moves its files away, and puts callbacks that move them back on the stack.
        """

        def forget(connection: sqlite3.Connection, undo: ExitStack) -> bool:
            raw = connection.execute(f"{COLUMNS} WHERE runs.run_id = ?", (run_id,)).fetchone()
            if not may(raw and run_row(raw)):
                return False
            self._forget(connection, undo, run_id)
            move_files(undo)
            return True

        return self._file.write(forget)

    def forget_abandoned(self) -> None:
        """Forget the runs that nobody asked for and that have ended without a result."""

        def forget(connection: sqlite3.Connection, undo: ExitStack) -> None:
            for (run_id,) in connection.execute(_ABANDONED).fetchall():
                self._forget(connection, undo, run_id)

        if self._file.read(_ABANDONED):
            self._file.write(forget)

    def _forget(self, connection: sqlite3.Connection, undo: ExitStack, run_id: str) -> None:
        is_noted = notes_file.has_one(connection, run_id)
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
        if is_noted:
            notes_file.keep(connection, undo, self._file.path.parent)


def note_use(connection: sqlite3.Connection, run_id: str, when: float | None = None) -> None:
    connection.execute(
        "INSERT INTO uses VALUES (?, ?, 0) ON CONFLICT (run_id) DO UPDATE SET used = excluded.used",
        (run_id, time.time() if when is None else when),
    )


def note_asked(connection: sqlite3.Connection, *run_ids: str) -> None:
    connection.executemany("DELETE FROM unasked WHERE run_id = ?", [(run_id,) for run_id in run_ids])
