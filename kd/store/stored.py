"""What all stored folders have in common: a home, an index, checksums, a place for damaged files."""

from __future__ import annotations

import os
import re
import time
from contextlib import ExitStack
from pathlib import Path

from kd import files
from kd.store.index.index import Index
from kd.store.room import Room

ID = re.compile("[0-9a-f]{12}")
"""The name of a run or a model. Ids also come from URLs, and only what looks like one may become a path."""


class Stored:
    """Folders below one home, and those in the same form that come with the project."""

    home: Path
    room: Room
    index: Index

    def __init__(self) -> None:
        self._checked: dict[Path, tuple[int, int]] = {}
        self._ignored: set[Path] = set()

    @property
    def shipped(self) -> Path:
        """The folder with the runs, models and snapshots that come with the project."""
        raise NotImplementedError

    def _folder(self, kind: str, name: str) -> Path | None:
        """Where a run or a model is: kind 'runs' or 'models'; None if there is none of this name."""
        if not ID.fullmatch(name):
            return None
        for parent in (self.home, self.shipped):
            folder = parent / kind / name
            if os.path.isfile(folder / "record.json") and folder not in self._ignored:
                return folder
        return None

    def _state(self, kind: str, name: str) -> tuple[int, int] | None:
        """Changes whenever another run or model of this name is stored; None if there is none."""
        if ID.fullmatch(name):
            for parent in (self.home, self.shipped):
                folder = os.path.join(parent, kind, name)
                try:
                    status = os.stat(os.path.join(folder, "record.json"))
                except OSError:
                    continue
                if not self._ignored or Path(folder) not in self._ignored:
                    return status.st_mtime_ns, status.st_size
        return None

    def _is_shipped(self, path: Path) -> bool:
        home_is_inside = self.home.is_relative_to(self.shipped)
        return path.is_relative_to(self.shipped) and not (home_is_inside and path.is_relative_to(self.home))

    def _check(self, path: Path) -> None:
        """Compare a file with its checksum, once for each state it is seen in."""
        status = path.stat()
        if self._is_shipped(path):
            return  # git keeps these, with the line endings of the system
        state = status.st_size, status.st_mtime_ns
        if self._checked.get(path) != state:
            files.check(path)
            self._checked[path] = state

    def _put(self, partial: Path, place: Path, undo: ExitStack) -> None:
        """Move a written folder to its place, unless a complete one is there already."""
        if not files.is_complete(place):
            if os.path.lexists(place):
                files.move(place, self._aside(place.name), undo)
            files.move(partial, place, undo)

    def _aside(self, name: str) -> Path:
        return self.home / "aside" / f"{name}-{time.time_ns()}"
