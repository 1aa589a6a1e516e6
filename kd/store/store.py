"""The store: an index, each model once, and a small record per run. Nothing half-written is ever seen.

    KD_HOME/index.sqlite      requested runs, their states and their events (kd/store/index/)
    KD_HOME/notes.json        what people wrote about runs, as in the index (kd/store/index/notes_file.py)
    KD_HOME/runs/ID/          record.json: config, created, the ids of its models, result, software
    KD_HOME/models/ID/        record.json with the history, model.keras, logits.npz of the test images
    KD_HOME/snapshots/ID.npz  a model in the course of its training (kd/training/snapshots.py)
    KD_HOME/logits/           teachers' logits of parts of the data
    KD_HOME/measures/         what was measured of runs besides their accuracies
    KD_HOME/neighbours/       training pictures as a teacher sees them (kd/analysis/neighbours.py)
    KD_HOME/precision.json    the precision in which teachers train, by processor (kd/training/precision.py)
    KD_HOME/trash/ID/         deleted runs, until they are restored or their space is needed
    KD_HOME/aside/            damaged files
    KD_HOME/owners/           a lock for each living process (kd/owners.py)
    KD_HOME/reserve           space for the index on a full disk (kd/store/room.py)

A model is kept as long as a run needs it: one that is finished, active, or deleted and not yet gone. Each
folder of a run or a model also has a SHA256SUMS. It is written under another name and then renamed, so it is
complete or absent (kd/files.py). It is renamed under the index's write lock, so that no two threads or
processes move the same one. What comes with the project is read from data/runs, data/models and
data/snapshots, where it has the same form. What earlier versions stored is brought over when a store is
opened (kd/store/older_layout.py).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kd import files, owners
from kd.files import json_bytes
from kd.places import DATA, usual_home
from kd.store.index.index import ACTIVE, INTERRUPTED, FromFolder, Index
from kd.store.index.rows import DELETED, Row
from kd.store.older_layout import OlderLayout
from kd.store.room import Room
from kd.store.stored import ID
from kd.store.stored_runs import DamagedRun
from kd.text.translation import _
from kd.unusable import Unusable

__all__ = ["ACTIVE", "DamagedRun", "Store", "default_home"]

SHIPPED = DATA

_FOLDERS = ("runs", "models", "snapshots", "logits", "measures", "neighbours", "trash", "aside")
_GONE = "files gone"


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


class Store(OlderLayout):
    """Models, finished runs and runs in progress; several threads and processes may share one home."""

    def __init__(self, home: str | os.PathLike[str] | None = None):
        """
        Args:
            home: the folder, where ~ is the user's; by default `default_home`.

        Raises:
            ValueError: when the home cannot be written, or a newer version has written it.
        """
        super().__init__()
        self.home = default_home() if home is None else _resolved(home)
        self.room = Room(self.home)
        try:
            for name in _FOLDERS:
                (self.home / name).mkdir(parents=True, exist_ok=True)
            owners.hold(self.home)
            owners.sweep(self.home)
            for folder in (self.home, *(self.home / name for name in _FOLDERS)):
                files.clear_partials(folder, self.home)
            self.room.keep_reserve()
            self.index = Index(self.home / "index.sqlite", self._from_folders, self._from_folder, self.room)
            with contextlib.suppress(OSError):  # the next time, then
                self.index.keep_notes()
            self.bring_over()
            self.reconcile()
        except Unusable:
            raise
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, too long a path, a NUL
            raise _unusable_home(self.home, error) from None

    @property
    def shipped(self) -> Path:
        """The folder of what comes with the project."""
        return SHIPPED

    def row(self, run_id: str) -> Row | None:
        """What the index knows about a run: config, status, message, created, used, pinned, asked."""
        return self.index.row(run_id)

    def reconcile(self) -> None:
        """Bring the index in line with the folders, in case a crash came between the two."""
        found = {path.name for path in files.entries(self.home / "runs") if self._is_own(path.name)}
        if found - self.index.ids():
            self.index.take_in()
        self.index.settle(self._verdict)
        self.index.forget_abandoned()

    def rebuild(self) -> int:
        """Rebuild the index from the folders; returns how many runs it lists."""
        self.index.rebuild()
        self.reconcile()
        return len(self.index.rows())

    def save_run(self, run_id: str, record: dict[str, Any]) -> None:
        """Store the record of a run whose models are stored, and mark it finished.

        Raises:
            OSError: when it cannot be stored; what was stored earlier is untouched.
        """
        place = self.home / "runs" / run_id

        def save() -> None:
            with files.written(place, {"record.json": json_bytes(record)}) as partial:
                run = FromFolder(run_id, record["config"], record["created"])
                self.index.finish(run, lambda undo: self._put(partial, place, undo))

        with self.index.waiting():
            self.room.do(save)

    def delete_run(self, run_id: str, when: float | None = None) -> None:
        """Take a run off the list; `restore_run` brings it back until its space is needed.

        Args:
            when: Unix time; the same for runs that are deleted together. By default now.

        Raises:
            ValueError: when the run comes with the project, is being computed, or is already deleted.
        """
        if self.index.row(run_id) is None:
            if self._drop_unreadable(run_id):
                return
            self.index.check()  # if it is damaged, the list may show what cannot be found
        older = None

        def move(undo: ExitStack) -> None:
            nonlocal older
            older = self._to_trash(run_id, undo)

        self.index.delete(run_id, move, when)
        files.remove(older)

    def restore_run(self, run_id: str) -> bool:
        """Bring a deleted run back; False if it is gone for good."""
        if not ID.fullmatch(run_id):
            return False
        trash, place = self.home / "trash" / run_id, self.home / "runs" / run_id

        def move(undo: ExitStack) -> bool:
            if os.path.lexists(trash) and not os.path.lexists(place):
                files.move(trash, place, undo)
            return self.has_run(run_id)

        return self.index.restore(run_id, move)

    def remove_run(self, run_id: str, may: Callable[[Row | None], bool] = lambda row: True) -> bool:
        """Remove a run for good, deleted before or not, if it `may` go; those of the project are kept."""
        older = None

        def move(undo: ExitStack) -> None:
            nonlocal older
            if ID.fullmatch(run_id):
                older = self._to_trash(run_id, undo)

        gone = self.index.forget(run_id, may, move)
        files.remove(older)
        return gone and self.empty_trash(run_id)

    def empty_trash(self, run_id: str) -> bool:
        """Remove from the trash a run that can no longer be brought back; returns whether that was so."""
        away = None

        def move(undo: ExitStack) -> None:
            nonlocal away
            away = files.move_out_of_the_way(self.home / "trash" / run_id, undo)

        emptied = self.index.unless_deleted(run_id, move) if ID.fullmatch(run_id) else True
        files.remove(away)
        return emptied

    def _verdict(self, run_id: str, status: str, gone: bool) -> tuple[str, str] | None:
        """The status and message that a run should have; gone: its process has ended."""
        if self._is_own(run_id) and status != "finished":
            return ("finished", "") if status not in ACTIVE or gone else None
        if gone:
            return ("finished", "") if self.has_run(run_id) else ("interrupted", INTERRUPTED)
        if status == "finished" and not self.has_run(run_id):
            in_trash = (self.home / "trash" / run_id / "record.json").is_file()
            return (f"{DELETED}finished", "") if in_trash else ("failed", _GONE)
        return None

    def _to_trash(self, run_id: str, undo: ExitStack) -> Path | None:
        """Move a run's folder to the trash; returns where an older one is now, to be removed afterwards."""
        folder, place = self.home / "runs" / run_id, self.home / "trash" / run_id
        if not ID.fullmatch(run_id) or not os.path.lexists(folder):
            return None  # it has no files, or only those in the trash
        older = files.move_out_of_the_way(place, undo)
        files.move(folder, place, undo)
        return older

    def _drop_unreadable(self, run_id: str) -> bool:
        """Forget an unreadable row and set its files aside; returns whether there was one."""

        def move(undo: ExitStack) -> None:
            if self._is_own(run_id):
                files.move(self.home / "runs" / run_id, self._aside(run_id), undo)

        if not self.index.drop_unreadable(run_id):
            return False
        self.index.exclusively(move)
        return True


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
