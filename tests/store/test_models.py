"""Each model is stored once for all runs that need it; a damaged one costs only itself."""

from __future__ import annotations

import numpy as np
import pytest

from kd.config import STUDENTS, RunConfig
from kd.lab import Lab
from kd.store.store import DamagedRun, Store
from tests.stored_runs import CONFIG, LOGITS, RUN, is_whole, save, save_copy, save_model, save_models

HOT = CONFIG.replace(temperature=20.0)  # its scratch student is that of CONFIG
OTHER = CONFIG.replace(seed=2)
SCRATCH = CONFIG.model_ids["scratch"]


@pytest.fixture
def lab(tmp_path):
    lab = Lab(tmp_path)
    for config in (CONFIG, HOT, OTHER):
        save(lab.store, config)
    yield lab
    lab.close()


def test_a_model_is_stored_once_for_all_runs_that_need_it(lab):
    models = sorted(path.name for path in (lab.store.home / "models").iterdir())
    assert models == sorted({config.model_ids[name] for config in (CONFIG, HOT, OTHER) for name in STUDENTS})
    assert len(models) == 5
    assert lab.store.models_of(HOT.run_id) == HOT.model_ids
    assert sorted(path.name for path in (lab.store.home / "runs" / RUN).iterdir()) == [
        "SHA256SUMS",
        "record.json",
    ]


def test_what_is_stored_of_a_model_comes_back(lab):
    rng = np.random.default_rng(0)
    told, logits = {"model": SCRATCH, "history": [{"epoch": 1}]}, rng.normal(size=(10_000, 10))
    model_id = RunConfig(seed=3).model_ids["scratch"]
    assert not lab.store.has_model(model_id)
    assert lab.store.model(model_id) is None
    assert lab.store.model_logits(model_id) is None
    lab.store.save_model(model_id, told, b"keras", logits)
    found, path = lab.store.model(model_id)
    assert found == lab.store.model_record(model_id) == told
    assert path.read_bytes() == b"keras"
    kept = lab.store.model_logits(model_id)
    assert kept.dtype == np.float32
    np.testing.assert_array_equal(kept, logits.astype(np.float32))
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 0


def test_a_model_that_is_there_is_kept_when_another_process_stores_it_too(lab):
    before = lab.store.model(SCRATCH)[1].stat().st_ino
    lab.store.save_model(SCRATCH, {"other": 1}, b"other", LOGITS + 1)
    assert lab.store.model(SCRATCH)[1].stat().st_ino == before
    assert not list((lab.store.home / "aside").iterdir())


def test_snapshots_come_back_and_their_accuracies_without_the_rest(lab):
    rng = np.random.default_rng(0)
    arrays = {
        "times": np.array([0.5, 1.0, 2.0]),
        "logits": rng.normal(size=(3, 10_000, 10)).astype(np.float16),
        "weights": rng.normal(size=(3, 50)).astype(np.float16),
        "accuracies": np.array([0.1, 0.2, 0.4]),
    }
    assert lab.store.snapshots(SCRATCH) is None
    assert lab.store.snapshot_accuracies(SCRATCH) == {}
    assert lab.store.snapshots_state(SCRATCH) is None
    lab.store.save_snapshots(SCRATCH, arrays)
    assert lab.store.has_snapshots(SCRATCH)
    assert lab.store.snapshot_accuracies(SCRATCH) == {0.5: 0.1, 1.0: 0.2, 2.0: 0.4}
    found = lab.store.snapshots(SCRATCH)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_teachers_and_models_that_come_with_the_project_are_models_too(tmp_path):
    store = Store(tmp_path)
    told, path = store.model("strong")
    assert (told["model"], told["name"], told["test_accuracy"]) == ("strong", "teacher", 0.9911)
    assert path.stat().st_size == told["bytes"]
    assert store.model_logits("strong").shape == (10_000, 10)
    assert RunConfig().run_id in store.shipped_runs()
    for run_id in store.shipped_runs():
        assert store.is_usable(run_id)
        for name, model_id in store.models_of(run_id).items():
            told = store.model_record(model_id)
            assert (told["model"], told["name"]) == (model_id, name)
            assert store.model_logits(model_id).shape == (10_000, 10)
            assert name == "teacher" or store.snapshots(model_id)["accuracies"][-1] == told["test_accuracy"]
    assert not any((tmp_path / "models").iterdir())


