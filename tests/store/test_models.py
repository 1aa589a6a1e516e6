"""Each model is stored once for all runs that need it; a damaged one costs only itself."""

import numpy as np
import pytest

from kd.config import STUDENTS, RunConfig
from kd.lab import Lab
from kd.store.shipped import runs as shipped_runs
from kd.store.store import ModelLost, Store
from tests.stored_runs import CONFIG, LOGITS, RUN, is_whole, save, save_model

HOT = CONFIG.replace(temperature=20.0)  # its scratch student is that of CONFIG
OTHER = CONFIG.replace(seed=2)
SCRATCH = CONFIG.model_ids["scratch"]


@pytest.fixture
def lab(tmp_path):
    with Lab(tmp_path) as lab:
        for config in (CONFIG, HOT, OTHER):
            save(lab.store, config)
        yield lab


@pytest.fixture
def models(lab):
    return lab.store.models


def test_a_model_is_stored_once_for_all_runs_that_need_it(lab):
    stored = {config.model_ids[name] for config in (CONFIG, HOT, OTHER) for name in STUDENTS}
    files = [path.name for path in (lab.store.home / "models").iterdir()]
    assert sorted(files) == sorted(f"{model}{kind}" for model in stored for kind in (".keras", ".npz"))
    assert len(stored) == 5
    assert lab.store.runs.needed_models()[SCRATCH] == 2


def test_what_is_stored_of_a_model_comes_back(models):
    rng = np.random.default_rng(0)
    told, logits = {"model": SCRATCH, "history": [{"epoch": 1}]}, rng.normal(size=(10_000, 10))
    model_id = RunConfig(seed=3).model_ids["scratch"]
    assert not models.has(model_id)
    assert (models.get(model_id), models.logits(model_id), models.state(model_id)) == (None, None, None)
    models.save(model_id, told, b"keras", logits)
    found, path = models.get(model_id)
    assert found == models.record(model_id) == told
    assert path.read_bytes() == b"keras"
    kept = models.logits(model_id)
    assert kept.dtype == np.float32
    np.testing.assert_array_equal(kept, logits.astype(np.float32))
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 0
    before = path.stat().st_ino, models.state(model_id)
    models.save(model_id, {"other": 1}, b"other", LOGITS + 1)  # as another process may
    assert (path.stat().st_ino, models.state(model_id)) == before


def test_snapshots_come_back_and_their_accuracies_without_the_rest(models):
    rng = np.random.default_rng(0)
    arrays = {
        "times": np.array([0.5, 1.0, 2.0]),
        "logits": rng.normal(size=(3, 10_000, 10)).astype(np.float16),
        "weights": rng.normal(size=(3, 50)).astype(np.float16),
        "accuracies": np.array([0.1, 0.2, 0.4]),
    }
    assert models.snapshots(SCRATCH) is None
    assert (models.snapshot_accuracies(SCRATCH), models.snapshots_state(SCRATCH)) == ({}, None)
    models.save_snapshots(SCRATCH, arrays)
    assert models.has_snapshots(SCRATCH)
    assert models.snapshot_accuracies(SCRATCH) == {0.5: 0.1, 1.0: 0.2, 2.0: 0.4}
    found = models.snapshots(SCRATCH)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_damaged_snapshots_and_cached_logits_are_missing_ones_and_measured_precisions_stay(lab, models):
    models.save_snapshots(SCRATCH, {"times": np.eye(10)})
    lab.store.caches.save_logits("key", {"train": np.eye(10)})
    np.testing.assert_array_equal(lab.store.caches.logits("key")["train"], np.eye(10))
    for name in (f"snapshots/{SCRATCH}.npz", "logits/key.npz"):
        path = lab.store.home / name
        path.write_bytes(path.read_bytes().replace(b"\x3f", b"\x3e"))
    assert (models.snapshots(SCRATCH), lab.store.caches.logits("key")) == (None, None)
    assert not models.has_snapshots(SCRATCH)
    lab.store.caches.save_precisions({"a": "float32"})
    lab.store.caches.save_precisions({"a": "mixed_bfloat16", "b": "float32"})
    assert Store(lab.store.home).caches.precisions() == {"a": "mixed_bfloat16", "b": "float32"}


