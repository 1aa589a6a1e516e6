"""What comes with the project: runs, models and snapshots in plain files, which are only read.

    data/runs/ID/       record.json: config, created, models, result, software
    data/models/ID/     record.json with the history, model.keras, logits.npz of the test images
    data/snapshots/     ID.npz

Functions return None for what is not there or cannot be read.
The teachers among them have names and a place of their own (kd/teachers/shipped.py).
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kd.base import files
from kd.base.places import DATA
from kd.config import SHIPPED_TEACHERS
from kd.teachers.shipped import shipped_logits, shipped_teacher_path, teacher_record

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("kd")

ID = re.compile("[0-9a-f]{12}")
"""The name of a run, a model or a study. Ids also come from URLs, and only one like this becomes a path."""

SHIPPED = DATA


def runs() -> list[str]:
    """Returns the ids of the runs."""
    found = sorted(path.parent.name for path in (SHIPPED / "runs").glob("*/record.json"))
    return [run_id for run_id in found if run(run_id) is not None]


def run(run_id: str) -> dict[str, Any] | None:
    """Returns a run's record."""
    return _record(_path("runs", run_id, "record.json"))


def model(model_id: str) -> dict[str, Any] | None:
    """Returns a model's record; raises ValueError when a file of a teacher is missing."""
    if model_id in SHIPPED_TEACHERS:
        path = shipped_teacher_path(model_id)
        known = {"precision": "float32", "history": [], "bytes": path.stat().st_size}
        return {**known, **teacher_record(model_id), "model": model_id, "name": "teacher"}
    return _record(_path("models", model_id, "record.json"))


def model_file(model_id: str) -> Path | None:
    """Returns a model's .keras file."""
    if model_id in SHIPPED_TEACHERS:
        return shipped_teacher_path(model_id)
    return _path("models", model_id, "model.keras")


def logits(model_id: str) -> np.ndarray | None:
    """Returns a model's logits of all test images."""
    if model_id in SHIPPED_TEACHERS:
        return shipped_logits(model_id)["test"]
    path = _path("models", model_id, "logits.npz")
    if path is not None:
        with contextlib.suppress(files.Damaged, KeyError):
            return files.npz_arrays(path.read_bytes())["test"]
        log.warning("%s is damaged: it is no longer used", path)
    return None


def snapshots_file(model_id: str) -> Path | None:
    """Returns the file of a model's snapshots."""
    return _path("snapshots", f"{model_id}.npz")


def _path(kind: str, name: str, file: str = "") -> Path | None:
    if ID.fullmatch(name.removesuffix(".npz")):
        path = os.path.join(SHIPPED, kind, name, file).rstrip(
            os.sep
        )  # many are asked for: as text it is quick
        return Path(path) if os.path.isfile(path) else None
    return None


@cache
def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        log.warning("%s is damaged (%s): it is no longer used", path, error)
        return None


def _record(path: Path | None) -> dict[str, Any] | None:
    return None if path is None else _read(path)
