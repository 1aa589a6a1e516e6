"""The store: one SQLite file for everything small, and files for what is large.

    KD_HOME/lab.sqlite        runs, models, studies, classes, who wants them (kd/store/database.py)
    KD_HOME/models/           networks, and what they say of the test images (kd/store/models.py)
    KD_HOME/snapshots/        models in the course of their training
    KD_HOME/logits/           teachers' logits of parts of the data
    KD_HOME/neighbours/       training pictures as a teacher sees them (kd/analysis/neighbours.py)
    KD_HOME/drawings/         what classes have drawn and kept (kd/store/drawings.py)
    KD_HOME/data/             pictures that people have added (kd/store/data_sets.py)
    KD_HOME/copies/           of lab.sqlite: a damaged one is replaced by the last good copy
    KD_HOME/owners/           a lock for each living process (kd/base/owners.py)

What changes together changes in one transaction. A file has the name of what decided it. It is written under
another name, flushed to the disk, renamed, and there before the row that needs it; so it is complete or
absent, and nothing half-written is ever seen. To delete a run is to mark its row; files that no row needs go
when room is needed (kd/store/upkeep.py). What comes with the project is read from data/
(kd/store/shipped.py).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kd.base import files, owners
from kd.base.places import usual_home
from kd.base.unusable import Unusable
from kd.store.classes import ClassTable
from kd.store.copies import COPIES_FOLDER
from kd.store.data_sets import DATA_FOLDER, DataFiles
from kd.store.database import Database, Room
from kd.store.drawings import DrawingSets
from kd.store.models import Models, read_arrays
from kd.store.runs import RunTable
from kd.store.studies import StudyTable
from kd.text.endings import Ending
from kd.text.reasons import reason_of
from kd.text.translation import _

if TYPE_CHECKING:
    import numpy as np

CACHES = ("logits", "neighbours")
"""The folders of files that are made again where they are missing."""

_FOLDERS = ("models", "snapshots", DATA_FOLDER, COPIES_FOLDER, *CACHES)

_T = TypeVar("_T")


class ModelLost(Unusable):
    """A model that a run needs is missing or damaged; its message is for people."""


class Store:
    """Runs, models, studies and caches of one home; several threads and processes may share it."""

    def __init__(self, home: str | os.PathLike[str] | None = None):
        """Opens a home, by default `default_home`; raises ValueError when it cannot be written."""
        self.home = default_home() if home is None else _resolved(home)
        self.room = Room()
        self.room.spare = [self._spare_caches]
        try:
            for name in _FOLDERS:
                (self.home / name).mkdir(parents=True, exist_ok=True)
            owners.hold(self.home)
            owners.sweep(self.home)
            for name in _FOLDERS:
                files.clear_partials(self.home / name, self.home)
            self._database = Database(self.home, self.room)
        except Unusable:
            raise
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, too long a path, a NUL
            raise _unusable_home(self.home, error) from None
        self.runs = RunTable(self.home, self._database)
        self.models = Models(self.home, self._database, self.room)
        self.studies = StudyTable(self.home, self._database)
        self.classes = ClassTable(self._database)
        self.data = DataFiles(self.home, self._database, self.room)
        self.drawings = DrawingSets(self.home, self.room)
        self.caches = Caches(self.home, self._database, self.room)
        self.waiting = self._database.waiting
        self.backup, self.keep_reserve = self._database.backup, self._database.keep_reserve
        with contextlib.suppress(OSError):  # another process is writing: the next look at such a run does it
            self.runs.settle()

    @property
    def recovered(self) -> str:
        """What happened to a damaged database that was found when it was opened; empty for nothing."""
        return self._database.recovered

    def check_writable(self) -> None:
        """Raises ValueError when nothing can be written into the home now: writes a byte, and removes it."""
        probe = files.unfinished(self.home / "models" / "probe")
        try:
            probe.parent.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"\n")
            probe.unlink()
        except OSError as error:
            raise _unusable_home(self.home, error) from None

    def is_usable(self, run_id: str) -> bool:
        """Returns whether a run has a result, and all its models are intact."""
        if not self.runs.has(run_id):
            return False
        return all(map(self.models.is_intact, self.runs.models_of(run_id).values()))

    def of_each_model(self, run_id: str, read: Callable[[str], _T | None]) -> dict[str, _T]:
        """Returns what `read`, such as `models.file`, gives for each of a run's models, by name.

        Raises ModelLost when `read` returns None; ValueError when there is no such run, or it cannot be read.
        """
        models = self.runs.models_of(run_id)
        if not models:
            raise gone_meanwhile(run_id)
        found = {}
        for name, model_id in models.items():
            try:
                value = read(model_id)
            except OSError as error:
                raise Unusable(
                    "The files of run {run} cannot be read ({reason}).", run=run_id, reason=reason_of(error)
                ) from None
            if value is None:
                raise ModelLost(Ending("model lost", {"run": run_id, "model": model_id}))
            found[name] = value
        return found

    def _spare_caches(self) -> None:
        for name in CACHES:
            for path in files.entries(self.home / name):
                path.unlink(missing_ok=True)


class Caches:
    """What makes work quicker, and is made again where it is missing or damaged."""

    def __init__(self, home: Path, database: Database, room: Room):
        self._home, self._database, self._room = home, database, room

    def logits(self, key: str) -> dict[str, np.ndarray] | None:
        """Returns stored arrays of a teacher by their key; None if missing or damaged."""
        return read_arrays(self._path(key), True, f"the cached logits {key}")

    def save_logits(self, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Stores a teacher's arrays under a key."""
        content = files.npz_bytes(arrays)
        self._room.do(lambda: files.write_sealed(self._path(key), content))

    def precisions(self) -> dict[str, str]:
        """Returns the precision in which teachers train (kd/training/precision.py), by processor."""
        return dict(self._database.read("SELECT processor, measured FROM precisions"))

    def save_precisions(self, precisions: Mapping[str, str]) -> None:
        """Stores the measurements."""
        statement, rows = "INSERT OR REPLACE INTO precisions VALUES (?, ?)", list(precisions.items())
        self._database.write(methodcaller("executemany", statement, rows))

    def _path(self, key: str) -> Path:
        return self._home / "logits" / f"{key}.npz"


def default_home() -> Path:
    """Returns KD_HOME, or the usual folder; raises ValueError when KD_HOME is not a path."""
    return _resolved(os.environ.get("KD_HOME") or usual_home())


def gone_meanwhile(run_id: str) -> Unusable:
    """Returns the error for a run that was there a moment ago."""
    return Unusable("Run {run} was deleted or trained again in the meantime: try again.", run=run_id)


def _resolved(home: str | os.PathLike[str]) -> Path:
    try:
        if not os.fspath(home):
            raise ValueError(_("it is empty"))
        return Path(home).expanduser().resolve()
    # a loop of links, an unknown user's home, a NUL, no path at all
    except (OSError, RuntimeError, ValueError, TypeError) as error:
        raise _unusable_home(home, error) from None


def _unusable_home(home: object, error: Exception) -> Unusable:
    folder = str(home)
    folder = folder if len(folder) <= 200 else f"{folder[:150]}…{folder[-40:]}"
    values = {"folder": folder, "reason": reason_of(error)}
    if isinstance(error, OSError):
        return Unusable("KD_HOME {folder} cannot be written ({reason}): choose another folder.", **values)
    return Unusable("KD_HOME {folder} cannot be used ({reason}): choose another folder.", **values)
