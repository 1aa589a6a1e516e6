"""The list of runs: views made of rows, the same until something changes; results are read when asked for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kd.config import STUDENTS, RunConfig
from kd.lab import Lab
from kd.lab.run_list import RunList
from kd.store import shipped
from kd.store.store import Store
from tests.other_process import running_elsewhere
from tests.stored_runs import save, save_copy, save_ended, save_model

SHIPPED = RunConfig().run_id
COPY, QUEUED, FAILED = (RunConfig(seed=seed) for seed in (5, 6, 7))


@pytest.fixture
def store(tmp_path):
    """With a run without a comparison, one with one, one that is queued, one that failed."""
    store = Store(tmp_path)
    save(store)
    save_copy(store, SHIPPED, COPY)
    store.runs.annotate([COPY.run_id], name="a copy")
    save_ended(store, QUEUED, "queued", person="ada")
    save_ended(store, FAILED, "failed", "disk full")
    return store


@pytest.fixture
def runs(store):
    return RunList(store)


def found(runs: RunList, config: RunConfig):
    return next(view for view in runs.views() if view.run_id == config.run_id)


def test_a_list_says_what_each_view_does_and_reads_no_result(store, runs, monkeypatch):
    read, get = [], store.runs.record
    monkeypatch.setattr(store.runs, "record", lambda run_id, **more: read.append(run_id) or get(run_id))
    views = runs.views()
    assert {*read} <= {*shipped.runs()}
    assert [view.run_id for view in views][:4] == [row.run_id for row in store.runs.rows()]
    for view in views:
        alone = runs.view(view.run_id)
        assert view == alone
        result = view.result
        assert (view.figures is None) == (result is None) == (view.status != "finished")
        if result is not None:
            assert view.figures.distilled == result["distilled"]["test_accuracy"]
            assert view.verdict == result.get("comparison", {}).get("verdict")
    assert (found(runs, COPY).name, found(runs, QUEUED).whose) == ("a copy", "ada")
    assert found(runs, FAILED).message.startswith("The disk is full")
    assert (views[-1].shipped, views[-1].pinned) == (True, False)
    assert runs.view(SHIPPED).result["comparison"]["sentence"]


def test_it_is_the_same_tuple_until_anybody_changes_something(store, runs, tmp_path):
    assert found(runs, QUEUED).active
    assert found(runs, QUEUED) is not found(runs, QUEUED)  # it is looked at each time
    save_ended(store, QUEUED, "stopped")
    before = runs.views()
    assert runs.views() is before
    with Lab(tmp_path) as another:  # such as another process
        another.runs.pin(COPY.run_id)
    after = runs.views()
    changed = [view.run_id for view, old in zip(after, before, strict=True) if view is not old]
    assert changed == [COPY.run_id]
    store.runs.delete([COPY.run_id])
    assert COPY.run_id not in {view.run_id for view in runs.views()}
    store.runs.restore([COPY.run_id])
    assert COPY.run_id in {view.run_id for view in runs.views()}


def test_another_result_of_a_run_is_noticed_and_a_deleted_one_can_still_be_read(store, runs):
    listed = found(runs, COPY)
    better = json.loads(json.dumps(store.runs.record(SHIPPED)["result"]))
    better["distilled"]["test_accuracy"] = 0.99
    save_copy(store, SHIPPED, COPY, result=better)
    again = found(runs, COPY)
    assert again.figures.distilled == again.result["distilled"]["test_accuracy"] == 0.99
    assert again.version != listed.version
    store.runs.delete([COPY.run_id])
    assert again.result["distilled"]["test_accuracy"] == 0.99  # a page may be showing it
    with pytest.raises(ValueError, match=f"There is no run '{COPY.run_id}'"):
        runs.view(COPY.run_id)


def test_what_another_process_computes_is_shown_by_its_events(tmp_path, store, runs):
    config = RunConfig(seed=8)
    with running_elsewhere(tmp_path, config):
        assert (found(runs, config).elsewhere, found(runs, config).progress) == (True, 0.0)
        epoch = {"event": "epoch", "model": "scratch", "epoch": 1, "epochs": 4, "val_accuracy": 0.5}
        store.runs.add_event(config.run_id, {"event": "begin", "model": "scratch"})
        store.runs.add_event(config.run_id, epoch)
        view = runs.view(config.run_id)
        assert (view.history, view.progress, view.version) == ([epoch], 0.125, 2)  # of one of two
    assert found(runs, config).status == "interrupted"


def epochs(name: str, accuracies: list[float | None]) -> list[dict]:
    return [
        {"event": "epoch", "model": name, "epoch": n, "epochs": len(accuracies), "val_accuracy": accuracy}
        for n, accuracy in enumerate(accuracies, 1)
    ]


def test_a_runs_history_is_that_of_its_models(store, runs):
    config = RunConfig(seed=8, teacher="fresh")
    for name, accuracies in (("scratch", [0.5, 0.6]), ("distilled", [0.7]), ("teacher", [0.9])):
        save_model(store, config, name, b"m", history=epochs(name, accuracies))
    save(store, config)
    history = runs.view(config.run_id).history
    assert [(event["model"], event["val_accuracy"]) for event in history] == [
        *(("teacher", 0.9), ("distilled", 0.7), ("scratch", 0.5), ("scratch", 0.6))
    ]
    # a teacher that was there before was not trained for this run
    born_again = config.replace(teacher=config.teacher_id)
    save(store, born_again)
    assert {event["model"] for event in runs.view(born_again.run_id).history} <= set(STUDENTS)


def test_accuracies_that_only_snapshots_know_are_shown_as_soon_as_there_are_any(store, runs):
    config = RunConfig(seed=8)
    student = save_model(store, config, "scratch", b"m", history=epochs("scratch", [None, None, 0.6]))
    save(store, config)

    def shown() -> list[float | None]:
        return [event["val_accuracy"] for event in runs.view(config.run_id).history]

    assert shown() == [None, None, 0.6]
    times = {"times": np.array([0.5, 1.0, 3.0]), "accuracies": np.array([0.1, 0.3, 0.6])}
    store.models.save_snapshots(student, times)
    assert shown() == [0.3, None, 0.6]
