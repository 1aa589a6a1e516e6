"""Runs that nobody asked for are stored like others, stay off the list, and are the first to make room."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest
from kd.store.index.schema import VERSION

from kd.config import RunConfig
from kd.lab import Lab
from kd.store.store import Store
from tests import stored_runs

ASKED, UNASKED = RunConfig(seed=1), RunConfig(seed=2)


def save(store: Store, config: RunConfig, asked: bool = True, size: int = 30_000) -> str:
    store.index.claim(config.run_id, config.to_dict(), asked)
    contents = {"teacher": b"t", "distilled": os.urandom(size), "scratch": b"s"}
    stored_runs.save_models(store, config, contents)
    store.save_run(config.run_id, stored_runs.record(config, created=float(config.seed)))
    return config.run_id


def listed(store: Store) -> set[str]:
    return {row["run_id"] for row in store.index.rows()}


def known(store: Store) -> set[str]:
    return {row["run_id"] for row in store.index.rows(deleted=True, unasked=True)}


def execute(store: Store, *statements: str) -> None:
    with closing(sqlite3.connect(store.index.path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    save(store, ASKED)
    save(store, UNASKED, asked=False)
    return store


@pytest.fixture
def full(tmp_path, monkeypatch):
    """A lab whose store takes 150 kB at most, as five runs do."""
    monkeypatch.setenv("KD_LIMIT", "150kB")
    lab = Lab(tmp_path)
    yield lab
    lab.close()


def test_a_run_that_nobody_asked_for_is_known_and_not_listed(store):
    assert known(store) == {ASKED.run_id, UNASKED.run_id}
    assert listed(store) == {ASKED.run_id}
    assert store.row(UNASKED.run_id)["asked"] is False
    assert store.row(ASKED.run_id)["asked"] is True
    assert {*UNASKED.model_ids.values()} <= {*store.needed_models()}


def test_a_run_stays_asked_for_when_it_is_computed_again(store):
    for config in (ASKED, UNASKED):
        assert store.index.claim(config.run_id, config.to_dict(), asked=False)
    assert listed(store) == {ASKED.run_id}
    assert store.index.claim(UNASKED.run_id, UNASKED.to_dict())
    assert listed(store) == {ASKED.run_id, UNASKED.run_id}


def test_a_deleted_run_stays_so_unless_somebody_asks_for_it(store):
    store.delete_run(ASKED.run_id)
    assert store.index.claim(ASKED.run_id, ASKED.to_dict(), asked=False) is False
    assert store.restore_run(ASKED.run_id)
    store.delete_run(ASKED.run_id)
    assert store.index.claim(ASKED.run_id, ASKED.to_dict())


def test_a_run_of_an_earlier_version_is_one_that_somebody_asked_for(store):
    execute(store, "DROP TABLE unasked", "PRAGMA user_version = 3")
    again = Store(store.home)
    assert listed(again) == {ASKED.run_id, UNASKED.run_id}
    assert list(store.home.glob("index.damaged-*")) == []
    with closing(sqlite3.connect(store.index.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    save(again, RunConfig(seed=3), asked=False)
    assert listed(again) == {ASKED.run_id, UNASKED.run_id}


def test_it_stays_so_when_the_index_is_damaged_or_rebuilt(store):
    store.rebuild()
    assert listed(store) == {ASKED.run_id}
    execute(store, "DROP TABLE events")
    again = Store(store.home)
    assert len(list(store.home.glob("index.damaged-*.sqlite"))) == 1
    assert listed(again) == {ASKED.run_id}


def test_where_the_index_is_lost_a_run_counts_as_asked_for_so_that_nobodys_is_missing(store):
    execute(store, "PRAGMA wal_checkpoint(TRUNCATE)")
    for path in store.home.glob("index.sqlite*"):
        path.unlink()
    assert Store(store.home).rebuild() == 2


def test_rebuilding_counts_what_is_listed(store):
    assert store.rebuild() == 1


def test_it_goes_first_when_room_is_needed_and_before_what_was_deleted(full):
    oldest = save(full.store, RunConfig(seed=1))
    deleted = save(full.store, RunConfig(seed=2))
    full.runs.delete(deleted)
    others = [save(full.store, RunConfig(seed=seed), asked=False) for seed in (10, 11, 12, 13)]
    full.upkeep.tidy()
    assert full.upkeep.usage().used <= 150_000
    assert {oldest, deleted} <= known(full.store)
    assert others[-1] in known(full.store)
    assert others[0] not in known(full.store)
    assert full.runs.restore(deleted) == []


def test_one_that_somebody_watches_stays(full):
    watched, *others = [save(full.store, RunConfig(seed=seed), asked=False) for seed in range(1, 7)]
    full.runs.view(watched)
    full.upkeep.tidy()
    assert watched in known(full.store)
    assert others[0] not in known(full.store)


def test_on_a_full_disk_it_goes_before_caches_snapshots_and_deleted_runs(full):
    unasked, deleted = save(full.store, UNASKED, asked=False), save(full.store, ASKED)
    full.runs.delete(deleted)
    spare, *_later = full.store.room.spare
    spare()
    assert known(full.store) == {deleted}
    assert unasked not in {path.name for path in (full.store.home / "runs").iterdir()}
    assert not full.store.has_model(UNASKED.model_ids["distilled"])


def test_there_is_plenty_of_room_only_well_below_the_limit(full):
    save(full.store, ASKED, size=130_000)
    assert full.upkeep.has_plenty()
    save(full.store, RunConfig(seed=5), size=5_000)
    full.upkeep.forget_usage()
    assert full.upkeep.usage().used < 150_000
    assert not full.upkeep.has_plenty()


def test_what_was_not_carried_out_is_forgotten_unless_somebody_asked(store):
    for config, asked in ((RunConfig(seed=8), True), (RunConfig(seed=9), False)):
        store.index.claim(config.run_id, config.to_dict(), asked)
        store.index.set_status(config.run_id, "stopped")
    store.reconcile()
    assert known(store) == {ASKED.run_id, UNASKED.run_id, RunConfig(seed=8).run_id}
