"""The store: one SQLite file for everything small, and files for what is large.

    KD_HOME/lab.sqlite        runs, models, studies, who wants them (kd/store/database.py)
    KD_HOME/models/           networks, and what they say of the test images (kd/store/models.py)
    KD_HOME/snapshots/        models in the course of their training
    KD_HOME/logits/           teachers' logits of parts of the data
    KD_HOME/neighbours/       training pictures as a teacher sees them (kd/analysis/neighbours.py)
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
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from kd.base import files, owners
from kd.base.places import usual_home
from kd.base.unusable import Unusable
from kd.store.caches import FOLDERS, Caches
from kd.store.copies import COPIES_FOLDER
from kd.store.database import Database
from kd.store.models import Models
from kd.store.room import Room
from kd.store.runs import RunTable
from kd.store.shipped import Shipped
from kd.store.studies import StudyTable
from kd.text.endings import Ending
from kd.text.translation import _

_FOLDERS = ("models", "snapshots", COPIES_FOLDER, *FOLDERS)

_T = TypeVar("_T")


def default_home() -> Path:
    """KD_HOME, or the usual folder.

    Raises:
        ValueError: when KD_HOME is not a path.
    """
    return _resolved(os.environ.get("KD_HOME") or usual_home())


def _resolved(home: str | os.PathLike[str]) -> Path:
    try:
        if not os.fspath(home):
            raise ValueError(_("it is empty"))
        return Path(home).expanduser().resolve()
    # a loop of links, an unknown user's home, a NUL, no path at all
    except (OSError, RuntimeError, ValueError, TypeError) as error:
        raise _unusable_home(home, error) from None


class ModelLost(Unusable):
    """A model that a run needs is missing or damaged; its message is for people."""


class Store:
    """Runs, models, studies and caches of one home; several threads and processes may share it."""

    def __init__(self, home: str | os.PathLike[str] | None = None):
        """
        Args:
            home: the folder, where ~ is the user's; by default `default_home`.

        Raises:
            ValueError: when the home cannot be written, or another version has written it.
        """
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
        comes_along = Shipped()
        self.shipped = comes_along.folder
        self.runs = RunTable(self.home, self._database, comes_along)
        self.models = Models(self.home, self._database, self.room, comes_along)
        self.studies = StudyTable(self.home, self._database)
        self.caches = Caches(self.home, self._database, self.room)
        with contextlib.suppress(OSError):  # somebody else is writing: whoever looks at such a run does it
            self.runs.settle()

    @property
    def recovered(self) -> str:
        """What happened to a damaged database that was found when it was opened; empty for nothing."""
        return self._database.recovered

    def waiting(self, seconds: float | None = None) -> AbstractContextManager[None]:
        """Inside, this thread waits so long for other writers; by default as long as background work may."""
        return self._database.waiting(seconds)

    def backup(self) -> None:
        """Make a copy of the database to go back to, every few minutes at most."""
        self._database.backup()

    def keep_reserve(self) -> None:
        """Let the database have some room of its own, with which runs can be deleted on a full disk."""
        self._database.keep_reserve()

    def is_usable(self, run_id: str) -> bool:
        """Whether a run has a result, and all its models are intact."""
        if not self.runs.has(run_id):
            return False
        return all(map(self.models.is_intact, self.runs.models_of(run_id).values()))

    def of_each_model(self, run_id: str, read: Callable[[str], _T | None]) -> dict[str, _T]:
        """What `read` returns for the ids of a run's models, by 'teacher', 'distilled' and 'scratch'.

        Args:
            read: such as `models.file` or `models.logits`; returns None if the model is missing or damaged.

        Raises:
            ModelLost: when one of its models is missing or damaged. The run can be trained again then, with
                what is still there.
            ValueError: when there is no such run, or its files cannot be read now.
        """
        models = self.runs.models_of(run_id)
        if not models:
            raise Unusable(
                _("Run {run} was deleted or trained again in the meantime: try again.", run=run_id)
            )
        found = {}
        for name, model_id in models.items():
            try:
                value = read(model_id)
            except OSError as error:
                raise Unusable(
                    _("The files of run {run} cannot be read ({reason}).", run=run_id, reason=error.strerror)
                ) from None
            if value is None:
                raise ModelLost(Ending("model lost", {"run": run_id, "model": model_id}))
            found[name] = value
        return found

    def close(self) -> None:
        """Close what this thread and all threads together have open; it opens again when it is used."""
        self._database.close()

    def _spare_caches(self) -> None:
        for name in FOLDERS:
            for path in files.entries(self.home / name):
                path.unlink(missing_ok=True)


def _unusable_home(home: object, error: Exception) -> Unusable:
    values = {
        "folder": _shortened(home),
        "reason": getattr(error, "strerror", None) or str(error).rstrip("."),
    }
    if isinstance(error, OSError):
        return Unusable(_("KD_HOME {folder} cannot be written ({reason}): choose another folder.", **values))
    return Unusable(_("KD_HOME {folder} cannot be used ({reason}): choose another folder.", **values))


def _shortened(home: object) -> str:
    text = str(home)
    return text if len(text) <= 200 else f"{text[:150]}…{text[-40:]}"
