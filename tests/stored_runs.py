"""Hand-made runs, for the tests of the code that saves, moves and removes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from kd.config import RunConfig
from kd.files import npz_bytes
from kd.store.store import Store

CONFIG = RunConfig(seed=1)
RUN = CONFIG.run_id
FILES = {
    "logits.npz": npz_bytes({"teacher": np.eye(10, dtype=np.float32)}),
    "distilled.keras": b"d" * 5000,
    "scratch.keras": b"s" * 5000,
}


def record(config: RunConfig) -> dict:
    """The record of a run that was never trained."""
    scores = {"test_accuracy": 0.9, "seconds": 1.0, "parameters": 1, "bytes": 1, "milliseconds": 0.1}
    result = {"run": config.run_id, **dict.fromkeys(("teacher", "distilled", "scratch"), scores)}
    return {"config": config.to_dict(), "created": 1.0, "result": result, "history": []}


def save(store: Store, config: RunConfig = CONFIG) -> str:
    """Store a run as if it had been trained; returns its id."""
    store.index.claim(config.run_id, config.to_dict())
    store.save_run(config.run_id, record(config), FILES)
    return config.run_id


def is_whole(store: Store, run_id: str = RUN) -> bool:
    """Whether every file of a run is there, as saved."""
    names = ("record.json", "logits.npz", "distilled.keras", "scratch.keras")
    return store.has_run(run_id) and all(store.file(run_id, name).is_file() for name in names)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """While inside, another program holds the index's write lock."""
    other = sqlite3.connect(home / "index.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
