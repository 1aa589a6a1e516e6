"""What people say of runs, beside the index in a file of its own: no folder of a run has it.

KD_HOME/notes.json is written in the same transaction as the index, from which it has everything. As long as
the index says something of a run, it holds; the file is read for what a new or rebuilt index does not know. A
process that is killed between the two leaves in the file what the index does not have yet, until somebody
writes the next note.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kd import files

log = logging.getLogger("kd")

NAME = "notes.json"

ALL = """
SELECT run_id, COALESCE(name, ''), COALESCE(tags, '[]'), COALESCE(note, ''), COALESCE(person, ''),
    COALESCE(pinned, 0)
FROM (SELECT run_id FROM notes UNION SELECT run_id FROM uses WHERE pinned)
    LEFT JOIN notes USING (run_id) LEFT JOIN people USING (run_id) LEFT JOIN uses USING (run_id)
ORDER BY run_id
"""
_ONE = "SELECT 1 FROM notes WHERE run_id = ? UNION SELECT 1 FROM uses WHERE run_id = ? AND pinned"


def keep(connection: sqlite3.Connection, undo: ExitStack, home: Path) -> None:
    """Write the file as the index is now; `undo` gets a callback that writes back what it was.

    Raises:
        OSError: when it cannot be written.
    """
    path = home / NAME
    content = files.json_bytes({run_id: _spelled(*row) for run_id, *row in connection.execute(ALL)})
    before = _content(path)
    if content != (b"{}" if before is None else before):
        undo.callback(_put_back, path, before)
        files.write_whole(path, content)


def has_one(connection: sqlite3.Connection, run_id: str) -> bool:
    """Whether anybody has written anything about a run, or keeps it."""
    return connection.execute(_ONE, (run_id, run_id)).fetchone() is not None


def take_in(connection: sqlite3.Connection, home: Path) -> None:
    """Add to the index what it does not say of a run and the file does."""
    for run_id, said in _read(home / NAME).items():
        name, tags, note, person, pinned = said
        if name or note or tags:
            row = (run_id, name, json.dumps(tags, ensure_ascii=False), note)
            connection.execute("INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?)", row)
        if person:
            connection.execute("INSERT OR IGNORE INTO people VALUES (?, ?)", (run_id, person))
        if pinned:
            connection.execute("INSERT OR IGNORE INTO uses VALUES (?, 0, 1)", (run_id,))


def _spelled(name: Any, tags: Any, note: Any, person: Any, pinned: Any) -> dict[str, Any]:
    said = {"name": name, "tags": list(tags_of(tags)), "note": note, "person": person, "pinned": bool(pinned)}
    return {what: value for what, value in said.items() if value}


def _read(path: Path) -> dict[str, tuple[str, list[str], str, str, bool]]:
    """Run id → name, tags, note, person, pinned; what is damaged is left out."""
    found: dict[str, tuple[str, list[str], str, str, bool]] = {}
    content = _content(path)
    if content is None:
        return found
    try:
        written = json.loads(content)
        for run_id, said in written.items():
            name, note, person = (_text(said.get(what, "")) for what in ("name", "note", "person"))
            tags = list(map(_text, said.get("tags", [])))
            found[_text(run_id)] = name, tags, note, person, bool(said.get("pinned"))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        log.warning("%s is damaged (%s): what it says of other runs is not known", path, error)
    return found


def _text(value: Any) -> str:
    """This text, if it is one that can be written down.

    Raises:
        TypeError, ValueError: otherwise.
    """
    str.encode(value)
    return value


def _content(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return None


def _put_back(path: Path, content: bytes | None) -> None:
    with contextlib.suppress(OSError):  # the index, which has not changed, holds
        if content is None:
            path.unlink(missing_ok=True)
        else:
            files.write_whole(path, content)


def tags_of(text: Any) -> tuple[str, ...]:
    """The tags that this JSON has, none if it has none."""
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        found = json.loads(text)
        return tuple(tag for tag in found if isinstance(tag, str)) if isinstance(found, list) else ()
    return ()
