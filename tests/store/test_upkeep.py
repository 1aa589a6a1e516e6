"""Upkeep keeps below the limit: the least recently used go first, never watched, pinned or active runs."""

from __future__ import annotations

import os
import shutil
import time

import numpy as np
import pytest

from kd.config import STUDENTS, RunConfig
from kd.lab import Lab
from kd.store.store import DamagedRun, Store
from kd.store.upkeep import SECONDS_WATCHED, limit
from kd.text.words import MODELS
from tests import stored_runs
from tests.stored_runs import SCORES


def save(lab: Lab, seed: int, size: int = 30_000, **fields) -> str:
    """Store a run whose distilled student takes `size` bytes, and the others next to nothing."""
    config = RunConfig(seed=seed, **fields)
    contents = {"teacher": b"t", "distilled": os.urandom(size), "scratch": b"s"}
    lab.store.index.claim(config.run_id, config.to_dict())
    stored_runs.save_models(lab.store, config, contents)
    lab.store.save_run(config.run_id, stored_runs.record(config, created=float(seed)))
    return config.run_id


def kept(lab: Lab) -> set[str]:
    return {view.run_id for view in lab.runs.views() if view.status == "finished" and not view.shipped}


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_LIMIT", "150kB")
    lab = Lab(tmp_path)
    yield lab
    lab.close()


def test_the_least_recently_used_run_goes_first(lab):
    runs = [save(lab, seed) for seed in (1, 2, 3, 4, 5)]
    for run_id in (runs[0], runs[3], runs[4]):
        lab.store.index.touch(run_id)
    lab.upkeep.tidy()
    assert lab.upkeep.usage().used <= 150_000
    assert runs[1] not in kept(lab)
    assert {runs[0], runs[3], runs[4]} & kept(lab)
    with pytest.raises(ValueError, match="There is no run"):
        lab.runs.view(runs[1])


def test_a_pinned_a_watched_and_an_active_run_stay(lab):
    pinned, watched, *_ = [save(lab, seed) for seed in range(1, 7)]
    lab.runs.pin(pinned, True)
    lab.runs.view(watched)
    active = RunConfig(seed=99)
    lab.store.index.claim(active.run_id, active.to_dict())
    lab.upkeep.tidy()
    assert {pinned, watched} <= kept(lab)
    assert len(kept(lab)) < 6
    assert lab.store.row(active.run_id) is not None


def test_a_run_shown_by_another_process_stays(lab):
    shown = save(lab, 1)
    Lab(lab.store.home).runs.view(shown)
    for seed in range(2, 7):
        save(lab, seed)
    lab.upkeep.tidy()
    assert lab.upkeep.usage().used <= 150_000
    assert shown in kept(lab)
    lab.store.index.touch(shown, time.time() - SECONDS_WATCHED - 1)
    for seed in range(10, 15):
        save(lab, seed)
    lab.upkeep.tidy()
    assert shown not in kept(lab)


def test_a_run_viewed_at_the_last_moment_stays(lab, monkeypatch):
    runs = [save(lab, seed) for seed in range(1, 7)]
    another, remove_run = Lab(lab.store.home), Store.remove_run

    def looked_at_just_before(self, run_id, *rules):
        another.runs.view(run_id)
        return remove_run(self, run_id, *rules)

    monkeypatch.setattr(Store, "remove_run", looked_at_just_before)
    lab.upkeep.tidy()
    assert kept(lab) == set(runs)


