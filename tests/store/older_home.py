"""A home as the version before models had folders of their own left it.

The records are those that it wrote (older_records.json): a run with the strong teacher, one with a fresh
teacher, and a deleted one, all with the same scratch student. The networks and arrays are small ones of the
same form.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from kd import files
from kd.config import STUDENTS, RunConfig
from kd.files import json_bytes, npz_bytes
from kd.store.store import Store
from kd.text.words import MODELS

RECORDS = json.loads(Path(__file__).with_name("older_records.json").read_text(encoding="utf-8"))
PLAIN, FRESH = RECORDS["runs"]
(DELETED,) = RECORDS["trash"]
(TEACHER,) = RECORDS["teachers"]
RUNS = {**RECORDS["runs"], **RECORDS["trash"]}
MODEL_IDS = {run_id: RunConfig.from_record(record["config"]).model_ids for run_id, record in RUNS.items()}
SCRATCH = MODEL_IDS[PLAIN]["scratch"]
TIMES = (0.5, 1.0, 2.0)


def make(home: Path) -> Path:
    """Make the home, with an index of the version of that time."""
    index = Store(home).index
    for run_id, record in RUNS.items():
        index.claim(run_id, record["config"])
        index.set_status(run_id, "deleted finished" if run_id == DELETED else "finished")
        put(home / ("trash" if run_id == DELETED else "runs") / run_id, run_files(run_id))
    put(home / "teachers" / TEACHER, teacher_files())
    for name in ("models", "snapshots"):
        (home / name).rmdir()
    with closing(sqlite3.connect(home / "index.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 2")
    return home


def run_files(run_id: str) -> dict[str, bytes]:
    """The files of a run's folder then."""
    models = MODEL_IDS[run_id]
    contents = {f"{name}.keras": keras_file(models[name]) for name in STUDENTS}
    contents["logits.npz"] = npz_bytes({name: logits(models[name]) for name in MODELS})
    contents |= {f"snapshots-{name}.npz": npz_bytes(snapshots(models[name])) for name in STUDENTS}
    return {**contents, "record.json": json_bytes(RUNS[run_id])}


def teacher_files() -> dict[str, bytes]:
    """The files of the teacher's folder then."""
    record = json_bytes(RECORDS["teachers"][TEACHER])
    return {"teacher.keras": keras_file(TEACHER), "record.json": record}


def put(place: Path, contents: dict[str, bytes]) -> None:
    """Write a folder of these files, with their checksums."""
    with files.written(place, contents) as partial:
        partial.rename(place)


def keras_file(model_id: str) -> bytes:
    """What stands for a model's .keras file."""
    return f"the network {model_id}".encode() * 20


def logits(model_id: str) -> np.ndarray:
    """A model's logits of the test images: one answer more often than the others."""
    answers = np.arange(10_000) % (2 + sum(model_id.encode()) % 8)
    return np.eye(10, dtype=np.float32)[answers]


def snapshots(model_id: str) -> dict[str, np.ndarray]:
    """A student's snapshots then: without accuracies."""
    return {
        "times": np.array(TIMES),
        "logits": np.stack([logits(model_id)] * 3).astype(np.float16),
        "weights": np.ones((3, 5), dtype=np.float16),
    }
