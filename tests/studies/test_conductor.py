"""Studies are carried out to their end, whatever stops them on the way; nothing is computed twice."""

from __future__ import annotations

import errno
import time

import pytest

from kd.config import RunConfig
from kd.runs.job import STOPPED
from kd.store.runs import ACTIVE
from kd.studies import conductor as conducting
from kd.studies.study import Study
from tests.other_process import running_elsewhere
from tests.studies.house import BASE, PATIENCE, STUDY, House, until

MODELS = {
    model_id
    for _cell, config in STUDY.runs()
    for name, model_id in config.model_ids.items()
    if name != "teacher"
}


def test_each_model_of_a_study_is_trained_once(house):
    house.finished(STUDY)
    view = house.conductor.view(STUDY.study_id)
    assert (view.done, view.reused, view.runs, view.failed) == (12, 0, 12, {})
    assert house.computed() == dict.fromkeys(MODELS, 1)
    assert len(MODELS) == 14
    for _cell, config in STUDY.runs():
        assert house.store.runs.record(config.run_id)["models"] == config.model_ids


def test_every_worker_is_busy(house):
    house.finished(STUDY)
    assert house.engine.most_at_once["student"] == house.engine.workers()["student"]


def test_what_is_stored_is_reused(house):
    house.finished(Study(BASE, {"temperature": [4]}, seeds=2))
    house.finished(STUDY)
    view = house.conductor.view(STUDY.study_id)
    assert (view.done, view.reused) == (12, 2)
    assert house.computed() == dict.fromkeys(MODELS, 1)


def test_a_stopped_study_keeps_what_it_has_and_goes_on_from_there(house):
    house.engine.seconds_an_epoch = 0.02
    study_id = house.conductor.start(STUDY)
    until(lambda: house.conductor.view(study_id).done >= 2)
    house.conductor.stop(study_id)
    view = house.conductor.wait(study_id, PATIENCE)
    assert view.status == "stopped"
    assert 2 <= view.done < 12
    kept = {model for model in MODELS if house.store.models.has(model)}
    house.engine.seconds_an_epoch = 0.0
    house.finished(STUDY)
    assert house.conductor.view(study_id).reused >= view.done
    assert {house.computed()[model] for model in kept} == {1}


def test_a_study_goes_on_after_a_restart(tmp_path):
    first = House(tmp_path, 0.02)
    study_id = first.conductor.start(STUDY)
    until(lambda: first.conductor.view(study_id).done >= 2)
    first.conductor.stop(study_id)
    first.conductor.wait(study_id, PATIENCE)
    kept = {model for model in MODELS if first.store.models.has(model)}
    assert len(kept) >= 2
    second = House(tmp_path)
    assert second.conductor.view(study_id).status == "stopped"
    assert second.conductor.view(study_id).done >= 2
    second.finished(second.conductor.study(study_id))
    assert kept & set(second.computed()) == set()


def test_starting_it_twice_is_one_study(house):
    house.engine.seconds_an_epoch = 0.01
    assert house.conductor.start(STUDY) == house.conductor.start(STUDY)
    assert house.conductor.wait(STUDY.study_id, PATIENCE).status == "finished"
    assert house.computed() == dict.fromkeys(MODELS, 1)


def test_two_studies_share_what_both_need(house):
    other = Study(BASE, {"alpha": [0.5, 0.9], "temperature": [4]}, seeds=2)
    ids = [house.conductor.start(study) for study in (STUDY, other)]
    for study_id in ids:
        assert house.conductor.wait(study_id, PATIENCE).status == "finished"
    assert set(house.computed().values()) == {1}


def test_a_person_is_served_before_a_study(house):
    house.engine.seconds_an_epoch = 0.03
    study_id = house.conductor.start(STUDY)
    until(lambda: house.conductor.view(study_id).done >= 1)
    mine = RunConfig(teacher="notebook", train_size=320, epochs=2, seed=99)
    house.dispatch.start(mine, "ann")
    until(lambda: house.store.runs.has(mine.run_id))
    assert house.conductor.view(study_id).active
    house.engine.seconds_an_epoch = 0.0
    assert house.conductor.wait(study_id, PATIENCE).status == "finished"


def test_a_full_disk_keeps_what_is_done_and_the_study_goes_on_when_there_is_room(house, monkeypatch):
    monkeypatch.setattr(conducting, "SECONDS_FOR_ROOM", 0.05)
    save, full = house.store.models.save, True

    def save_model(model_id, *arguments):
        if full and house.store.models.has(BASE.replace(alpha=0.1, temperature=1.0).model_ids["distilled"]):
            raise OSError(errno.ENOSPC, "No space left on device")
        return save(model_id, *arguments)

    monkeypatch.setattr(house.store.models, "save", save_model)
    study_id = house.conductor.start(STUDY)
    until(lambda: house.conductor.view(study_id).status == "waiting for room")
    done = house.conductor.view(study_id).done
    assert done < 12
    full = False
    view = house.conductor.wait(study_id, PATIENCE)
    assert (view.status, view.done, view.failed) == ("finished", 12, {})


def test_a_run_that_fails_does_not_end_the_others(house, monkeypatch):
    bad = BASE.replace(alpha=0.5, temperature=4.0).model_ids["distilled"]
    save = house.store.models.save

    def save_model(model_id, *arguments):
        if model_id == bad:
            raise ValueError("It does not fit.")
        return save(model_id, *arguments)

    monkeypatch.setattr(house.store.models, "save", save_model)
    view = house.conductor.wait(house.conductor.start(STUDY), PATIENCE)
    assert (view.status, view.done, len(view.failed)) == ("unfinished", 11, 1)
    assert "It does not fit." in str(next(iter(view.failed.values())))
    monkeypatch.setattr(house.store.models, "save", save)
    house.finished(STUDY)


