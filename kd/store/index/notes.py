"""What people say of runs, whose these are, and what a list says of their results."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

from kd.config import NOBODY as NOBODY
from kd.store.index import notes_file
from kd.store.index.file import IndexFile
from kd.store.index.notes_file import tags_of


class Note(NamedTuple):
    """What people wrote about a run, and whose it is: empty where there is nothing."""

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    person: str = NOBODY


class Listed(NamedTuple):
    """A run as a list has it: texts as they are stored, so that two looks are quickly compared.

    config, tags and figures are JSON; state is that of the record which the figures are of.
    """

    run_id: str
    config: str
    status: str
    message: str
    created: float
    pinned: int
    person: str
    name: str
    tags: str
    note: str
    state: str
    figures: str


_LISTED = """
SELECT runs.run_id, config, status, message, created, COALESCE(pinned, 0), COALESCE(person, ''),
    COALESCE(name, ''), COALESCE(tags, ''), COALESCE(note, ''), COALESCE(state, ''), COALESCE(figures, '')
FROM runs LEFT JOIN uses USING (run_id) LEFT JOIN people USING (run_id) LEFT JOIN notes USING (run_id)
    LEFT JOIN figures USING (run_id) LEFT JOIN unasked ON unasked.run_id = runs.run_id
WHERE unasked.run_id IS NULL ORDER BY created DESC, runs.run_id
"""
_FORGET_EMPTY = "DELETE FROM notes WHERE name = '' AND tags = '[]' AND note = ''"


class Notes:
    """The part of Index that says more of a run than its state."""

    _file: IndexFile

    def listed(self) -> list[Listed]:
        """Every run that somebody asked for, newest first; deleted and unreadable ones, too."""
        return list(map(Listed._make, self._file.read(_LISTED)))

    def version(self) -> tuple[int, ...] | None:
        """Changes whenever anything in the index does; None if that cannot be told now. Quick."""
        return self._file.version()

    def write_note(self, run_ids: Iterable[str], **changes: Any) -> None:
        """Change the name, the tags or the note of runs; what is not given stays.

        Args:
            changes: name (text), tags (of text) or note (text).
        """
        if "tags" in changes:
            changes["tags"] = json.dumps(list(changes["tags"]), ensure_ascii=False)
        columns = ", ".join(f"{column} = ?" for column in changes)

        def write(connection: sqlite3.Connection, undo: ExitStack) -> None:
            for run_id in run_ids:
                connection.execute("INSERT OR IGNORE INTO notes VALUES (?, '', '[]', '')", (run_id,))
                connection.execute(
                    f"UPDATE notes SET {columns} WHERE run_id = ?", (*changes.values(), run_id)
                )
                connection.execute(f"{_FORGET_EMPTY} AND run_id = ?", (run_id,))
            notes_file.keep(connection, undo, self._file.path.parent)

        self._file.write(write)

    def keep_notes(self) -> None:
        """Write what the index of an earlier version alone has into the file beside it as well."""

        home = self._file.path.parent
        if not (home / notes_file.NAME).exists() and self._file.read(f"{notes_file.ALL} LIMIT 1"):
            self._file.write(lambda connection, undo: notes_file.keep(connection, undo, home))

    def note_of(self, run_id: str) -> Note:
        """What people wrote about a run, and whose it is."""
        query = (
            "SELECT COALESCE(name, ''), COALESCE(tags, ''), COALESCE(note, ''), COALESCE(person, '') "
            "FROM (SELECT ? AS run_id) LEFT JOIN notes USING (run_id) LEFT JOIN people USING (run_id)"
        )
        ((name, tags, note, person),) = self._file.read(query, run_id)
        return Note(str(name), tags_of(tags), str(note), str(person))

    def notes(self) -> dict[str, Note]:
        """Of each run about which there is anything to say, by its id."""
        found: dict[str, Note] = {}
        for run_id, name, tags, note in self._file.read("SELECT run_id, name, tags, note FROM notes"):
            found[run_id] = Note(str(name), tags_of(tags), str(note))
        for run_id, person in self._file.read("SELECT run_id, person FROM people"):
            found[run_id] = found.get(run_id, Note())._replace(person=str(person))
        return found

    def keep_figures(self, figures: Mapping[str, tuple[str, str]]) -> None:
        """Note what a list says of results: run id → state of the record, figures as JSON.

        Without waiting for other writers: they can be read from the records again.
        """
        rows = [(run_id, *each) for run_id, each in figures.items()]
        with contextlib.suppress(OSError):
            self._file.write(
                lambda connection, undo: connection.executemany(
                    "INSERT OR REPLACE INTO figures VALUES (?, ?, ?)", rows
                ),
                must=False,
                patience=0,
            )


def note_owner(connection: sqlite3.Connection, person: str, *run_ids: str) -> None:
    if person != NOBODY:
        rows = [(run_id, person) for run_id in run_ids]
        connection.executemany("INSERT OR REPLACE INTO people VALUES (?, ?)", rows)
