"""What earlier versions stored is brought over to today's layout, whatever happens in the middle of it."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import sys
import threading
import time

import numpy as np
import pytest

from kd import files
from kd.config import STUDENTS, RunConfig
from kd.lab import Lab
from kd.pictures.mnist import load_mnist
from kd.store import older_layout, stored
from kd.store.store import Store
from kd.text.endings import Ending
from tests.store import older_home
from tests.store.killed import killed_at_each_step
from tests.store.older_home import DELETED, FRESH, MODEL_IDS, PLAIN, RUNS, SCRATCH, TEACHER
from tests.stored_runs import is_whole, locked


@pytest.fixture(scope="module")
def older(tmp_path_factory):
    return older_home.make(tmp_path_factory.mktemp("older") / "home")


@pytest.fixture
def home(older, tmp_path):
    return shutil.copytree(older, tmp_path / "home")


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def check_everything(home) -> None:
    """Whether a home has everything that was in the older one, in today's layout."""
    store = Store(home)
    students = {models[name] for models in MODEL_IDS.values() for name in STUDENTS}
    assert names(home / "runs") == sorted((PLAIN, FRESH))
    assert names(home / "trash") == [DELETED]
    assert names(home / "models") == sorted({*students, TEACHER})
    assert names(home / "snapshots") == sorted(f"{model_id}.npz" for model_id in students)
    assert not (home / "teachers").exists()
    assert not names(home / "aside")
    assert not list(home.rglob("*.partial-*"))
    assert [row["run_id"] for row in store.index.deleted()] == [DELETED]
    assert store.restore_run(DELETED)
    for run_id, models in MODEL_IDS.items():
        check_run(store, run_id, models)
    store.delete_run(DELETED)


def check_run(store: Store, run_id: str, models: dict[str, str]) -> None:
    assert store.row(run_id)["status"] == "finished"
    assert is_whole(store, run_id)
    assert names(store.home / "runs" / run_id) == ["SHA256SUMS", "record.json"]
    record = store.record(run_id)
    older = RUNS[run_id]
    assert record == {
        **{part: older[part] for part in ("config", "created", "result", "software")},
        "models": models,
    }
    for name, model_id in models.items():
        if model_id == "strong":
            continue
        told, path = store.model(model_id)
        assert path.read_bytes() == older_home.keras_file(model_id)
        np.testing.assert_array_equal(store.model_logits(model_id), older_home.logits(model_id))
        assert (told["model"], told["name"]) == (model_id, name)
        assert told["test_accuracy"] == older["result"][name]["test_accuracy"]
        assert RunConfig.from_record(told["config"]).model_ids[name] == model_id
        assert told["identity"] == RunConfig.from_record(told["config"]).model_identity(name)


def test_everything_is_brought_over(home, caplog):
    with caplog.at_level(logging.INFO, "kd"):
        Store(home)
    assert [said.message for said in caplog.records] == ["runs of an earlier version brought over: 3"]
    check_everything(home)


def measured(event: dict) -> str:
    """An epoch without the time it took: a scratch student that several runs had is kept once."""
    return repr({name: value for name, value in event.items() if name != "seconds"})


def test_a_run_looks_as_it_did(home):
    lab = Lab(home)
    for run_id in (PLAIN, FRESH):
        view, older = lab.runs.view(run_id), RUNS[run_id]
        assert view.status == "finished"
        assert sorted(map(measured, view.history)) == sorted(map(measured, older["history"]))
        assert view.result["scratch"] == older["result"]["scratch"]
        assert view.created == older["created"]
        assert lab.train(view.config).id == run_id  # nothing has to be computed
        assert not lab.runs.view(run_id).active
        np.testing.assert_array_equal(lab.runs[run_id].test_logits()["scratch"], older_home.logits(SCRATCH))


def test_snapshots_get_their_accuracies(home):
    found = Store(home).snapshots(SCRATCH)
    for name, array in older_home.snapshots(SCRATCH).items():
        np.testing.assert_array_equal(found[name], array)
    known = [event["val_accuracy"] for event in RUNS[PLAIN]["history"] if event["model"] == "scratch"]
    right = np.mean(older_home.logits(SCRATCH).argmax(axis=1) == load_mnist().y_test)
    assert found["accuracies"].tolist() == [right, *known]


def test_opening_again_reads_no_record(home, monkeypatch):
    Store(home)
    monkeypatch.setattr(older_layout, "read_record", None)
    monkeypatch.setattr(files, "check", None)
    Store(home)


@pytest.mark.skipif(sys.platform == "win32", reason="crashes are made with fork and SIGKILL")
def test_killed_at_any_step_nothing_is_lost_and_the_next_one_goes_on(older, tmp_path, monkeypatch):
    load_mnist()  # once for all forks
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # a killed process loses nothing it has written
    code = frozenset({older_layout.__file__, files.__file__, stored.__file__})

    def act(home, begin):
        begin()
        Store(home)

    # between these, nothing changes but files under names that nobody looks for
    functions = frozenset(("_put", "replace", "write_whole", "move", "remove", "_remove_at_once"))
    steps = 0
    for home, _killed in killed_at_each_step(older, tmp_path, act, code, functions):
        steps += 1
        for run_id, record in RUNS.items():  # whole at this moment, old or new
            folder = home / ("trash" if run_id == DELETED else "runs") / run_id
            files.check(folder / "record.json")
            assert files.is_complete(folder)
            assert json.loads((folder / "record.json").read_text())["result"] == record["result"]
        check_everything(home)
    assert steps > 20


