"""The data sets that runs can learn from: MNIST, what else comes with the project, and what people added."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from kd.base.data_sets import INCLUDED, About, find, known, path_of
from kd.base.unusable import Unusable
from kd.pictures.data_files import OwnData, Source, read_data
from kd.pictures.data_sets import described, file_content
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.text.words import file_size, quoted

# Of KD_LIMIT, so that there is room for runs: data sets are not deleted for them.
MOST_OF_THE_LIMIT = 0.5
LONGEST_NAME = 30

# no id, which has twelve hexadecimal digits, and nothing that a terminal or a page would read as markup
_NAME = re.compile(r"(?![0-9a-f]{12}$)[^\W_][\w-]{0,29}")


class DataSets:
    """The data sets of a home, by name or id."""

    def __init__(self, store: Store, upkeep: Upkeep):
        self._store, self._upkeep = store, upkeep
        self._folders = (INCLUDED, store.data.folder)

    def list(self) -> list[About]:
        """Returns MNIST, then all others by name."""
        return known(self._folders)

    def find(self, name: str) -> About:
        """Returns a data set by its name or id; raises ValueError, which names the nearest."""
        return find(name, self._folders)

    def is_included(self, data: str) -> bool:
        """Returns whether a data set comes with the project, by its id."""
        return not self._store.data.has(data)

    def add(
        self,
        source: Source,
        name: str | None = None,
        classes: Sequence[str] | None = None,
        centred: bool | None = None,
    ) -> About:
        """Reads a person's pictures and keeps them; the same pictures again only change name and placing.

        Args:
            source: the path of an npz file, its bytes, or arrays: see `read_data`, and its limits.
            name: of at most 30 letters, digits, hyphens and underscores; by default the file's.
            classes: names of the classes in the order of their labels; by default the file's, or the labels.
            centred: whether drawings are placed as MNIST's are; by default, if the pictures are.

        Raises ValueError, in one sentence, when it cannot be used; nothing is kept then.
        """
        if name is None:
            name = name_of(source if isinstance(source, str | PathLike) else "pictures")
        check_name(name)
        return self.keep(read_data(source, classes), name, centred)

    def keep(self, own: OwnData, name: str, centred: bool | None = None) -> About:
        """Keeps what was read, as `add`."""
        check_name(name)
        centred = own.centred if centred is None else centred
        about = described(own.arrays, own.classes, unicodedata.normalize("NFC", name), centred)
        here = path_of(about.id)
        if here is not None and here.parent == INCLUDED:
            return self.find(about.id)
        content = file_content(own.arrays, about)
        self._store.data.save(about.id, content, lambda: self._check_place(about, len(content)))
        return about

    def remove(self, name: str) -> About:
        """Deletes a data set that was added; raises ValueError while there are runs of it."""
        # one that is damaged is known by its id alone
        is_damaged = self._store.data.has(name) and all(each.id != name for each in self.list())
        about = About(name, name, (), 0, 0) if is_damaged else self.find(name)
        if self.is_included(about.id):
            raise Unusable(
                "The data set {name} comes with KD Lab and cannot be removed.", name=quoted(about.name)
            )
        self._store.data.remove(about.id, about.name)
        return about

    def _check_place(self, about: About, size: int) -> None:
        """Raises ValueError when another data set has this name, or there is no room."""
        for each in self.list():
            if each.id != about.id and about.name.casefold() in (each.name.casefold(), each.id):
                raise Unusable(
                    "There is another data set called {name}: choose another name, or remove that one.",
                    name=quoted(about.name),
                )
        most = MOST_OF_THE_LIMIT * self._upkeep.usage().limit
        if not self._store.data.has(about.id) and self._store.data.size() + size > most:
            raise Unusable(
                "There is no room for it ({size}): data sets may take {most}, half of KD_LIMIT; remove one "
                "that nobody needs.",
                size=file_size(size),
                most=file_size(int(most)),
            )


def check_name(name: str) -> None:
    """Raises ValueError when a data set cannot have this name."""
    if not isinstance(name, str) or not _NAME.fullmatch(unicodedata.normalize("NFC", name)):
        raise Unusable(
            "A data set needs a name of 1 to {most} letters, digits, hyphens and underscores, got {name}.",
            most=LONGEST_NAME,
            name=quoted(name),
        )


def name_of(file: str | PathLike[str]) -> str:
    """Returns a name for the data set of a file: the file's, as far as a name may have its letters."""
    words = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", Path(file).stem))
    return words.strip("-_")[:LONGEST_NAME].rstrip("-_") or "pictures"