def test_a_study_that_is_stopped_and_started_again_at_once_computes_everything(house):
    house.engine.seconds_an_epoch = 0.02
    for _ in range(3):
        study_id = house.conductor.start(STUDY)
        until(lambda: house.engine.begun)
        house.conductor.stop(study_id)
    house.engine.seconds_an_epoch = 0.0
    house.finished(STUDY)
    assert house.conductor.view(STUDY.study_id).failed == {}


def test_nothing_begins_for_a_study_that_was_stopped(house):
    config = BASE.replace(seed=9)
    assert house.dispatch.compute(config, "study", lambda: True) == STOPPED
    assert house.store.runs.row(config.run_id) is None


def test_a_run_that_somebody_else_stops_is_named_and_the_others_go_on(house):
    house.engine.seconds_an_epoch = 0.02
    study_id = house.conductor.start(STUDY)
    run_id = until(
        lambda: next(
            (
                config.run_id
                for _cell, config in STUDY.runs()
                if (view := house.dispatch.view(config.run_id)) and view.history
            ),
            None,
        )
    )
    assert house.dispatch.stop(run_id) is True
    house.engine.seconds_an_epoch = 0.0
    view = house.conductor.wait(study_id, PATIENCE)
    assert (view.status, view.done, view.failed) == ("unfinished", 11, {run_id: STOPPED})
    house.finished(STUDY)


def test_a_study_survives_the_loss_of_the_engine(house):
    house.engine.seconds_an_epoch = 0.01
    study_id = house.conductor.start(STUDY)
    until(lambda: house.conductor.view(study_id).done >= 2)
    house.engine.lose_next = 2
    view = house.conductor.wait(study_id, PATIENCE)
    assert (view.status, view.done, view.failed) == ("finished", 12, {})
    assert house.engine.lose_next == 0


def test_a_run_of_another_process_that_dies_is_computed_here(house):
    config = STUDY.config({"alpha": 0.1, "temperature": 4.0})
    with running_elsewhere(house.store.home, config) as run_id:
        study_id = house.conductor.start(STUDY)
        until(lambda: house.conductor.view(study_id).done == 11)
        time.sleep(0.1)
        assert house.conductor.view(study_id).status == "running"
        assert house.store.runs.worker(run_id) == "elsewhere"
    view = house.conductor.wait(study_id, PATIENCE)
    assert (view.status, view.failed) == ("finished", {})


def test_after_closing_nothing_of_a_study_is_written(house):
    house.engine.seconds_an_epoch = 0.02
    study_id = house.conductor.start(STUDY)
    until(lambda: house.conductor.view(study_id).done >= 1)
    house.conductor.close()
    house.dispatch.close()
    house.dispatch.wait_closed(PATIENCE)
    house.conductor.wait_closed(PATIENCE)
    rows, models = house.store.runs.rows(), sorted((house.store.home / "models").iterdir())
    assert not [row.run_id for row in rows if row.status in ACTIVE]
    house.engine.seconds_an_epoch = 0.0
    time.sleep(0.3)
    assert house.store.runs.rows() == rows
    assert sorted((house.store.home / "models").iterdir()) == models
    assert house.conductor.view(study_id).status == "stopped"
    assert house.conductor.wait(house.conductor.start(STUDY), PATIENCE).status == "stopped"


@pytest.mark.parametrize("rests", [False, True])
def test_a_study_that_a_restart_has_interrupted_says_so_and_waits_until_somebody_has_it_go_on(
    tmp_path, rests
):
    first = House(tmp_path, 0.02)
    study_id = first.conductor.start(STUDY)
    until(lambda: first.conductor.view(study_id).done >= 2)
    if rests:
        first.conductor.pause(study_id)
    first.conductor.close()
    first.dispatch.close()
    first.conductor.wait_closed(PATIENCE)
    second = House(tmp_path)
    view = second.conductor.view(study_id)
    assert (view.status, view.active) == ("interrupted", False)
    assert second.conductor.views() == [view]
    assert 2 <= view.done < STUDY.size
    second.finished(STUDY)
    third = House(tmp_path)
    assert third.conductor.view(study_id).status == "finished"


def test_an_interrupted_study_is_counted_anew_whatever_was_noted_when_it_was_stopped(tmp_path):
    first = House(tmp_path, 0.02)
    study_id = first.conductor.start(STUDY)
    until(lambda: first.conductor.view(study_id).done >= 1)
    first.conductor.stop(study_id)
    noted = first.conductor.wait(study_id, PATIENCE).done
    first.conductor.start(STUDY)
    until(lambda: first.conductor.view(study_id).done > noted)
    first.conductor.close()
    first.dispatch.close()
    first.conductor.wait_closed(PATIENCE)
    (view,) = House(tmp_path).conductor.views()
    assert view.status == "interrupted"
    assert noted < view.done < STUDY.size


def test_looking_at_a_study_estimates_nothing_again(house):
    asked = []

    def seconds(runs):
        asked.append(len(runs))
        return float(len(runs))

    house.conductor._seconds = seconds
    house.engine.seconds_an_epoch = 0.02
    study_id = house.conductor.start(STUDY)
    left = until(lambda: house.conductor.view(study_id).seconds_left)
    assert 0 < left <= 12
    assert len(asked) == 13
    for _ in range(100):
        house.conductor.view(study_id)
    assert len(asked) == 13
    house.engine.seconds_an_epoch = 0.0
    house.conductor.wait(study_id, PATIENCE)


def test_a_study_that_does_not_exist_is_named(house):
    for study_id in ("0123456789ab", "../../etc"):
        with pytest.raises(ValueError, match="There is no study"):
            house.conductor.view(study_id)