def test_two_that_open_it_at_once_share_the_work(home, caplog):
    together, opened = threading.Barrier(2), []

    def open_it():
        together.wait()
        opened.append(Store(home))

    with caplog.at_level(logging.INFO, "kd"):
        threads = [threading.Thread(target=open_it) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(opened) == 2
    assert sum(int(said.message.rpartition(" ")[2]) for said in caplog.records) == 3
    check_everything(home)


def test_while_another_program_writes_it_waits(home):
    opened = []
    opening = threading.Thread(target=lambda: opened.append(Store(home)))
    with locked(home):
        opening.start()
        time.sleep(0.5)
        assert not opened
    opening.join(240)
    assert opened
    check_everything(home)


def test_on_a_full_disk_runs_stay_as_they_are_until_there_is_room(home, monkeypatch, caplog):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(older_layout.OlderLayout, "_put_model", full)
    lab = Lab(home)
    assert "could not be brought over yet" in caplog.text
    view = lab.runs.view(PLAIN)
    assert view.status == "finished"
    assert view.history == RUNS[PLAIN]["history"]
    with pytest.raises(ValueError, match="still stored as an earlier version of KD Lab left it: make room"):
        lab.runs[PLAIN].models()
    assert lab.runs.view(PLAIN).status == "finished"
    monkeypatch.undo()
    check_everything(home)


def damage(path, content: bytes) -> None:
    path.write_bytes(content + path.read_bytes()[len(content) :])


@pytest.mark.parametrize("name", ["scratch.keras", "logits.npz", "record.json", "SHA256SUMS"])
def test_a_damaged_run_is_set_aside_and_the_others_are_brought_over(name, home):
    damage(home / "runs" / FRESH / name, b"\xff\xff")
    lab = Lab(home)
    assert lab.runs.view(FRESH).status == "failed"
    ending = Ending.read(lab.store.row(FRESH)["message"])
    assert ending.code == "damaged"
    assert "scratch.keras" in names(home / ending.values["folder"])
    check_run(lab.store, PLAIN, MODEL_IDS[PLAIN])
    assert lab.runs.restore(DELETED) == []
    check_run(lab.store, DELETED, MODEL_IDS[DELETED])


def test_a_damaged_deleted_run_is_set_aside_too(home):
    damage(home / "trash" / DELETED / "distilled.keras", b"\xff\xff")
    store = Store(home)
    assert [name.partition("-")[0] for name in names(home / "aside")] == [DELETED]
    assert store.restore_run(DELETED) is False
    check_run(store, FRESH, MODEL_IDS[FRESH])


def test_damaged_snapshots_are_left_out(home, caplog):
    path = home / "runs" / FRESH / "snapshots-distilled.npz"
    damage(path, b"\xff\xff")
    lab, student = Lab(home), MODEL_IDS[FRESH]["distilled"]
    assert f"the snapshots of model {student} are left out" in caplog.text
    check_run(lab.store, FRESH, MODEL_IDS[FRESH])
    assert not lab.store.has_snapshots(student)
    assert lab.store.has_snapshots(SCRATCH)


def test_a_damaged_teacher_costs_only_itself(home):
    damage(home / "teachers" / TEACHER / "teacher.keras", b"\xff\xff")
    lab = Lab(home)
    assert lab.runs.view(FRESH).status == "finished"  # its numbers are there
    assert not lab.store.has_model(TEACHER)
    assert [name.partition("-")[0] for name in names(home / "aside")] == [TEACHER]
    assert not lab.store.is_usable(FRESH)
    assert all(lab.store.has_model(MODEL_IDS[FRESH][name]) for name in STUDENTS)
    check_run(lab.store, PLAIN, MODEL_IDS[PLAIN])


def test_a_run_that_this_version_cannot_read_is_left_alone(home):
    folder, teacher = home / "runs" / FRESH, home / "models" / TEACHER
    record = {**RUNS[FRESH], "config": {**RUNS[FRESH]["config"], "field of tomorrow": 1}}
    contents = {**older_home.run_files(FRESH), "record.json": files.json_bytes(record)}
    shutil.rmtree(folder)
    older_home.put(folder, contents)
    for _opened_again in range(2):
        lab = Lab(home)
        assert {name: (folder / name).read_bytes() for name in contents} == contents
        with pytest.raises(ValueError, match="was stored by another version of KD Lab"):
            lab.runs.view(FRESH)
        check_run(lab.store, PLAIN, MODEL_IDS[PLAIN])
    assert not teacher.exists()


def save_logits(home) -> None:
    """What the version of that time kept of a teacher's answers."""
    digest = files.digest(older_home.keras_file(TEACHER))[:16]
    logits = {"train": np.zeros((20, 10)), "test": older_home.logits(TEACHER)}
    files.write_sealed(home / "logits" / f"{digest}-20.npz", files.npz_bytes(logits))


@pytest.mark.parametrize("known", [True, False])
def test_a_teacher_without_a_run_is_brought_over_with_its_answers(known, home):
    shutil.rmtree(home / "runs" / FRESH)
    if known:
        save_logits(home)
    store = Store(home)
    assert not (home / "teachers").exists()
    assert store.has_model(TEACHER) == known
    if known:
        assert store.model(TEACHER)[0]["test_accuracy"] == 0.1493
        np.testing.assert_array_equal(store.model_logits(TEACHER), older_home.logits(TEACHER))
    else:
        assert [name.partition("-")[0] for name in names(home / "aside")] == [TEACHER]


def test_a_lost_index_finds_the_runs_of_the_older_layout(home):
    for path in home.glob("index.sqlite*"):
        os.unlink(path)
    check_everything(home)
