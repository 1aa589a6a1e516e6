"""Drawings that a class has left behind: sets of pictures with the digits that were asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kd.base import files
from kd.base.unusable import Unusable
from kd.store.database import Room
from kd.store.models import read_arrays
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import numpy as np

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,29}")


@dataclass(frozen=True)
class Drawings:
    """pictures: uint8 (n, 28, 28). digits: what was asked for (n,). hands: a number of who drew each (n,)."""

    pictures: np.ndarray
    digits: np.ndarray
    hands: np.ndarray


class DrawingSets:
    """The sets of drawings of a home, by name; also what `lab.drawings` is."""

    def __init__(self, home: Path, room: Room):
        self._folder, self._room = home / "drawings", room

    def names(self) -> list[str]:
        """Returns the names of all sets, in alphabetical order."""
        return sorted(path.stem for path in files.entries(self._folder) if path.suffix == ".npz")

    def __getitem__(self, name: str) -> Drawings:
        """Raises ValueError when there is no such set, or it is damaged."""
        path = self._path(name)
        arrays = read_arrays(path, False, f"the file {path.name}") if name in self.names() else None
        if arrays is None:
            raise Unusable(
                "There are no drawings called {name}: choose of {names}.",
                name=quoted(name),
                names=", ".join(self.names()) or _("none"),
            )
        return Drawings(**arrays)

    def save(self, name: str, drawings: Drawings) -> None:
        """Stores a set in place of an earlier one of this name; raises ValueError when it has no drawing."""
        path = self._path(name)
        if not len(drawings.pictures):
            raise Unusable("There are no drawings to keep yet.")
        path.parent.mkdir(exist_ok=True)
        content = files.npz_bytes(vars(drawings))
        self._room.do(lambda: files.write_sealed(path, content))

    def remove(self, name: str) -> None:
        """Deletes a set, if it is there."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Unusable(
                "Drawings need a name of 1 to 30 letters, digits, hyphens and underscores, got {name}.",
                name=quoted(name),
            )
        return self._folder / f"{name}.npz"
