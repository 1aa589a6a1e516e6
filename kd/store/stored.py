"""What all stored folders have in common: a home, an index, checksums, a place for damaged files."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from pathlib import Path

from kd import files
from kd.files import Damaged
from kd.store.index import Index
from kd.store.room import Room


class Stored:
    """Folders below one home."""

    home: Path
    room: Room
    index: Index

    def __init__(self) -> None:
        self._checked: dict[Path, tuple[int, int]] = {}
        self._ignored: set[Path] = set()

    @property
    def shipped(self) -> Path:
        """The folder of the runs that come with the project."""
        raise NotImplementedError

    def _check(self, path: Path) -> None:
        """Compare a file with its checksum, once for each state it is seen in."""
        status = path.stat()
        if path.is_relative_to(self.shipped):
            return  # git keeps these, with the line endings of the system
        state = status.st_size, status.st_mtime_ns
        if self._checked.get(path) != state:
            files.check(path)
            self._checked[path] = state

    def _put(self, partial: Path, place: Path, undo: ExitStack) -> None:
        """Move a written folder to its place, unless a complete one is there already."""
        try:
            files.check_complete(place)
        except (Damaged, FileNotFoundError):
            if os.path.lexists(place):
                files.move(place, self._aside(place.name), undo)
            files.move(partial, place, undo)

    def _aside(self, name: str) -> Path:
        return self.home / "aside" / f"{name}-{time.time_ns()}"
