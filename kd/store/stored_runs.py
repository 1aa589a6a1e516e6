"""Reading stored runs: intact ones, damaged ones that are set aside, ones that have just been moved."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from kd import files
from kd.config import SHIPPED_TEACHERS
from kd.files import Damaged
from kd.store.index.rows import DELETED, FromFolder
from kd.store.stored import ID
from kd.store.stored_models import StoredModels
from kd.text.endings import Ending
from kd.text.translation import _
from kd.unusable import Unusable

log = logging.getLogger("kd")

_T = TypeVar("_T")


class DamagedRun(Unusable):
    """A stored run is damaged; its message is for people."""


class ModelLost(Damaged):
    """A model that a run needs is missing or damaged."""

    def __init__(self, model_id: str) -> None:
        super().__init__(f"its model {model_id} is missing")
        self.model_id = model_id


class StoredRuns(StoredModels):
    """The records of runs, including those that come with the project."""

    def __init__(self) -> None:
        super().__init__()
        self._models_of: dict[str, tuple[tuple[int, int], dict[str, str]]] = {}

    def has_run(self, run_id: str) -> bool:
        """Whether there is a record of this run."""
        return self._folder("runs", run_id) is not None

    def is_shipped(self, run_id: str) -> bool:
        """Whether this result comes with the project."""
        folder = self._folder("runs", run_id)
        return folder is not None and self._is_shipped(folder)

    def shipped_runs(self) -> list[str]:
        """The runs that come with the project."""
        found = sorted(path.parent for path in (self.shipped / "runs").glob("*/record.json"))
        return [path.name for path in found if path not in self._ignored]

    def state_of(self, run_id: str) -> tuple[int, int] | None:
        """Changes whenever another result of this run is stored; None if there is none."""
        return self._state("runs", run_id)

    def record(self, run_id: str) -> dict[str, Any] | None:
        """A finished run's record: config, created, models, result, software; None if there is none.

        A run that could not be brought over from an earlier version has no models, and has its history.

        Raises:
            DamagedRun: when it differs from what was stored; the run is set aside then.
        """
        return self._look(run_id, self._run_record)

    def models_of(self, run_id: str) -> dict[str, str]:
        """The ids of a run's models by 'teacher', 'distilled' and 'scratch'; empty if there is no such run.

        Raises:
            DamagedRun: as `record`.
        """
        state = self.state_of(run_id)
        known = self._models_of.get(run_id)
        if state is None or known is None or known[0] != state:
            record = self.record(run_id)
            if state is None or record is None:
                self._models_of.pop(run_id, None)
                return {}
            known = self._models_of[run_id] = state, record.get("models", {})
        return dict(known[1])

    def is_usable(self, run_id: str) -> bool:
        """Whether a run is stored with each of its models; otherwise it is set aside, but no intact model."""
        try:
            for model_id in self.models_of(run_id).values():
                self.model(model_id)  # a damaged one is set aside now
            return bool(self._look(run_id, self._is_whole))
        except DamagedRun:
            return False

    def of_each_model(self, run_id: str, read: Callable[[str], _T | None]) -> dict[str, _T]:
        """What `read` returns for the ids of a run's models, by 'teacher', 'distilled' and 'scratch'.

        Args:
            read: such as `model` or `model_logits`; returns None if the model is missing or damaged.

        Raises:
            ValueError: when there is no such run, or its files cannot be read now.
            DamagedRun: when one of its models is missing or damaged. The run is set aside then, so that it is
                computed again with what is still there.
        """
        for _attempt in range(2):
            try:
                found = {name: read(model_id) for name, model_id in self.models_of(run_id).items()}
            except OSError as error:
                raise _unreadable(run_id, error) from None
            there = {name: value for name, value in found.items() if value is not None}
            if found and len(there) == len(found):
                return there
            if not self._look(run_id, self._is_whole):
                break
        if found:
            raise Unusable(_("The files of run {run} are being moved: try again in a moment.", run=run_id))
        if not self.has_run(run_id):
            raise Unusable(
                _("Run {run} was deleted or trained again in the meantime: try again.", run=run_id)
            )
        raise Unusable(
            _(
                "Run {run} is still stored as an earlier version of KD Lab left it: "
                "make room on the disk, then restart KD Lab.",
                run=run_id,
            )
        )

    def _is_own(self, run_id: str) -> bool:
        return self.has_run(run_id) and not self.is_shipped(run_id)

    def _run_record(self, folder: Path) -> dict[str, Any]:
        self._check(folder / "record.json")
        return read_record(folder)

    def _is_whole(self, folder: Path) -> bool:
        """Whether the record names models.

        Raises:
            ModelLost: when one of them is missing or incomplete.
        """
        models = self._run_record(folder).get("models", {})
        for model_id in models.values():
            place = self._folder("models", model_id)
            if model_id in SHIPPED_TEACHERS or (place is not None and self._is_shipped(place)):
                continue
            if place is None or not files.is_complete(place):
                raise ModelLost(model_id)
        return bool(models)

    def _from_folders(self) -> Iterator[FromFolder]:
        """The complete runs; called while nobody else can move them. Damaged ones are set aside."""
        for parent in ("runs", "trash"):
            for path in files.entries(self.home / parent):
                run = self._from_folder(path.name)
                if run is not None:
                    yield run

    def _from_folder(self, run_id: str) -> FromFolder | None:
        if not ID.fullmatch(run_id):
            return None
        for parent, status in (("runs", "finished"), ("trash", f"{DELETED}finished")):
            folder = self.home / parent / run_id
            try:
                if not os.path.isfile(folder / "record.json"):
                    continue
                files.check(folder / "record.json")
                record = read_record(folder)
                return FromFolder(run_id, record["config"], float(record["created"]), status)
            except (Damaged, FileNotFoundError, ValueError, TypeError) as error:
                with ExitStack() as undo:
                    self._set_aside(folder, error, undo)
                    undo.pop_all()
            except OSError as error:
                log.warning("run %s cannot be read (%s)", run_id, error)
        return None

    def _look(self, run_id: str, read: Callable[[Path], _T]) -> _T | None:
        """What `read` finds in a run's folder, or None if there is none.

        Raises:
            ValueError: when its files cannot be read now.
            DamagedRun: when something is damaged or missing; the run is set aside then.
        """
        folder = self._folder("runs", run_id)
        if folder is None:
            return None
        try:
            return read(folder)
        except (Damaged, FileNotFoundError) as error:
            if self._is_shipped(folder):
                self._ignored.add(folder)
                log.warning("run %s is damaged (%s): it is no longer shown", run_id, files.said(error))
                raise DamagedRun(
                    _(
                        "The files of run {run} are damaged, so it is no longer shown: train it again.",
                        run=run_id,
                    )
                ) from None
        except OSError as error:
            raise _unreadable(run_id, error) from None
        # Somebody may be moving the folder: look again while nobody can.
        return self._look_again(run_id, read)

    def _look_again(self, run_id: str, read: Callable[[Path], _T]) -> _T | None:
        folder, damage = self.home / "runs" / run_id, None

        def look(undo: ExitStack) -> tuple[_T | None, str]:
            nonlocal damage
            if not self._is_own(run_id):
                return None, ""
            try:
                return read(folder), ""
            except (Damaged, FileNotFoundError) as error:
                ending = self._set_aside(folder, error, undo)
                damage = DamagedRun(ending)
                return None, ending.stored()

        found = self.index.look_again(run_id, look)
        if damage is not None:
            raise damage
        return found

    def _set_aside(self, folder: Path, error: Exception, undo: ExitStack) -> Ending:
        """Move a damaged run's folder away; returns what to say about the run."""
        run_id, aside = folder.name, self._aside(folder.name)
        files.move(folder, aside, undo)
        log.warning("run %s is damaged (%s): it was set aside", run_id, files.said(error))
        if isinstance(error, ModelLost):
            return Ending("model lost", {"run": run_id, "model": error.model_id})
        return Ending("damaged", {"run": run_id, "folder": aside.relative_to(self.home).as_posix()})


def read_record(folder: Path) -> dict[str, Any]:
    """A run's record, of this version or of earlier ones.

    Raises:
        Damaged: when it is not one.
    """
    try:
        record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        if {"config", "result", "created"} <= record.keys() and {"models", "history"} & record.keys():
            return record
    except (ValueError, AttributeError) as error:
        raise Damaged(f"record.json cannot be read ({error})") from None
    raise Damaged("record.json lacks a part")


def _unreadable(run_id: str, error: OSError) -> Unusable:
    return Unusable(_("The files of run {run} cannot be read ({reason}).", run=run_id, reason=error.strerror))
