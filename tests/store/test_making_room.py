"""Models make room when no run needs them any longer, and snapshots before any run does."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from kd.config import RunConfig
from kd.lab import Lab
from kd.store.upkeep import SECONDS_WATCHED
from tests import stored_runs
from tests.store.test_upkeep import kept, save


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_LIMIT", "150kB")
    lab = Lab(tmp_path)
    yield lab
    lab.close()


def lone_model(lab: Lab, seed: int, size: int, age: float) -> str:
    """Store a model that no run needs, as if that were so many seconds ago."""
    model_id = stored_runs.save_model(lab.store, RunConfig(seed=seed), "scratch", os.urandom(size))
    lab.store.save_snapshots(model_id, {"times": np.ones(1)})
    for path in (lab.store.home / "models" / model_id, lab.store.home / "snapshots" / f"{model_id}.npz"):
        os.utime(path, (time.time() - age,) * 2)
    return model_id


def test_models_that_no_run_needs_go_before_any_run_or_snapshots(lab):
    runs = {save(lab, seed) for seed in (1, 2)}
    student = RunConfig(seed=1).model_ids["distilled"]
    lab.store.save_snapshots(student, {"times": np.ones(1)})
    os.utime(lab.store.home / "snapshots" / f"{student}.npz", (1.0, 1.0))
    lone = lone_model(lab, 50, 60_000, SECONDS_WATCHED + 60)
    just_trained = lone_model(lab, 51, 60_000, 0)
    lab.upkeep.tidy()
    assert not lab.store.has_model(lone)
    assert not lab.store.has_snapshots(lone)
    assert lab.store.has_model(just_trained)
    assert lab.store.has_snapshots(just_trained)
    assert lab.store.has_snapshots(student)
    assert kept(lab) == runs


def test_snapshots_go_after_caches_and_before_runs(lab):
    rng, old = np.random.default_rng(0), time.time() - SECONDS_WATCHED - 60
    runs = {save(lab, seed, 10_000) for seed in (1, 2)}
    students = [RunConfig(seed=seed).model_ids["distilled"] for seed in (1, 2)]
    for student in students:
        lab.store.save_snapshots(student, {"weights": rng.random(5_000)})
    lab.store.save_logits("old", {"train": rng.random((500, 10))})
    home = lab.store.home
    for path in (home / "logits" / "old.npz", home / "snapshots" / f"{students[0]}.npz"):
        os.utime(path, (old, old))

    lab.upkeep._limit = lab.upkeep.usage().used - 1
    lab.upkeep.tidy()
    assert lab.store.logits("old") is None
    assert all(lab.store.has_snapshots(student) for student in students)
    lab.upkeep._limit = lab.upkeep.usage().used - 1
    lab.upkeep.tidy()
    # the other one has been looked at within the last hour
    assert [lab.store.has_snapshots(student) for student in students] == [False, True]
    assert kept(lab) == runs


def test_looking_at_snapshots_keeps_them(lab):
    student = RunConfig(seed=1).model_ids["distilled"]
    save(lab, 1)
    lab.store.save_snapshots(student, {"weights": np.ones(5)})
    path = lab.store.home / "snapshots" / f"{student}.npz"
    os.utime(path, (1.0, 1.0))
    lab.store.snapshots(student)
    assert time.time() - path.stat().st_mtime < SECONDS_WATCHED


def test_a_model_goes_with_the_last_run_that_needs_it(lab):
    first, second = RunConfig(seed=1), RunConfig(seed=1, temperature=9.0)
    scratch = stored_runs.save_model(lab.store, first, "scratch", os.urandom(30_000))
    for config, used in ((first, 1.0), (second, 2.0)):
        stored_runs.save(lab.store, config, {"distilled": os.urandom(30_000)})
        lab.store.index.touch(config.run_id, used)
    lab.upkeep._limit = lab.upkeep.usage().used - 20_000
    lab.upkeep.tidy()
    assert kept(lab) == {second.run_id}
    assert not lab.store.has_model(first.model_ids["distilled"])
    assert lab.store.is_usable(second.run_id)
    lab.upkeep._limit = 0
    lab.upkeep.tidy()
    assert kept(lab) == set()
    assert not lab.store.has_model(scratch)
    assert lab.upkeep.usage().used == 0


def test_a_runs_size_is_what_would_be_free_without_it(lab):
    first, second = RunConfig(seed=1), RunConfig(seed=1, temperature=9.0)
    stored_runs.save(lab.store, first)
    lab.upkeep.forget_usage()
    alone = lab.upkeep.usage()
    assert alone.runs[first.run_id] == alone.used
    stored_runs.save(lab.store, second)
    lab.upkeep.forget_usage()
    both = lab.upkeep.usage()
    lab.store.remove_run(second.run_id)
    for model_id in second.model_ids.values():
        lab.store.remove_model(model_id)
    lab.upkeep.forget_usage()
    assert lab.upkeep.usage().used == both.used - both.runs[second.run_id] == alone.used