def test_teachers_and_models_that_come_with_the_project_are_models_too(tmp_path):
    store = Store(tmp_path)
    told, path = store.models.get("strong")
    assert (told["model"], told["name"], told["test_accuracy"]) == ("strong", "teacher", 0.9911)
    assert path.stat().st_size == told["bytes"]
    assert RunConfig().run_id in shipped_runs()
    for run_id in shipped_runs():
        assert store.is_usable(run_id)
        assert store.runs.is_shipped(run_id)
        for name, model_id in store.runs.models_of(run_id).items():
            told = store.models.record(model_id)
            assert (told["model"], told["name"]) == (model_id, name)
            assert store.models.logits(model_id).shape == (10_000, 10)
            accuracies = None if name == "teacher" else store.models.snapshots(model_id)["accuracies"]
            assert name == "teacher" or accuracies[-1] == told["test_accuracy"]
    assert not any((tmp_path / "models").iterdir())


def test_what_comes_along_damaged_is_left_out(tmp_path, monkeypatch):
    shipped = tmp_path / "shipped"
    (shipped / "runs" / RUN).mkdir(parents=True)
    (shipped / "runs" / RUN / "record.json").write_text("{")
    monkeypatch.setattr("kd.store.shipped.SHIPPED", shipped)
    store = Store(tmp_path / "home")
    assert (shipped_runs(), store.runs.has(RUN)) == ([], False)


DAMAGES = {
    "a truncated network": (".keras", lambda content: content[: len(content) // 2]),
    "one other byte in the logits": (".npz", lambda content: b"\x00" + content[1:]),
    "a lost network": (".keras", None),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_model_costs_only_itself_and_is_trained_again_when_somebody_asks(name, lab, monkeypatch):
    kind, damage = DAMAGES[name]
    asked = []
    monkeypatch.setattr(lab.runs.in_progress, "want", lambda config, *how, **more: asked.append(config))
    lab.train(CONFIG)
    assert asked == []
    path = lab.store.home / "models" / f"{SCRATCH}{kind}"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(path.read_bytes()))

    read = lab.runs[RUN].test_logits if kind == ".npz" else lab.runs[RUN].models
    with pytest.raises(ModelLost, match=rf"Model {SCRATCH}.* is missing or damaged: train the run again"):
        read()
    assert not lab.store.models.has(SCRATCH)
    assert not list((lab.store.home / "models").glob(f"{SCRATCH}*"))
    assert lab.runs.view(RUN).result["teacher"]["test_accuracy"] == 0.9  # its numbers are still there
    assert is_whole(lab.store, OTHER.run_id)
    assert not any(map(lab.store.is_usable, (RUN, HOT.run_id)))
    lab.train(CONFIG)
    assert asked == [CONFIG]
    for config in (CONFIG, HOT):
        assert lab.store.models.has(config.model_ids["distilled"])
        save(lab.store, config)  # both are asked for again, and only the scratch student is missing
        assert is_whole(lab.store, config.run_id)


def test_a_run_whose_teacher_is_another_runs_student_needs_that_student(lab, models):
    student = CONFIG.model_ids["distilled"]
    again = CONFIG.replace(teacher=student)
    save(lab.store, again)
    lab.store.runs.remove(RUN)
    assert models.remove(student) is False
    lab.store.runs.delete([again.run_id])
    assert models.remove(student) is False  # it can be restored
    lab.store.runs.remove(again.run_id)
    assert models.remove(student) is True
    assert not models.has(student)
    # and so does a run in progress
    config = RunConfig(seed=8, second_teacher=OTHER.model_ids["scratch"])
    model_id = save_model(lab.store, config, "scratch", b"s")
    claim = lab.store.runs.claim(config.run_id, config)
    lab.store.runs.remove(OTHER.run_id)
    assert [models.remove(each) for each in (model_id, config.second_teacher)] == [False, False]
    lab.store.runs.end(config.run_id, claim, "stopped")
    assert [models.remove(each) for each in (model_id, config.second_teacher)] == [True, True]
