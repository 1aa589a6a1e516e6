"""What is known of a data set without its pictures: its id, its classes, how many pictures it has.

MNIST is called "mnist". Any other set has the hash of its arrays and class names for an id, and is one file,
ID.npz, in data/sets/ (what comes with the project) or in KD_HOME/data/ (what people added). A worker is told
where that is, or sent the file where it may run on another machine (`content`, `receive`).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from kd.base.places import DATA
from kd.base.unusable import Unusable
from kd.text.translation import N_, _
from kd.text.words import quoted

MNIST = "mnist"
INCLUDED = DATA / "sets"

DAMAGED = N_("The data set {data} is damaged: remove it, and add its file again.")

Sent = bytes | str | None
"""What a worker is sent of a data set: its file, the folder with it, or nothing where it has it anyway."""

_folders: list[Path] = [INCLUDED]
# What a worker was sent: the newest few
_received: dict[str, bytes] = {}
_MOST_RECEIVED = 2


@dataclass(frozen=True)
class About:
    """A data set but for its pictures.

    name: what people call it. classes: the names of its classes, in the order of their numbers. train, test:
    how many pictures it has. centred: whether each picture is placed as MNIST's are, so that drawings have to
    be placed like this, too.
    """

    id: str
    name: str
    classes: tuple[str, ...]
    train: int
    test: int
    centred: bool = True

    def to_json(self) -> str:
        """Returns it as text, for `about_of`."""
        return json.dumps(asdict(self), ensure_ascii=False)


ABOUT_MNIST = About(MNIST, "MNIST", tuple("0123456789"), 60_000, 10_000)


def use_folder(folder: Path) -> None:
    """Makes this process find the data sets of a folder, too."""
    if folder not in _folders:
        _folders.append(folder)


def about(data: str) -> About:
    """Returns what is known of a data set by its id; raises ValueError where there is none of this id."""
    if data == MNIST:
        return ABOUT_MNIST
    path = path_of(data)
    if path is not None:
        try:
            return _about_file(path, path.stat().st_mtime_ns)
        except Exception:  # of a damaged zip, anything
            raise Unusable(DAMAGED, data=quoted(data)) from None
    if data in _received:
        return about_of(open_npz(BytesIO(_received[data])))
    raise Unusable(
        "There is no data set {data} here: add its file again, or choose another data set.", data=quoted(data)
    )


def known(folders: Iterable[Path] | None = None) -> list[About]:
    """Returns MNIST and the data sets of these folders, by default of all, by name, without damaged ones."""
    found: dict[str, About] = {}
    for folder in _folders if folders is None else folders:
        for path in sorted(folder.glob("*.npz")):
            with contextlib.suppress(Exception):  # of a damaged zip, anything
                found.setdefault(path.stem, _about_file(path, path.stat().st_mtime_ns))
    return [ABOUT_MNIST, *sorted(found.values(), key=lambda each: each.name.casefold())]


def find(name: str, folders: Iterable[Path] | None = None) -> About:
    """Returns the data set of this name or id among `known`; raises ValueError, which names the nearest."""
    wanted = name.casefold() if isinstance(name, str) else ""
    there = known(folders)
    for each in there:
        if wanted in (each.id, each.name.casefold()):
            return each
    names = {each.name.casefold(): each.name for each in there}
    nearest = get_close_matches(wanted, names, cutoff=0.0)
    raise Unusable(
        "There is no data set {name}: did you mean {names}?",
        name=quoted(name),
        names=", ".join(names[each] for each in nearest),
    )


def path_of(data: str) -> Path | None:
    """Returns the file of a data set, if it has one in this process's folders."""
    found = (folder / f"{data}.npz" for folder in _folders)
    return next((path for path in found if path.is_file()), None)


def content(data: str, here: bool) -> Sent:
    """Returns what a worker needs to find this data set; here: whether it runs on this machine."""
    path = path_of(data)
    if path is None or path.parent == INCLUDED:
        return None
    return str(path.parent) if here else path.read_bytes()


def receive(data: str, sent: Sent) -> None:
    """Takes what `content` returned in another process."""
    if isinstance(sent, str):
        use_folder(Path(sent))
    elif sent is not None and data not in _received:
        while len(_received) >= _MOST_RECEIVED:
            del _received[next(iter(_received))]
        _received[data] = sent


def received(data: str) -> bytes | None:
    """Returns what this process was sent of a data set, or None."""
    return _received.get(data)


def is_here(data: str) -> bool:
    """Tells whether this process has a data set, by its id."""
    return data == MNIST or data in _received or path_of(data) is not None


def name_of(data: str) -> str:
    """Returns what people call a data set, by its id; of one that is not here, that it is not."""
    try:
        return about(data).name
    except ValueError:
        return _("{data} (not here)", data=data)


def open_npz(source: Any) -> Any:
    """Opens an npz file, from which arrays are read one by one; nothing is unpickled."""
    import numpy as np

    return np.load(source, allow_pickle=False)


def about_of(archive: Any) -> About:
    """Returns what an open file of a data set says of it."""
    known = json.loads(str(archive["about"]))
    return About(**{**known, "classes": tuple(known["classes"])})


@lru_cache(maxsize=256)
def _about_file(path: Path, changed: int) -> About:
    with open_npz(path) as archive:
        return about_of(archive)
