"""A store of earlier versions, in which each run had models of its own, is brought over to today's layout.

    KD_HOME/runs/ID/      record.json with the histories, distilled.keras, scratch.keras, logits.npz of the
                          three models, snapshots-distilled.npz, snapshots-scratch.npz
    KD_HOME/teachers/ID/  record.json, teacher.keras
    KD_HOME/trash/ID/     as runs/ID

Of each run the models come first, then its record changes, then what is no longer needed goes. Each step is
complete or absent, so a process that is killed leaves every run whole, and the next one goes on from there.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import zipfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kd import files
from kd.config import RunConfig
from kd.files import Damaged, json_bytes, npz_arrays
from kd.store.stored import ID
from kd.store.stored_caches import StoredCaches
from kd.store.stored_models import model_files
from kd.store.stored_runs import StoredRuns, read_record

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("kd")

_STUDENTS = ("distilled", "scratch")
_SNAPSHOTS = {name: f"snapshots-{name}.npz" for name in _STUDENTS}
_FILES = ("distilled.keras", "scratch.keras", "logits.npz")
_LEFT = frozenset((*_FILES, *_SNAPSHOTS.values()))
_KEPT = ("parameters", "seconds", "evaluation_seconds", "test_accuracy", "bytes")


class OlderLayout(StoredRuns, StoredCaches):
    """Finds what is still in the older layout, and brings it over."""

    def bring_over(self) -> None:
        """Bring everything over; quick where there is nothing to do.

        What cannot be brought over now, because the disk is full or another program has locked the index,
        stays as it is until the next time.
        """
        files.clear_partials(self.home / "teachers", self.home)
        folders = [
            folder
            for parent in ("runs", "trash")
            for folder in files.entries(self.home / parent)
            if ID.fullmatch(folder.name) and _is_left(folder)
        ]
        teachers = files.entries(self.home / "teachers")
        brought = 0
        try:
            with self.index.waiting():
                for folder in folders:
                    brought += self._bring_run(folder)
                for folder in teachers:
                    self.index.exclusively(partial(self._bring_lone_teacher, folder))
        except (OSError, ValueError) as error:
            log.warning("some runs of an earlier version could not be brought over yet: %s", error)
        else:
            with contextlib.suppress(OSError):
                (self.home / "teachers").rmdir()
        if brought:
            log.info("runs of an earlier version brought over: %d", brought)

    def _bring_run(self, folder: Path) -> bool:
        """Bring one run over while nobody else can; returns whether there was anything to do.

        A damaged run is set aside. One that another version stored, and this one cannot read, is left alone.
        """

        def bring(undo: ExitStack) -> tuple[bool, str]:
            if not _is_left(folder):
                return False, ""  # another process was here first
            try:
                return self._convert(folder), ""
            except (Damaged, FileNotFoundError) as error:
                return False, self._set_aside(folder, error, undo).stored()
            except (LookupError, TypeError, AttributeError, ValueError, zipfile.BadZipFile) as error:
                log.warning("run %s is left as an earlier version stored it (%s)", folder.name, error)
                return False, ""

        if folder.parent.name == "trash":  # its row says that it can be restored, if it can
            return self.index.exclusively(lambda undo: bring(undo)[0])
        return self.index.look_again(folder.name, bring)

    def _convert(self, folder: Path) -> bool:
        files.check(folder / "record.json")
        record = read_record(folder)
        if "models" not in record:
            config = _config_of(folder.name, record)
            if config is None:
                return False
            for name in _FILES:
                files.check(folder / name)
            logits = npz_arrays((folder / "logits.npz").read_bytes())
            self._bring_teacher(self.home / "teachers" / config.teacher_id, config, logits["teacher"], record)
            for name in _STUDENTS:
                self._bring_student(folder, name, config, logits[name], record)
            record = {
                "config": record["config"],
                "created": record["created"],
                "models": config.model_ids,
                "result": record["result"],
                "software": record.get("software", {}),
            }
        files.replace(folder, "record.json", json_bytes(record))
        return True

    def _bring_student(
        self, folder: Path, name: str, config: RunConfig, logits: np.ndarray, record: dict[str, Any]
    ) -> None:
        model_id, result = config.model_ids[name], record["result"][name]
        history = [event for event in record["history"] if event["model"] == name]
        if not files.is_complete(self.home / "models" / model_id):
            known = {key: result[key] for key in _KEPT if key in result}
            made = _described(config, name, record["created"], record.get("software", {}))
            self._put_model({**made, **known, "history": history}, folder / f"{name}.keras", logits)
        snapshots = folder / _SNAPSHOTS[name]
        if self.has_snapshots(model_id) or not files.lists(folder, snapshots.name):
            return
        try:
            files.check(snapshots)
        except (Damaged, FileNotFoundError) as error:  # they can be made again
            log.warning("the snapshots of model %s are left out (%s)", model_id, files.said(error))
            return
        files.write_sealed(
            self.home / "snapshots" / f"{model_id}.npz", _with_accuracies(snapshots.read_bytes(), history)
        )

    def _bring_teacher(
        self, folder: Path, config: RunConfig, logits: np.ndarray, run: dict[str, Any]
    ) -> None:
        """Bring over a fresh teacher, if it is there and intact."""
        if config.teacher != "fresh" or not os.path.lexists(folder):
            return
        if not files.is_complete(self.home / "models" / folder.name):
            try:
                for name in ("record.json", "teacher.keras"):
                    files.check(folder / name)
                record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
            except (Damaged, FileNotFoundError, ValueError) as error:
                log.warning("teacher %s is damaged (%s): it was set aside", folder.name, files.said(error))
                _move(folder, self._aside(folder.name))
                return
            made = _described(config, "teacher", files.age(folder), run.get("software", {}))
            self._put_model({**made, **record}, folder / "teacher.keras", logits)
        files.remove(folder)

    def _bring_lone_teacher(self, folder: Path, _undo: ExitStack) -> None:
        """Bring over a teacher that no run has needed, if what it says of the test images is known."""
        if not os.path.lexists(folder):
            return
        config = logits = None
        try:
            record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
            identity = {name: value for name, value in record["identity"].items() if name != "recipe"}
            config = RunConfig.from_record(identity)
            digest = files.digest((folder / "teacher.keras").read_bytes())[:16]
            logits = next(filter(None, map(self.logits, self._keys_of_logits(digest))), None)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            logits = None
        if config is None or logits is None or config.teacher_id != folder.name:
            if not files.is_complete(self.home / "models" / folder.name):
                log.warning("teacher %s was set aside: nothing is known of its answers", folder.name)
            _move(folder, self._aside(folder.name))
        else:
            self._bring_teacher(folder, config, logits["test"], {})

    def _keys_of_logits(self, digest: str) -> list[str]:
        return [path.stem for path in (self.home / "logits").glob(f"{digest}-*.npz")]

    def _put_model(self, record: dict[str, Any], keras_file: Path, logits: np.ndarray) -> None:
        """Put a model in place; there it stays, whatever comes of the run."""
        place = self.home / "models" / record["model"]
        contents = model_files(record, keras_file.read_bytes(), logits)
        with files.written(place, contents) as partial, ExitStack() as undo:
            self._put(partial, place, undo)
            undo.pop_all()


def _is_left(folder: Path) -> bool:
    """Whether a run's folder still has something of the older layout, or of a change that was cut short."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return any(entry.name in _LEFT or files.is_partial(entry.name) for entry in entries)
    return False


