"""Deleting, restoring and removing, by any number of people: nothing is lost unintentionally."""

from __future__ import annotations

import os
import threading

import pytest
from kd.store.index.index import Index

from kd import files
from kd.config import RunConfig
from kd.lab import Lab
from kd.store.index import file as index_file
from kd.store.store import Store
from kd.text.endings import Ending
from tests.stored_runs import CONFIG, RUN, is_whole, locked, save


def trashed(store: Store) -> list[str]:
    return sorted(path.name for path in (store.home / "trash").iterdir())


def test_when_two_people_delete_a_run_it_is_deleted_once_and_undo_restores_it(tmp_path):
    stores = Store(tmp_path), Store(tmp_path)
    for seed in range(12):
        run_id = save(stores[0], RunConfig(seed=seed))
        refused, together = [], threading.Barrier(2)

        def delete(store, run_id=run_id, together=together, refused=refused):
            together.wait()
            try:
                store.delete_run(run_id)
            except ValueError as error:
                refused.append(str(error))

        threads = [threading.Thread(target=delete, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refused == [f"Run {run_id} has already been deleted: Undo on the Runs page brings it back."]
        assert stores[1].restore_run(run_id) is True
        assert is_whole(stores[1], run_id)


def test_a_second_delete_leaves_the_trash_alone(tmp_path):
    store = Store(tmp_path)
    save(store)
    store.delete_run(RUN)
    with pytest.raises(ValueError, match="has already been deleted"):
        store.delete_run(RUN)
    assert trashed(store) == [RUN]
    assert store.restore_run(RUN) is True
    assert is_whole(store)


def test_a_delete_that_the_index_cannot_record_moves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(index_file, "SECONDS_ON_A_PAGE", 0.1)
    store = Store(tmp_path)
    save(store)
    store.delete_run(RUN)
    save(store)  # trained again: the older one is in the trash
    older = os.stat(tmp_path / "trash" / RUN).st_ino
    with locked(tmp_path), pytest.raises(ValueError, match="Another program is using the index"):
        store.delete_run(RUN)
    assert is_whole(store)
    assert os.stat(tmp_path / "trash" / RUN).st_ino == older


def test_files_that_were_moved_come_back_when_the_change_fails(tmp_path, monkeypatch):
    store = Store(tmp_path)
    save(store)
    store.delete_run(RUN)
    save(store)
    older = os.stat(tmp_path / "trash" / RUN).st_ino
    move = files.move

    def move_and_fail(path, place, undo):
        move(path, place, undo)
        if path == tmp_path / "runs" / RUN:
            raise OSError("no more")

    monkeypatch.setattr(files, "move", move_and_fail)
    with pytest.raises(OSError, match="no more"):
        store.delete_run(RUN)
    monkeypatch.undo()
    assert is_whole(store)
    assert store.row(RUN)["status"] == "finished"
    assert os.stat(tmp_path / "trash" / RUN).st_ino == older


def test_only_deleted_runs_are_restored(tmp_path):
    store = Store(tmp_path)
    save(store)
    (tmp_path / "trash" / RUN).mkdir()
    assert store.restore_run(RUN) is False
    assert is_whole(store)
    assert trashed(store) == [RUN]


def test_a_deleted_run_whose_files_made_room_is_gone_rather_than_empty(tmp_path):
    store = Store(tmp_path)
    save(store)
    store.delete_run(RUN)
    files.remove(tmp_path / "trash" / RUN)
    assert store.restore_run(RUN) is False
    assert store.row(RUN) is None


def test_a_restored_run_is_not_removed_to_make_room(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_LIMIT", "1kB")
    lab, other = Lab(tmp_path), Store(tmp_path)
    save(lab.store)
    lab.runs.delete(RUN)
    remove_run = Store.remove_run

    def restored_just_before(self, run_id, *rules):
        assert other.restore_run(run_id) is True
        return remove_run(self, run_id, *rules)

    monkeypatch.setattr(Store, "remove_run", restored_just_before)
    lab.upkeep._spare_trash()
    assert is_whole(lab.store)


def test_a_run_deleted_just_before_is_not_removed_as_a_leftover(tmp_path, monkeypatch):
    lab, other = Lab(tmp_path), Store(tmp_path)
    save(lab.store)
    (tmp_path / "trash" / RUN).mkdir()  # left from an earlier one, which has been trained again since
    empty_trash = Store.empty_trash

    def deleted_just_before(self, run_id):
        other.delete_run(run_id)
        return empty_trash(self, run_id)

    monkeypatch.setattr(Store, "empty_trash", deleted_just_before)
    lab.upkeep._spare_trash()
    assert lab.runs.restore(RUN) == []
    assert is_whole(lab.store)


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own on Windows")
def test_deleting_a_linked_run_removes_the_link_and_keeps_its_target(tmp_path):
    store, target = Store(tmp_path / "home"), tmp_path / "elsewhere"
    save(store)
    (tmp_path / "home" / "runs" / RUN).rename(target)
    (tmp_path / "home" / "runs" / RUN).symlink_to(target, target_is_directory=True)
    store.delete_run(RUN)
    assert store.restore_run(RUN) is True
    assert is_whole(store)
    store.remove_run(RUN)
    assert not store.has_run(RUN)
    assert not os.path.lexists(tmp_path / "home" / "runs" / RUN)
    assert trashed(store) == []
    assert (target / "record.json").is_file()


@pytest.mark.parametrize("brought_back", [True, False])
def test_a_run_that_is_moved_while_it_is_read_is_not_damaged(brought_back, tmp_path, monkeypatch):
    store, other = Store(tmp_path), Store(tmp_path)
    save(store)
    check, look_again = files.check, Index.look_again

    def moved_just_before(path):
        monkeypatch.setattr(files, "check", check)
        other.delete_run(RUN)
        check(path)

    def brought_back_just_before(self, *arguments):
        monkeypatch.setattr(Index, "look_again", look_again)
        if brought_back:
            other.restore_run(RUN)
        return look_again(self, *arguments)

    monkeypatch.setattr(files, "check", moved_just_before)
    monkeypatch.setattr(Index, "look_again", brought_back_just_before)
    found = store.record(RUN)
    assert (found is not None) is brought_back
    assert list((tmp_path / "aside").iterdir()) == []
    assert brought_back or store.restore_run(RUN)
    assert is_whole(store)


def test_the_list_stays_intact_while_runs_are_deleted_and_restored(tmp_path):
    lab = Lab(tmp_path)
    runs = [save(lab.store, CONFIG.replace(seed=seed)) for seed in range(6)]
    failed, over = [], threading.Event()

    def look():
        while not over.is_set():
            try:
                entries = lab.runs.views()
                assert all(entry.figures is not None for entry in entries if entry.status == "finished")
            except Exception as error:
                failed.append(error)
                return

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(15):
        for run_id in runs:
            lab.runs.delete(run_id)
            assert lab.runs.restore(run_id) == []
    over.set()
    looking.join()
    assert failed == []
    assert set(runs) <= {view.run_id for view in lab.runs.views() if view.status == "finished"}
    assert list((tmp_path / "aside").iterdir()) == []


FRESH = RunConfig(seed=1, teacher="fresh", teacher_epochs=1, teacher_train_size=10)


def lose_a_student(home):
    files.remove(home / "models" / FRESH.model_ids["scratch"])


def lose_a_file(home):
    (home / "models" / FRESH.model_ids["scratch"] / "logits.npz").unlink()


def lose_the_checksums(home):
    (home / "runs" / FRESH.run_id / "SHA256SUMS").unlink()


def lose_the_teacher(home):
    files.remove(home / "models" / FRESH.teacher_id)


def damage_the_teacher(home):
    (home / "models" / FRESH.teacher_id / "model.keras").write_bytes(b"t" * 50)


def lose_the_teachers_record(home):
    (home / "models" / FRESH.teacher_id / "record.json").unlink()


@pytest.mark.parametrize(
    "lose",
    [
        None,
        lose_a_student,
        lose_a_file,
        lose_the_checksums,
        lose_the_teacher,
        damage_the_teacher,
        lose_the_teachers_record,
    ],
)
def test_a_run_that_is_not_whole_is_set_aside_and_trained_again(lose, tmp_path, monkeypatch, caplog):
    lab, asked = Lab(tmp_path), []
    monkeypatch.setattr(lab._dispatch, "start", lambda config, person: asked.append(config))
    save(lab.store, FRESH)
    if lose is not None:
        lose(tmp_path)
    assert lab.train(FRESH).id == FRESH.run_id
    if lose is None:
        assert asked == []
        return
    assert asked == [FRESH]
    assert f"run {FRESH.run_id} is damaged" in caplog.text
    ending = Ending.read(lab.store.row(FRESH.run_id)["message"])
    if lose is lose_the_checksums:
        assert ending.code == "damaged"
        assert (tmp_path / ending.values["folder"]).is_dir()
    else:
        assert ending.code == "model lost"
        assert ending.values["model"] in FRESH.model_ids.values()
    assert "train" in lab.runs.view(FRESH.run_id).message
    save(lab.store, FRESH)
    assert lab.runs.view(FRESH.run_id).status == "finished"
    assert is_whole(Store(tmp_path), FRESH.run_id)
