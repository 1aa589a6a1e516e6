"""SIGKILL at any line and at any moment loses no finished run and no note; the store opens whole."""

from __future__ import annotations

import inspect
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from kd.base import files, owners
from kd.store import copies, database, models, runs, store
from kd.store.store import Store
from tests.store.killed import crashes, killed_at_each_step
from tests.stored_runs import CONFIG, is_whole, save

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="crashes are made with fork and SIGKILL")

OTHER, DELETED = (CONFIG.replace(seed=seed).run_id for seed in (2, 3))
MODEL = CONFIG.replace(seed=4).model_ids["scratch"]

MODULES = (store, copies, database, models, runs, files, owners)
FILES = frozenset(inspect.getsourcefile(module) for module in MODULES)


def damage_and_reopen(opened: Store) -> None:
    with closing(sqlite3.connect(opened.home / database.NAME)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (opened.home / database.NAME).open("r+b") as file:
        file.write(b"\xff" * 4096)
    assert Store(opened.home).recovered


ACTIONS = {
    "storing a run": save,
    "storing snapshots": lambda opened: opened.models.save_snapshots(MODEL, {"times": np.eye(10)}),
    "deleting and restoring runs": lambda opened: (
        opened.runs.delete([OTHER]) or opened.runs.restore([DELETED])
    ),
    "removing a run": lambda opened: opened.runs.remove(OTHER),
    "copying the database": lambda opened: opened.backup(),
    "going back to a copy": damage_and_reopen,
}


@pytest.mark.parametrize("name", ACTIONS)
def test_killed_at_any_step_the_store_opens_and_each_run_is_whole_or_absent(name, tmp_path):
    def prepare():
        opened = Store(tmp_path / "before")
        for seed in (2, 3):
            save(opened, CONFIG.replace(seed=seed))
        opened.runs.annotate([OTHER], note="why?")
        opened.runs.delete([DELETED])
        if name == "going back to a copy":
            opened.backup()

    def act(home, begin):
        opened = Store(home)
        begin()
        ACTIONS[name](opened)

    assert not crashes(prepare)
    steps = 0
    for home in killed_at_each_step(tmp_path / "before", tmp_path, act, FILES):
        steps += 1
        after = Store(home)
        for seed in (1, 2, 3):
            run_id = CONFIG.replace(seed=seed).run_id
            row = after.runs.row(run_id)
            if after.runs.has(run_id):
                assert is_whole(after, run_id)
                assert row.status == "finished"
            else:
                assert row is None or row.status == "interrupted"
        if name != "removing a run":
            assert after.runs.has(OTHER) or after.runs.restore([OTHER]) == []
            assert is_whole(after, OTHER)
            assert after.runs.row(OTHER).note == "why?"
            assert after.runs.restore([DELETED]) == []
            assert is_whole(after, DELETED)
        assert after.models.has_snapshots(MODEL) == (after.models.snapshots(MODEL) is not None)
        assert not list(home.rglob("*.partial-*"))
    assert steps > 2


def work(opened: Store, done: int) -> None:
    """Store, annotate, delete and restore runs for ever, and tell what is safe."""
    for seed in range(10**6):
        config = CONFIG.replace(seed=seed)
        save(opened, config, {"distilled": os.urandom(20_000)})
        os.write(done, b"f")
        opened.runs.annotate([config.run_id], note=str(seed))
        os.write(done, b"n")
        opened.runs.delete([config.run_id])
        opened.runs.restore([config.run_id])
        opened.backup()


def test_killed_at_any_moment_no_finished_run_and_no_note_is_lost(tmp_path):
    """Not only between lines of ours: SQLite is cut short, too."""
    for round_ in range(5):
        home = tmp_path / str(round_)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                work(Store(home), writing)
            finally:
                os._exit(1)
        os.close(writing)
        os.read(reading, 1)  # it has begun
        time.sleep(random.Random(round_).uniform(0, 0.2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as pipe:
            told = b"f" + pipe.read()
        after = Store(home)
        assert after.recovered == ""
        for seed in range(told.count(b"f")):
            run_id = CONFIG.replace(seed=seed).run_id
            if after.runs.is_deleted(run_id):  # it was killed before it could restore it
                assert after.runs.restore([run_id]) == []
            assert is_whole(after, run_id), (round_, seed)
            if seed < told.count(b"n"):
                assert after.runs.row(run_id).note == str(seed)


def test_another_store_in_the_same_process_leaves_unfinished_files_alone(tmp_path, monkeypatch):
    opened, write = Store(tmp_path), files._write_through

    def write_while_another_opens(path, content):
        write(path, content)
        Store(tmp_path)

    monkeypatch.setattr(files, "_write_through", write_while_another_opens)
    save(opened)
    opened.caches.save_logits("key", {"train": np.eye(10)})
    assert is_whole(opened)
    assert opened.caches.logits("key") is not None
