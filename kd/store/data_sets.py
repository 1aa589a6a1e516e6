"""Pictures that people have added: one file a data set, never deleted to make room."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from kd.base import files
from kd.base.data_sets import use_folder
from kd.base.unusable import Unusable
from kd.store.database import Database, Room
from kd.text.translation import ngettext
from kd.text.words import quoted

DATA_FOLDER = "data"

_LISTED = "deleted IS NULL AND (asked = 1 OR status IN ('queued', 'running'))"


class DataFiles:
    """The files of a home's data sets, by their ids. Several threads and processes may share them."""

    def __init__(self, home: Path, database: Database, room: Room):
        self.folder, self._database, self._room = home / DATA_FOLDER, database, room
        use_folder(self.folder)

    def save(self, data: str, content: bytes, check: Callable[[], None]) -> None:
        """Stores a file, once `check` lets it, which no other process can do at the same time."""

        def save() -> None:
            with files.prepared({self._path(data): content}) as put:

                def checked(_connection: sqlite3.Connection) -> None:
                    check()
                    put()

                self._database.write(checked)

        self._room.do(save)

    def remove(self, data: str, name: str) -> None:
        """Deletes a data set of this name; raises ValueError while runs of it are listed or in progress."""

        def remove(connection: sqlite3.Connection) -> None:
            # as kd/store/runs.py writes settings
            query = f"SELECT COUNT(*) FROM runs WHERE {_LISTED} AND config LIKE ?"
            ((count,),) = connection.execute(query, (f'%"data": "{data}"%',)).fetchall()
            if count:
                raise Unusable(
                    "{runs} of the data set {name}: delete them first, on Runs or with lab.runs.delete, then "
                    "remove it.",
                    runs=ngettext("There is {count} run", "There are {count} runs", count),
                    name=quoted(name),
                )
            self._path(data).unlink(missing_ok=True)

        self._database.write(remove)

    def size(self) -> int:
        """Returns the bytes of all of them."""
        return sum(files.sizes(self.folder).values())

    def has(self, data: str) -> bool:
        """Returns whether this home has the file of a data set."""
        return self._path(data).is_file()

    def _path(self, data: str) -> Path:
        return self.folder / f"{data}.npz"
