"""What can be computed again: teachers' logits of parts of the data, and measurements of this machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kd.base import files
from kd.base.files import Damaged
from kd.store.database import Database
from kd.store.room import Room

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("kd")

FOLDERS = ("logits", "neighbours")
"""The folders of files that are made again where they are missing (kd/analysis/neighbours.py has one)."""


class Caches:
    """What makes work quicker, and is made again where it is missing or damaged."""

    def __init__(self, home: Path, database: Database, room: Room):
        self._home, self._database, self._room = home, database, room

    def logits(self, key: str) -> dict[str, np.ndarray] | None:
        """Stored arrays of a teacher by their key, as `save_logits` took them; None if missing or damaged."""
        path = self._path(key)
        try:
            logits = files.npz_arrays(files.read_sealed(path))
            os.utime(path)
            return logits
        except FileNotFoundError:
            return None
        except (Damaged, OSError) as error:
            log.warning("the cached logits %s cannot be used (%s): they are computed again", key, error)
            path.unlink(missing_ok=True)
            return None

    def save_logits(self, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Store logits under a key."""
        content = files.npz_bytes(arrays)
        self._room.do(lambda: files.write_sealed(self._path(key), content))

    def precisions(self) -> dict[str, str]:
        """Processor → the precision in which teachers train on it, as measured (kd/training/precision.py)."""
        return dict(self._database.read("SELECT processor, measured FROM precisions"))

    def save_precisions(self, precisions: Mapping[str, str]) -> None:
        """Store the measurements."""
        statement, rows = "INSERT OR REPLACE INTO precisions VALUES (?, ?)", list(precisions.items())
        self._database.write(lambda connection: connection.executemany(statement, rows))

    def _path(self, key: str) -> Path:
        return self._home / "logits" / f"{key}.npz"