def _config_of(run_id: str, record: dict[str, Any]) -> RunConfig | None:
    """What a run's record says was asked for; None if another version understands it otherwise."""
    try:
        config = RunConfig.from_record(record["config"])
    except (ValueError, TypeError):
        return None
    return config if config.run_id == run_id else None


def _described(config: RunConfig, name: str, created: float, software: dict[str, str]) -> dict[str, Any]:
    """The part of a model's record that does not depend on its training."""
    return {
        "model": config.model_ids[name],
        "name": name,
        "config": config.to_dict(),
        "identity": config.model_identity(name),
        "created": created,
        "precision": "float32",
        "processor": None,
        "software": software,
    }


def _with_accuracies(content: bytes, history: list[dict[str, Any]]) -> bytes:
    """The npz of a student's snapshots, with its accuracy on the test images at each; the rest as it was."""
    import numpy as np

    from kd.pictures.mnist import load_mnist

    stored = npz_arrays(content)
    times, logits = stored["times"], stored["logits"]
    measured = {float(event["epoch"]): event["val_accuracy"] for event in history}
    # between epochs it was not recorded; the logits are rounded, but not their order
    accuracies = np.mean(logits.argmax(axis=2) == load_mnist().y_test, axis=1)
    found = [measured.get(float(time), accuracy) for time, accuracy in zip(times, accuracies, strict=True)]
    buffer = io.BytesIO()
    buffer.write(content)
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("accuracies.npy", "w") as part,
    ):
        np.lib.format.write_array(part, np.array(found, dtype=np.float64))
    return buffer.getvalue()


def _move(folder: Path, place: Path) -> None:
    with ExitStack() as undo:
        files.move(folder, place, undo)
        undo.pop_all()
