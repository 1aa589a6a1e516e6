"""Stored teachers, their logits, and measurements for them."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from kd import files
from kd.files import Damaged, json_bytes, npz_bytes
from kd.store.stored import Stored

log = logging.getLogger("kd")

Teacher = tuple[dict[str, Any], Path]
"""A teacher's record and its .keras file."""


class StoredTeachers(Stored):
    """The folders of fresh teachers, and what can be recomputed from them."""

    def has_teacher(self, teacher_id: str) -> bool:
        """Whether a fresh teacher is stored."""
        return os.path.isfile(self.home / "teachers" / teacher_id / "record.json")

    def teacher(self, teacher_id: str) -> Teacher | None:
        """A stored fresh teacher: its record and its .keras file; None if missing or damaged (set aside)."""
        folder = self.home / "teachers" / teacher_id

        def read() -> Teacher:
            for name in ("record.json", "teacher.keras"):
                self._check(folder / name)
            return json.loads((folder / "record.json").read_text(encoding="utf-8")), folder / "teacher.keras"

        def read_again(undo: ExitStack) -> Teacher | None:
            if not os.path.lexists(folder):
                return None
            try:
                return read()
            except (Damaged, FileNotFoundError, ValueError) as error:
                log.warning("teacher %s is damaged (%s): it was set aside", teacher_id, files.said(error))
                files.move(folder, self._aside(teacher_id), undo)
                return None

        try:
            return read()
        except (Damaged, FileNotFoundError, ValueError):
            # somebody may be moving it: look again while nobody can
            return self.index.exclusively(read_again) if os.path.lexists(folder) else None

    def save_teacher(self, teacher_id: str, record: dict[str, Any], keras_file: bytes) -> None:
        """Store a fresh teacher completely.

        Raises:
            OSError: when it cannot be stored.
        """
        contents = {"teacher.keras": keras_file, "record.json": json_bytes(record)}
        place = self.home / "teachers" / teacher_id

        def save() -> None:
            with files.written(place, contents) as partial:
                self.index.exclusively(lambda undo: self._put(partial, place, undo))

        with self.index.waiting():
            self.room.do(save)

    def logits(self, key: str) -> dict[str, np.ndarray] | None:
        """Stored logits by their key: {'train': (n, 10), 'test': (10000, 10)}; None if missing or damaged."""
        path = self.home / "logits" / f"{key}.npz"
        try:
            with np.load(io.BytesIO(files.read_sealed(path)), allow_pickle=False) as arrays:
                logits = dict(arrays)
            os.utime(path)
            return logits
        except FileNotFoundError:
            return None
        except (Damaged, OSError) as error:
            log.warning("the cached logits %s cannot be used (%s): they are computed again", key, error)
            path.unlink(missing_ok=True)
            return None

    def save_logits(self, key: str, logits: dict[str, np.ndarray]) -> None:
        """Store logits under a key."""
        path = self.home / "logits" / f"{key}.npz"
        self.room.do(lambda: files.write_sealed(path, npz_bytes(logits)))

    def precisions(self) -> dict[str, str]:
        """Processor → the precision in which teachers train on it, as measured (kd/training/precision.py)."""
        path = self.home / "precision.json"
        try:
            try:
                content = files.read_sealed(path)
            except Damaged:
                content = path.read_bytes()  # earlier versions wrote no checksum
            return dict(json.loads(content))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            log.warning("%s cannot be used (%s): the precision is measured again", path, error)
            return {}

    def save_precisions(self, precisions: Mapping[str, str]) -> None:
        """Store the measurements."""
        path = self.home / "precision.json"
        self.room.do(lambda: files.write_sealed(path, json_bytes(dict(precisions))))
