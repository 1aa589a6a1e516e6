"""Hand-made runs, for the tests of the code that saves, moves and removes them."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kd.config import STUDENTS, RunConfig
from kd.lab import Lab
from kd.store.database import NAME
from kd.store.store import Store
from kd.studies.study import Study

CONFIG = RunConfig(seed=1)
RUN = CONFIG.run_id
SCORES = {"test_accuracy": 0.9, "seconds": 1.0, "parameters": 1, "bytes": 1, "milliseconds": 0.1}
# Of ten test images, so that a run takes as many bytes as its test gives it.
LOGITS = np.zeros((10, 10), dtype=np.float32)


def record(config: RunConfig, **changes: Any) -> dict[str, Any]:
    """The record of a run that was never trained; changes: to its parts."""
    result = {"run": config.run_id, **dict.fromkeys(("teacher", *STUDENTS), SCORES)}
    parts = {"config": config.to_dict(), "created": 1.0, "models": config.model_ids, "result": result}
    return {**parts, "software": {}, **changes}


def save_study(lab: Any, study: Study, person: str = "") -> str:
    """Carry out a study whose runs are copies of the included one; returns its id."""
    for _cell, config in study.runs():
        save_copy(lab.store, RunConfig().run_id, config)
    study_id = lab.studies.start(study, person)
    assert lab.studies.wait(study_id, 60).status == "finished"
    return study_id


def save_model(store: Store, config: RunConfig, name: str, content: bytes, **changes: Any) -> str:
    """Store a model as if it had been trained; returns its id. changes: to its record."""
    model_id = config.model_ids[name]
    parts = {
        "model": model_id,
        "name": name,
        "config": config.to_dict(),
        "identity": config.model_identity(name),
        "created": 1.0,
        "test_accuracy": 0.9,
        "parameters": 1,
        "seconds": 1.0,
        "evaluation_seconds": 0.1,
        "precision": "float32",
        "processor": None,
        "bytes": len(content),
        "history": [],
        "software": {},
    }
    store.models.save(model_id, {**parts, **changes}, content, LOGITS)
    return model_id


def save_models(store: Store, config: RunConfig, contents: Mapping[str, bytes] | None = None) -> None:
    """Store the models of a run that are not there yet; contents: of their .keras files."""
    for name, model_id in config.model_ids.items():
        if not store.models.has(model_id):
            save_model(store, config, name, (contents or {}).get(name, name[:1].encode() * 5000))


def save(
    store: Store,
    config: RunConfig = CONFIG,
    contents: Mapping[str, bytes] | None = None,
    asked: bool = True,
    person: str = "",
    **changes: Any,
) -> str:
    """Store a run and its models as if it had been trained; returns its id. changes: to its record."""
    claim = store.runs.claim(config.run_id, config, asked, person)
    save_models(store, config, contents)
    store.runs.finish(config.run_id, claim, record(config, **changes))
    return config.run_id


def save_ended(store: Store, config: RunConfig, status: str, ending: str = "", person: str = "") -> str:
    """Store a run that has ended without a result, or that this process computes; returns its id."""
    claim = store.runs.claim(config.run_id, config, person=person)
    if status == "running":
        store.runs.set_running(config.run_id)
    elif status != "queued":
        store.runs.end(config.run_id, claim, status, ending)
    return config.run_id


def save_copy(store: Store, run_id: str, config: RunConfig, **changes: Any) -> str:
    """Store another run's models and result as if they were this one's; changes: to parts of the record."""
    original = store.runs.record(run_id)
    for name, model_id in original["models"].items():
        own = config.model_ids[name]
        if not store.models.has(own):
            told, path = store.models.get(model_id)
            store.models.save(own, {**told, "model": own}, path.read_bytes(), store.models.logits(model_id))
            if store.models.has_snapshots(model_id):
                store.models.save_snapshots(own, store.models.snapshots(model_id))
    claim = store.runs.claim(config.run_id, config)
    parts = {"config": config.to_dict(), "models": config.model_ids}
    store.runs.finish(config.run_id, claim, {**original, **parts, **changes})
    return config.run_id


@contextmanager
def copies(home: Path, configs: Iterable[RunConfig]) -> Iterator[None]:
    """While inside, an app on this home has these runs, as copies of the included one."""
    with Lab(home) as lab:
        made = [save_copy(lab.store, RunConfig().run_id, config) for config in configs]
        yield
        for run_id in made:
            lab.store.runs.remove(run_id)


def remove(store: Store, config: RunConfig) -> None:
    """Remove a run for good, and the models that were trained for it."""
    store.runs.remove(config.run_id)
    for model_id in config.model_ids.values():
        store.models.remove(model_id)


def is_whole(store: Store, run_id: str = RUN) -> bool:
    """Whether a run and each of its models are there, as saved."""
    models = store.runs.models_of(run_id).values()
    return store.is_usable(run_id) and all(store.models.logits(model) is not None for model in models)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """While inside, another program holds the database's write lock."""
    other = sqlite3.connect(home / NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def save_many(home: Path, count: int) -> list[str]:
    """Store so many runs in a few seconds: true records, five seeds of each setting, but no models."""
    store = _in_a_hurry(home)
    original = store.runs.record(RunConfig().run_id)
    random, made = np.random.default_rng(0), []
    sizes, temperatures = (200, 1_000, 2_000, 5_000, 10_000, 20_000), (1.0, 2.0, 3.0, 4.0, 5.0, 8.0)
    settings = itertools.product(range(5, 100), temperatures, sizes, range(1, 6))
    for epochs, temperature, size, seed in itertools.islice(settings, count):
        config = RunConfig(epochs=epochs, temperature=temperature, train_size=size, seed=seed)
        gain = float(random.normal(0, 0.02))
        figures = {"difference": gain, "low": gain - 0.004, "high": gain + 0.004}
        result = {**original["result"], "comparison": {**original["result"]["comparison"], **figures}}
        parts = {"config": config.to_dict(), "created": 1e9 + len(made), "models": config.model_ids}
        store.runs.finish(config.run_id, None, {**original, **parts, "result": result})
        made.append(config.run_id)
    return made


def remove_many(home: Path, run_ids: list[str]) -> None:
    """Remove runs that `save_many` has stored."""
    store = _in_a_hurry(home)
    for run_id in run_ids:
        store.runs.remove(run_id)


def _in_a_hurry(home: Path) -> Store:
    """A store that does not wait for the disk."""
    store = Store(home)
    write = store._database.write
    store._database.write = lambda action, **how: write(action, **{**how, "durable": False})
    return store
