"""The tables of a store, and the copies that it goes back to when its SQLite file is damaged."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from pathlib import Path

from kd.base import files
from kd.base.unusable import Unusable
from kd.text.translation import N_, _
from kd.text.words import date_and_time

VERSION = 1
COPIES_FOLDER = "copies"
COPIES = 3
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_MISSING = N_(
    "The database {file} was missing: its copy of {time} has taken its place, without what was saved later."
)
_LOST = N_(
    "The database {file} was damaged and has been moved to {aside}: there was no copy of it, and the list of "
    "runs begins anew."
)
_DAMAGED = N_(
    "The database {file} was damaged and has been moved to {aside}: its copy of {time} has taken its place, "
    "without what was saved later."
)

# What lists read of a run comes first: SQLite reads a row only as far as it has to.
_SCHEMA = """
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, config TEXT NOT NULL, status TEXT NOT NULL, ending TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL, owner TEXT, claim REAL, asked INTEGER NOT NULL, person TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '[]', note TEXT NOT NULL DEFAULT '',
    pinned INTEGER NOT NULL DEFAULT 0, used REAL, deleted REAL, stop INTEGER NOT NULL DEFAULT 0,
    models TEXT NOT NULL, stored REAL, figures TEXT, software TEXT, result TEXT
);
CREATE TABLE events (number INTEGER PRIMARY KEY, run_id TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX events_of_a_run ON events (run_id);
CREATE TABLE measures (run_id TEXT PRIMARY KEY, state TEXT NOT NULL, measures TEXT NOT NULL);
CREATE TABLE models (
    model_id TEXT PRIMARY KEY, stored REAL NOT NULL, digests TEXT NOT NULL, record TEXT NOT NULL
);
CREATE TABLE studies (
    study_id TEXT PRIMARY KEY, study TEXT NOT NULL, created REAL NOT NULL, process TEXT, done INTEGER
);
CREATE TABLE people (
    number INTEGER PRIMARY KEY, study_id TEXT NOT NULL, person TEXT NOT NULL, experiment TEXT NOT NULL,
    UNIQUE (study_id, person)
);
CREATE TABLE precisions (processor TEXT PRIMARY KEY, measured TEXT NOT NULL);
CREATE TABLE reserve (zeros BLOB);
"""

# Homes from before there were classes get these when they are opened.
_CLASSES = """
CREATE TABLE IF NOT EXISTS classes (
    code TEXT PRIMARY KEY, created REAL NOT NULL, host TEXT NOT NULL, ticket TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL, place INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL, names INTEGER NOT NULL DEFAULT 1, version INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS pupils (
    code TEXT NOT NULL, number INTEGER NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (code, person)
);
CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY, code TEXT NOT NULL, place INTEGER NOT NULL, round INTEGER NOT NULL,
    person TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, picture BLOB,
    run_id TEXT NOT NULL DEFAULT '', status TEXT NOT NULL, removed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (code, place, round, person, key)
);
CREATE INDEX IF NOT EXISTS answers_of_a_run ON answers (run_id);
"""


class Copies:
    """The newest copies of a database."""

    def __init__(self, path: Path):
        self.path, self._folder = path, path.parent / COPIES_FOLDER

    def make(self, connection: sqlite3.Connection) -> None:
        """Copies the database, unless it is damaged, without classes: what they delete at their end is gone.

        Raises OSError or sqlite3.Error if that fails.
        """
        new = files.unfinished(self._folder / "copy")
        try:
            self._folder.mkdir(exist_ok=True)
            with contextlib.closing(sqlite3.connect(new)) as copy:
                connection.backup(copy)
                for table in ("classes", "pupils", "answers"):
                    copy.execute(f"DELETE FROM {table}")
                copy.commit()
                copy.execute("VACUUM")  # free pages still have what was deleted
            if is_sound(new):
                new.replace(self._folder / f"{time.time_ns()}.sqlite")
            for old in self._newest()[COPIES:]:
                old.unlink(missing_ok=True)
        finally:
            remove_all(new)

    def put_back(self) -> str:
        """Sets a damaged file aside and puts the last good copy in its place, or an empty file.

        Returns what happened, in a sentence; empty for the first file of a home.
        """
        aside = self.path.with_name(f"lab.damaged-{time.time_ns()}.sqlite")
        was_there, new = self.path.exists(), self.path.with_name("lab.new.sqlite")
        if was_there:
            self.path.rename(aside)
        for suffix in ("-wal", "-shm"):  # SQLite would take what is left of them for the new file's
            with contextlib.suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}" if was_there else f"{new}{suffix}")
        remove_all(new)
        for copy in self._newest():
            shutil.copyfile(copy, new)
            if is_sound(new):
                break
            remove_all(new)
        else:
            copy = None
            create(new)
        new.replace(self.path)
        made = copy and date_and_time(int(copy.stem) / 1e9)
        if was_there:
            return _(_DAMAGED if copy else _LOST, file=self.path, aside=aside.name, time=made)
        return _(_MISSING, file=self.path, time=made) if copy else ""

    def _newest(self) -> list[Path]:
        """Returns the copies, the newest first."""
        found = [path for path in self._folder.glob("*.sqlite") if path.stem.isdecimal()]
        return sorted(found, key=lambda path: int(path.stem), reverse=True)


def create(path: Path) -> None:
    """Writes an empty database."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {_SCHEMA} {_CLASSES} PRAGMA user_version = {VERSION}; COMMIT;")


def complete(path: Path) -> None:
    """Adds the tables that an earlier KD Lab's database has not."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_CLASSES)


def is_sound(path: Path) -> bool:
    """Returns whether a file is an intact database; raises Unusable if another version wrote it."""
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            is_sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE:
            return False
        raise
    if not version:
        return False  # not even its tables were written
    if is_sound and version != VERSION:
        raise Unusable(
            "The database {path} has version {version}, but this KD Lab reads version {ours}: "
            "use the KD Lab that wrote it, or choose another folder with KD_HOME.",
            path=path,
            version=version,
            ours=VERSION,
        )
    return is_sound


def remove_all(path: Path) -> None:
    """Removes a database and SQLite's files beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
