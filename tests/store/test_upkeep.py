"""Upkeep keeps below the limit: the least recently used go first, never watched, pinned or active runs."""

from __future__ import annotations

import os
import shutil
import time

import numpy as np
import pytest

from kd.config import RunConfig
from kd.lab import Lab
from kd.store.runs import RunTable
from kd.store.upkeep import SECONDS_WATCHED, limit
from tests import stored_runs


def save(lab: Lab, seed: int, size: int = 30_000, asked: bool = True, **fields) -> str:
    """Store a run whose distilled student takes `size` bytes, and the others next to nothing."""
    config = RunConfig(seed=seed, **fields)
    contents = {"teacher": b"t", "distilled": os.urandom(size), "scratch": b"s"}
    return stored_runs.save(lab.store, config, contents, asked, created=time.time())


def kept(lab: Lab) -> set[str]:
    return {view.run_id for view in lab.runs.views() if view.status == "finished" and not view.shipped}


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_LIMIT", "150kB")
    with Lab(tmp_path) as lab:
        yield lab


def test_the_least_recently_used_run_goes_first(lab):
    runs = [save(lab, seed) for seed in (1, 2, 3, 4, 5)]
    for run_id in (runs[0], runs[3], runs[4]):
        lab.store.runs.touch(run_id)
    lab.upkeep.tidy()
    assert lab.upkeep.usage().used <= 150_000
    assert runs[1] not in kept(lab)
    assert {runs[0], runs[3], runs[4]} & kept(lab)
    with pytest.raises(ValueError, match="There is no run"):
        lab.runs.view(runs[1])
    assert list((lab.store.home / "copies").iterdir())


def test_a_pinned_a_watched_and_an_active_run_stay_even_above_the_limit(lab):
    *pinned, watched = [save(lab, seed) for seed in range(1, 8)]
    for run_id in pinned:
        lab.runs.pin(run_id, True)
    Lab(lab.store.home).runs.view(watched)  # as in another process
    active = stored_runs.save_ended(lab.store, RunConfig(seed=99), "running")
    lab.upkeep.tidy()
    assert kept(lab) == {*pinned, watched}
    assert lab.store.runs.row(active) is not None
    lab.runs.pin(pinned[0], False)
    an_hour_ago = time.time() - SECONDS_WATCHED - 1
    lab.store.runs._write("UPDATE runs SET used = ? WHERE run_id = ?", an_hour_ago, watched)
    lab.upkeep.tidy()
    assert kept(lab) == {*pinned[1:]}


def test_a_fresh_teacher_goes_with_its_last_run(lab):
    config = RunConfig(seed=1, teacher="fresh")
    stored_runs.save_model(lab.store, config, "teacher", os.urandom(160_000))
    run_id = save(lab, 1, teacher="fresh")
    lab.upkeep.tidy()
    assert run_id not in kept(lab)
    assert not lab.store.models.has(config.teacher_id)


def test_the_limit_is_a_size_and_what_is_none_is_named(monkeypatch, tmp_path):
    sizes = {"2GB": 2e9, "1.5 gb": 1.5e9, "2 GiB": 2 * 2**30, "1e5GB": 1e14, "٣GB": 3e9, "": 2e9}
    for text, size in sizes.items():
        monkeypatch.setenv("KD_LIMIT", text)
        assert limit() == size
    for text in ("2", "GB", "-1GB", "0MB", "0.1kB", "²GB", "nan GB", "1e999GB", "2 parsecs"):
        monkeypatch.setenv("KD_LIMIT", text)
        with pytest.raises(ValueError, match="KD_LIMIT must be a size such as 500MB or 2GB, got"):
            Lab(tmp_path)


def test_a_run_viewed_at_the_last_moment_and_one_restored_then_stay(lab, monkeypatch):
    runs = [save(lab, seed) for seed in range(1, 7)]
    lab.runs.delete(runs[0])
    another, remove = Lab(lab.store.home), RunTable.remove

    def just_before(self, run_id, *rules):
        if run_id == runs[0]:
            another.runs.restore(run_id)
        else:
            another.runs.view(run_id)
        return remove(self, run_id, *rules)

    monkeypatch.setattr(RunTable, "remove", just_before)
    lab.upkeep.tidy()
    assert kept(lab) == set(runs)
    assert all(map(lab.store.is_usable, runs))


def test_a_folder_of_the_home_that_is_missing_is_made_again(lab):
    for seed in range(1, 7):
        save(lab, seed)
    for name in ("snapshots", "logits", "neighbours", "copies", "owners", "models"):
        shutil.rmtree(lab.store.home / name)
        lab.upkeep.tidy()
    lab.store.models.save_snapshots("0" * 12, {"times": np.ones(1)})
    lab.store.caches.save_logits("key", {"train": np.eye(10)})
    assert lab.store.caches.logits("key") is not None
    again = save(lab, 20, 1000)
    assert lab.store.is_usable(again)
    lab.store.backup()


def test_usage_counts_every_file_and_there_is_plenty_of_room_only_well_below_the_limit(lab):
    home = lab.store.home
    save(lab, 1)
    lab.store.models.save_snapshots(RunConfig(seed=1).model_ids["distilled"], {"times": np.ones(1)})
    for name in ("logits", "neighbours"):
        (home / name / "of a teacher.npz").write_bytes(b"x" * 70)
    found = [
        path for name in ("models", "snapshots", "logits", "neighbours") for path in (home / name).iterdir()
    ]
    assert lab.upkeep.usage() == (sum(path.stat().st_size for path in found), 150_000)
    assert lab.upkeep.has_plenty()
    save(lab, 5, size=112_000)
    lab.upkeep._usage = None
    assert lab.upkeep.usage().used < 150_000
    assert not lab.upkeep.has_plenty()


def test_one_by_one_what_is_most_dispensable_goes_first(lab):
    models, home, old = lab.store.models, lab.store.home, time.time() - SECONDS_WATCHED - 60
    run, deleted, unasked = save(lab, 1), save(lab, 2), save(lab, 3, asked=False)
    lab.runs.delete(deleted)
    lab.store.caches.save_logits("old", {"train": np.ones((400, 10))})
    lone, just_trained = (
        stored_runs.save_model(lab.store, RunConfig(seed=seed), "scratch", os.urandom(9_000))
        for seed in (50, 51)
    )
    without_a_row = home / "models" / f"{'0' * 12}.keras"
    without_a_row.write_bytes(bytes(9_000))
    student, seen = (RunConfig(seed=1).model_ids[name] for name in ("distilled", "scratch"))
    for each in (student, seen, lone):
        models.save_snapshots(each, {"times": np.ones(500)})
    for path in home.rglob("*"):
        if path.stem in ("old", lone, without_a_row.stem, student, seen):
            os.utime(path, (old - (path == without_a_row),) * 2)
    models.snapshots(seen)  # it is in use

    def gone() -> list[bool]:
        return [
            unasked not in {row.run_id for row in lab.store.runs.rows(unasked=True)},
            not lab.store.runs.deleted(),
            not (home / "logits" / "old.npz").exists(),
            not without_a_row.exists(),
            not (models.has(lone) or models.has_snapshots(lone)),
            not models.has_snapshots(student),
            run not in kept(lab),
        ]

    for number in range(len(gone())):
        assert gone() == [place < number for place in range(len(gone()))]
        assert models.has_snapshots(seen)
        lab.upkeep._limit = lab.upkeep._used() - 1
        lab.upkeep.tidy()
    assert all(gone())
    assert models.has(just_trained)