@pytest.mark.parametrize(
    "name", ["runs", "models", "snapshots", "logits", "neighbours", "trash", "aside", "owners"]
)
def test_a_folder_of_the_home_that_is_missing_is_made_again(lab, name):
    runs = [save(lab, seed) for seed in range(1, 7)]
    shutil.rmtree(lab.store.home / name)
    lab.upkeep.tidy()
    assert lab.upkeep.usage().used <= 150_000
    config = RunConfig(seed=20, teacher="fresh")
    stored_runs.save_model(lab.store, config, "teacher", b"t")
    lab.store.save_snapshots(config.teacher_id, {"times": np.ones(1)})
    lab.store.save_logits("key", {"train": np.eye(10)})
    assert lab.store.logits("key") is not None
    again = save(lab, 20, 1000, teacher="fresh")
    lab.runs.delete(again)
    assert lab.runs.restore(again) == []
    (lab.store.home / "models" / config.model_ids["distilled"] / "model.keras").write_bytes(b"")
    with pytest.raises(DamagedRun):
        lab.runs[again].models()
    assert kept(lab) <= set(runs)


def test_pinned_runs_stay_even_above_the_limit(lab):
    runs = [save(lab, seed) for seed in range(1, 7)]
    for run_id in runs:
        lab.runs.pin(run_id, True)
    lab.upkeep.tidy()
    assert kept(lab) == set(runs)
    lab.runs.pin(runs[0], False)
    lab.upkeep.tidy()
    assert kept(lab) == set(runs[1:])


def test_deleted_runs_and_caches_go_before_any_other_run(lab):
    first, *others = [save(lab, seed) for seed in (1, 2, 3)]
    lab.runs.delete(first)
    lab.store.save_logits("old", {"train": np.random.default_rng(0).random((4000, 10))})
    old = lab.store.home / "logits" / "old.npz"
    os.utime(old, (time.time() - 7200,) * 2)
    lab.upkeep.tidy()
    assert not old.exists()
    assert lab.runs.restore(first) == [first]
    assert kept(lab) == set(others)


def test_a_deleted_run_without_files_is_in_nobodys_way(lab):
    unfinished = RunConfig(seed=9)
    lab.store.index.claim(unfinished.run_id, unfinished.to_dict())
    lab.store.index.set_status(unfinished.run_id, "stopped")
    lab.runs.delete(unfinished.run_id)
    runs = [save(lab, seed) for seed in range(1, 7)]
    lab.upkeep.tidy()
    assert lab.upkeep.usage().used <= 150_000
    assert 0 < len(kept(lab)) < len(runs)
    assert lab.runs.restore(unfinished.run_id) == []


def test_the_files_of_a_deleted_run_that_was_trained_again_go_first(lab):
    again = save(lab, 1)
    lab.runs.delete(again)
    runs = [save(lab, seed, 10_000) for seed in range(1, 7)]
    lab.upkeep._limit = lab.upkeep.usage().used - 1
    lab.upkeep.tidy()
    assert kept(lab) == set(runs)
    assert not (lab.store.home / "trash" / again).exists()


def test_a_fresh_teacher_goes_with_its_last_run(lab):
    config = RunConfig(seed=1, teacher="fresh")
    stored_runs.save_model(lab.store, config, "teacher", os.urandom(160_000))
    run_id = save(lab, 1, teacher="fresh")
    lab.upkeep.tidy()
    assert run_id not in kept(lab)
    assert not lab.store.has_model(config.teacher_id)


def test_a_deleted_run_is_restored_unchanged(lab):
    run_id = save(lab, 1)
    before = lab.runs.view(run_id)
    lab.runs.delete(run_id)
    assert run_id not in kept(lab)
    assert list(lab.runs.deleted()) == [run_id]
    assert not lab.store.has_run(run_id)
    assert lab.runs.restore(run_id) == []
    assert lab.runs.view(run_id) == before
    assert lab.runs.deleted() == {}


def test_asking_for_a_deleted_run_trains_it_again(lab):
    run_id = save(lab, 1)
    lab.runs.delete(run_id)
    save(lab, 1)
    assert kept(lab) == {run_id}
    assert lab.runs.deleted() == {}


def test_a_run_without_files_can_be_deleted_and_restored(lab):
    config = RunConfig(seed=7)
    lab.store.index.claim(config.run_id, config.to_dict())
    lab.store.index.set_status(config.run_id, "failed", "It failed.")
    lab.runs.delete(config.run_id)
    assert config.run_id not in [view.run_id for view in lab.runs.views()]
    lab.runs.restore(config.run_id)
    assert lab.runs.view(config.run_id).message == "It failed."


