"""The tables of the index, their version, and what can be kept of an older or a damaged file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from kd.owners import numbered
from kd.text.translation import _
from kd.unusable import Unusable

# Version 3 has the tables of 2: it keeps earlier programs away, which do not know today's folders.
# Version 4 knows which runs nobody has asked for; version 5 whose they are, what people wrote about them,
# and what a list says of their results.
VERSION = 5
_COLUMNS = {
    "runs": ("run_id", "config", "status", "message", "created", "owner"),
    "events": ("run_id", "number", "event"),
    "uses": ("run_id", "used", "pinned"),
    "stops": ("run_id",),
    "unasked": ("run_id",),
    "people": ("run_id", "person"),
    "notes": ("run_id", "name", "tags", "note"),
    "figures": ("run_id", "state", "figures"),
}
TABLES = tuple(_COLUMNS)
"""Each says something of runs, by the column run_id."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, config TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    created REAL NOT NULL, owner TEXT
);
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
);
CREATE TABLE IF NOT EXISTS uses (run_id TEXT PRIMARY KEY, used REAL NOT NULL, pinned INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS stops (run_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS unasked (run_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS people (run_id TEXT PRIMARY KEY, person TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notes (
    run_id TEXT PRIMARY KEY, name TEXT NOT NULL, tags TEXT NOT NULL, note TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS figures (run_id TEXT PRIMARY KEY, state TEXT NOT NULL, figures TEXT NOT NULL);
"""
_FIRST_VERSIONS_RUNS = (*_COLUMNS["runs"][:-1], "owner_pid", "owner_started")
# Damage rarely turns a version into so small a number.
_NEWEST_IMAGINABLE = 999

DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged file raises; the second if SQLite quotes bytes from it that Python cannot decode."""

Fill = Callable[[sqlite3.Connection], None]


def create(path: Path, kept: list[tuple[str, tuple]], fill: Fill) -> int:
    """Make a new file from rows kept of another and what `fill` adds; returns how many runs it lists."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        connection.execute("BEGIN")
        for table, row in kept:
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
        fill(connection)
        connection.execute("COMMIT")
        return connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0]


def bring_up(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an older version's file up to this version.

    Raises:
        Unusable: when a newer version wrote the file.
        sqlite3.DatabaseError: when it is damaged.
    """
    version = _version(connection)
    if version == VERSION:
        return
    if VERSION < version <= _NEWEST_IMAGINABLE:
        raise Unusable(
            _(
                "The index {path} has version {version}, but this KD Lab reads version {ours}: "
                "use the newer KD Lab that wrote it, or choose another folder with KD_HOME.",
                path=path,
                version=version,
                ours=VERSION,
            )
        )
    if not 0 <= version < VERSION:
        raise sqlite3.DatabaseError(f"there is no version {version}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) == 0:
            _from_first_version(connection)
        if _version(connection) < VERSION:
            _add_tables(connection)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def check(connection: sqlite3.Connection) -> None:
    """Check that the file is intact.

    Raises:
        sqlite3.DatabaseError: when it is not.
    """
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    for table, columns in _COLUMNS.items():
        if _columns(connection, table) != columns:
            raise sqlite3.DatabaseError(f"the table {table} has other columns")


def salvage(path: Path) -> list[tuple[str, tuple]]:
    """The rows of a damaged file that can still be read, by table; they may hold anything."""
    rows: list[tuple[str, tuple]] = []
    if not path.exists():
        return rows
    with contextlib.suppress(*DAMAGE), contextlib.closing(sqlite3.connect(path, timeout=1)) as damaged:
        damaged.text_factory = lambda text: text.decode("utf-8", "replace")
        for table, columns in _COLUMNS.items():
            with contextlib.suppress(*DAMAGE):
                for row in damaged.execute(f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED"):
                    if None not in row[:-1]:
                        rows.append((table, row))
    return rows


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})"))


def _add_tables(connection: sqlite3.Connection) -> None:
    """Add the missing ones; version 1 had no stops, 3 nothing that was unasked, and 4 no notes."""
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)


def _from_first_version(connection: sqlite3.Connection) -> None:
    """The first version identified a run's process by its id and start time."""
    if _columns(connection, "runs") != _FIRST_VERSIONS_RUNS:
        return  # only the version is wrong; `check` finds out about the rest
    rows = connection.execute("SELECT * FROM runs").fetchall()
    connection.execute("DROP TABLE runs")
    _add_tables(connection)
    connection.executemany(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)",
        [(*row[:-2], None if row[-2] is None else numbered(*row[-2:])) for row in rows],
    )