DAMAGES = {
    "a truncated network": ("model.keras", lambda content: content[: len(content) // 2]),
    "a network of no bytes": ("model.keras", lambda content: b""),
    "one other byte in the logits": ("logits.npz", lambda content: b"\x00" + content[1:]),
    "a truncated record": ("record.json", lambda content: content[:40]),
    "a changed number in the record": ("record.json", lambda content: content.replace(b"0.9", b"0.8")),
    "lost checksums": ("SHA256SUMS", lambda content: b""),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_model_costs_only_itself(name, lab):
    file, damage = DAMAGES[name]
    path = lab.store.home / "models" / SCRATCH / file
    path.write_bytes(damage(path.read_bytes()))
    assert lab.runs.view(RUN).status == "finished"  # its numbers are still there

    with pytest.raises(DamagedRun, match=rf"Model {SCRATCH}.* is missing or damaged: train the run again"):
        lab.runs[RUN].test_logits() if file == "logits.npz" else lab.runs[RUN].models()
    assert lab.runs.view(RUN).status == "failed"
    assert f"Model {SCRATCH}" in lab.runs.view(RUN).message
    aside = sorted(path.name.partition("-")[0] for path in (lab.store.home / "aside").iterdir())
    assert aside == sorted([RUN, SCRATCH])
    assert not lab.store.is_usable(HOT.run_id)
    assert is_whole(lab.store, OTHER.run_id)
    for config in (CONFIG, HOT):
        assert lab.store.has_model(config.model_ids["distilled"])

    for config in (CONFIG, HOT):
        save(lab.store, config)  # both are computed again, and only the scratch student is missing
        assert lab.runs.view(config.run_id).status == "finished"
        assert is_whole(lab.store, config.run_id)


def test_a_run_whose_teacher_is_another_runs_student_needs_that_student(lab):
    student = CONFIG.model_ids["distilled"]
    again = CONFIG.replace(teacher=student)
    save(lab.store, again)
    assert lab.store.models_of(again.run_id)["teacher"] == student
    lab.store.remove_run(RUN)
    assert lab.store.remove_model(student) is False
    assert is_whole(lab.store, again.run_id)
    lab.store.delete_run(again.run_id)
    assert lab.store.remove_model(student) is False  # it can be restored
    assert lab.store.restore_run(again.run_id)
    assert is_whole(lab.store, again.run_id)
    lab.store.remove_run(again.run_id)
    assert lab.store.remove_model(student) is True
    assert not lab.store.has_model(student)


def test_a_model_that_a_run_in_progress_needs_stays(lab):
    config = RunConfig(seed=8)
    model_id = save_model(lab.store, config, "scratch", b"s")
    lab.store.index.claim(config.run_id, config.to_dict())
    assert lab.store.remove_model(model_id) is False
    lab.store.index.set_status(config.run_id, "stopped")
    assert lab.store.remove_model(model_id) is True


def test_a_run_another_version_stored_keeps_the_models_its_record_names(lab, monkeypatch):
    config = RunConfig(seed=8)
    save(lab.store, config)
    lab.store.index.claim(config.run_id, {**config.to_dict(), "width": 2})
    monkeypatch.setattr(lab.store.index, "_known_one", lambda run_id: None)
    assert lab.store.index.unreadable() == [config.run_id]
    assert lab.store.remove_model(config.model_ids["scratch"]) is False


def epochs(name: str, accuracies: list[float | None]) -> list[dict]:
    return [
        {"event": "epoch", "model": name, "epoch": n, "epochs": len(accuracies), "val_accuracy": accuracy}
        for n, accuracy in enumerate(accuracies, 1)
    ]


def test_a_runs_history_is_that_of_its_models(lab):
    config = RunConfig(seed=8, teacher="fresh")
    for name, accuracies in (("scratch", [0.5, 0.6]), ("distilled", [0.7, 0.8]), ("teacher", [0.9])):
        save_model(lab.store, config, name, b"m", history=epochs(name, accuracies))
    save(lab.store, config)
    view = lab.runs.view(config.run_id)
    assert [(event["model"], event["val_accuracy"]) for event in view.history] == [
        ("teacher", 0.9),
        ("distilled", 0.7),
        ("distilled", 0.8),
        ("scratch", 0.5),
        ("scratch", 0.6),
    ]
    # a teacher that was there before was not trained for this run
    born_again = config.replace(teacher=config.teacher_id)
    save(lab.store, born_again)
    assert {event["model"] for event in lab.runs.view(born_again.run_id).history} == set(STUDENTS)


def test_accuracies_that_only_snapshots_know_are_shown_as_soon_as_there_are_any(lab):
    config = RunConfig(seed=8)
    save_models(lab.store, config)
    lab.store.remove_model(config.model_ids["scratch"])
    student = save_model(lab.store, config, "scratch", b"m", history=epochs("scratch", [None, None, 0.6]))
    save(lab.store, config)

    def shown() -> list[float | None]:
        return [event["val_accuracy"] for event in lab.runs.view(config.run_id).history]

    assert shown() == [None, None, 0.6]
    times = {"times": np.array([0.5, 1.0, 3.0]), "accuracies": np.array([0.1, 0.3, 0.6])}
    lab.store.save_snapshots(student, times)
    assert shown() == [0.3, None, 0.6]


def test_what_is_stored_of_a_runs_models_is_shown(lab):
    copy = RunConfig(seed=8)
    save_copy(lab.store, lab.store.shipped_runs()[0], copy)
    assert lab.runs[copy.run_id].snapshots().keys() == set(STUDENTS)
    assert lab.runs[copy.run_id].models()["distilled"].parameters == 20_490
    assert lab.runs[copy.run_id].test_logits()["teacher"].shape == (10_000, 10)