@pytest.mark.parametrize("run_id", ["", "..", "../runs", "0" * 12, RunConfig().run_id])
def test_a_run_that_cannot_be_deleted_gets_a_sentence(lab, run_id):
    with pytest.raises(ValueError, match=r"There is no run .* to delete"):
        lab.runs.delete(run_id)


def test_a_run_in_training_cannot_be_deleted(lab):
    config = RunConfig(seed=7)
    lab.store.index.claim(config.run_id, config.to_dict())
    with pytest.raises(ValueError, match="stop it before you delete it"):
        lab.runs.delete(config.run_id)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2_000_000_000),
        ("1.5 gb", 1_500_000_000),
        ("500MB", 500_000_000),
        ("2 GiB", 2 * 2**30),
        ("", 2_000_000_000),
    ],
)
def test_the_limit_is_a_size(monkeypatch, text, size):
    monkeypatch.setenv("KD_LIMIT", text)
    assert limit() == size


@pytest.mark.parametrize("text", ["2", "GB", "-1GB", "0MB", "0.1kB", "²GB", "nan GB", "1e999GB", "2 parsecs"])
def test_a_limit_that_is_no_size_is_named(monkeypatch, tmp_path, text):
    monkeypatch.setenv("KD_LIMIT", text)
    with pytest.raises(ValueError, match="KD_LIMIT must be a size such as 500MB or 2GB, got"):
        Lab(tmp_path)


def test_sizes_are_those_of_the_files(lab):
    run_id = save(lab, 1)
    usage = lab.upkeep.usage()
    home, models = lab.store.home, RunConfig(seed=1).model_ids
    folders = [home / "runs" / run_id, *(home / "models" / models[name] for name in STUDENTS)]
    assert usage.runs == {run_id: sum(path.stat().st_size for folder in folders for path in folder.iterdir())}
    assert usage.used == usage.runs[run_id]


def test_however_many_runs_there_are_their_records_are_read_once(lab, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    runs = {save(lab, seed, 10) for seed in range(300)}
    assert runs <= kept(lab)
    monkeypatch.setattr(Store, "record", None)
    assert runs <= kept(lab)


def test_a_run_that_was_trained_again_shows_its_new_result(lab):
    run_id = save(lab, 1)
    assert lab.runs.view(run_id).result["teacher"]["test_accuracy"] == 0.9
    lab.runs.delete(run_id)
    config = RunConfig(seed=1)
    result = {name: {**SCORES, "test_accuracy": 0.95} for name in MODELS}
    lab.store.index.claim(run_id, config.to_dict())
    lab.store.save_run(run_id, stored_runs.record(config, created=2.0, result=result))
    assert lab.runs.view(run_id).result["teacher"]["test_accuracy"] == 0.95
    assert lab.runs.view(run_id).created == 2.0


def test_usage_counts_every_file_once_and_follows_no_link(lab):
    """Against a plain count of the files."""
    runs = [save(lab, seed) for seed in (1, 2)]
    home = lab.store.home
    (home / "logits" / "of a teacher.npz").write_bytes(b"x" * 70)
    (home / "aside" / f"{runs[0]}-1" / "inner").mkdir(parents=True)
    (home / "aside" / f"{runs[0]}-1" / "inner" / "model.keras").write_bytes(b"x" * 900)
    (home / "neighbours" / "a link").symlink_to(home / "models")
    lab.runs.pin(runs, True)
    lab.runs.delete(runs[1])
    folders = ("runs", "trash", "aside", "logits", "neighbours", "measures", "models", "snapshots")
    found = [path for name in folders for path in (home / name).rglob("*")]
    used = sum(path.lstat().st_size for path in found if path.is_symlink() or path.is_file())
    assert lab.upkeep.usage().used == used
    assert lab.upkeep.usage().pinned == {runs[0]}
