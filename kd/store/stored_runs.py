"""Reading stored runs: intact ones, damaged ones that are set aside, ones that have just been moved."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from kd import files
from kd.files import Damaged
from kd.store.index_rows import DELETED, FromFolder
from kd.store.stored import Stored
from kd.text.endings import Ending
from kd.text.translation import _
from kd.unusable import Unusable

log = logging.getLogger("kd")

RUN_ID = re.compile("[0-9a-f]{12}")

_T = TypeVar("_T")


class DamagedRun(Unusable):
    """A stored run is damaged; its message is for people."""


class StoredRuns(Stored):
    """The folders of runs, including those that come with the project."""

    def has_run(self, run_id: str) -> bool:
        """Whether there is a complete result of this run."""
        return self._run_folder(run_id) is not None

    def is_shipped(self, run_id: str) -> bool:
        """Whether this result comes with the project."""
        return self._run_folder(run_id) == self.shipped / run_id

    def shipped_runs(self) -> list[str]:
        """The runs that come with the project."""
        found = sorted(path.parent for path in self.shipped.glob("*/record.json"))
        return [path.name for path in found if path not in self._ignored]

    def state_of(self, run_id: str) -> tuple[int, int] | None:
        """Changes whenever another result of this run is stored; None if there is none."""
        if RUN_ID.fullmatch(run_id):
            for parent in (self.home / "runs", self.shipped):
                with contextlib.suppress(OSError):
                    status = os.stat(os.path.join(parent, run_id, "record.json"))
                    if parent / run_id not in self._ignored:
                        return status.st_mtime_ns, status.st_size
        return None

    def record(self, run_id: str) -> dict[str, Any] | None:
        """A finished run's record: config, result, history; None if there is none.

        Raises:
            DamagedRun: when it differs from what was stored; the run is set aside then.
        """

        def read(folder: Path) -> dict[str, Any]:
            self._check(folder / "record.json")
            return _record(folder)

        return self._look(run_id, read)

    def file(self, run_id: str, name: str) -> Path:
        """The path of one of a finished run's files, which is known to be intact.

        Raises:
            ValueError: when there is no such run or file.
            DamagedRun: when the file differs from what was stored; the run is set aside then.
        """

        def read(folder: Path) -> Path:
            self._check(folder / name)
            return folder / name

        path = self._look(run_id, read, name)
        if path is None:
            raise Unusable(_("Run {run} has no {file}: train it again.", run=run_id, file=name))
        return path

    def is_usable(self, run_id: str, teacher_id: str | None) -> bool:
        """Whether a stored run has all its files and its teacher; an incomplete one is set aside.

        Args:
            teacher_id: a fresh teacher's; None for one that comes with the project.
        """

        def read(folder: Path) -> bool:
            if folder.parent != self.shipped:
                files.check_complete(folder)
            if not taught:
                raise Damaged("its teacher is no longer stored")
            return True

        taught = teacher_id is None or self.teacher(teacher_id) is not None
        try:
            return self._look(run_id, read) is not None
        except DamagedRun:
            return False

    def _run_folder(self, run_id: str) -> Path | None:
        # ids also come from URLs, and only what looks like one of ours may become a path
        if not RUN_ID.fullmatch(run_id):
            return None
        for parent in (self.home / "runs", self.shipped):
            if os.path.isfile(parent / run_id / "record.json") and parent / run_id not in self._ignored:
                return parent / run_id
        return None

    def _is_own(self, run_id: str) -> bool:
        folder = self._run_folder(run_id)
        return folder is not None and folder.parent != self.shipped

    def _from_folders(self) -> Iterator[FromFolder]:
        """The complete runs; called while nobody else can move them. Damaged ones are set aside."""
        for parent in ("runs", "trash"):
            for path in files.entries(self.home / parent):
                run = self._from_folder(path.name)
                if run is not None:
                    yield run

    def _from_folder(self, run_id: str) -> FromFolder | None:
        if not RUN_ID.fullmatch(run_id):
            return None
        for parent, status in (("runs", "finished"), ("trash", f"{DELETED}finished")):
            folder = self.home / parent / run_id
            try:
                if not os.path.isfile(folder / "record.json"):
                    continue
                files.check(folder / "record.json")
                record = _record(folder)
                return FromFolder(run_id, record["config"], float(record["created"]), status)
            except (Damaged, FileNotFoundError, ValueError, TypeError) as error:
                log.warning("run %s is damaged (%s): it was set aside", run_id, files.said(error))
                with ExitStack() as undo:
                    files.move(folder, self._aside(run_id), undo)
                    undo.pop_all()
            except OSError as error:
                log.warning("run %s cannot be read (%s)", run_id, error)
        return None

    def _look(self, run_id: str, read: Callable[[Path], _T], name: str = "record.json") -> _T | None:
        """What `read` finds in a run's folder, or None if there is none.

        Raises:
            ValueError: when a file of this name was never stored.
            DamagedRun: when something is damaged or missing; the run is set aside then.
        """
        folder = self._run_folder(run_id)
        if folder is None:
            return None
        try:
            return read(folder)
        except (Damaged, FileNotFoundError) as error:
            if folder.parent == self.shipped:
                self._ignored.add(folder)
                log.warning("run %s is damaged (%s): it is no longer shown", run_id, files.said(error))
                raise DamagedRun(
                    _(
                        "The files of run {run} are damaged, so it is no longer shown: train it again.",
                        run=run_id,
                    )
                ) from None
        except OSError as error:
            raise Unusable(
                _("The files of run {run} cannot be read ({reason}).", run=run_id, reason=error.strerror)
            ) from None
        # Somebody may be moving the folder: look again while nobody can.
        return self._look_again(run_id, read, name)

    def _look_again(self, run_id: str, read: Callable[[Path], _T], name: str) -> _T | None:
        folder, damage = self.home / "runs" / run_id, None

        def look(undo: ExitStack) -> tuple[_T | None, str]:
            nonlocal damage
            if not self._is_own(run_id):
                return None, ""
            try:
                return read(folder), ""
            except (Damaged, FileNotFoundError) as error:
                if isinstance(error, FileNotFoundError) and not files.lists(folder, name):
                    raise Unusable(
                        _(
                            "Run {run} was stored without {file}: delete it on the Runs page, "
                            "then train it again.",
                            run=run_id,
                            file=name,
                        )
                    ) from None
                aside = self._aside(run_id)
                files.move(folder, aside, undo)
                place = aside.relative_to(self.home).as_posix()
                ending = Ending("damaged", {"run": run_id, "folder": place})
                damage = DamagedRun(ending)
                log.warning("run %s is damaged (%s): it was set aside", run_id, files.said(error))
                return None, ending.stored()

        found = self.index.look_again(run_id, look)
        if damage is not None:
            raise damage
        return found


def _record(folder: Path) -> dict[str, Any]:
    """A run's record.

    Raises:
        Damaged: when it is not one.
    """
    try:
        record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        if {"config", "result", "history", "created"} <= record.keys():
            return record
    except (ValueError, AttributeError) as error:
        raise Damaged(f"record.json cannot be read ({error})") from None
    raise Damaged("record.json lacks a part")
