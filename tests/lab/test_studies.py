"""Studies: carried out once for all who want them, paused, stopped, interrupted, on a full disk."""

from __future__ import annotations

import errno
import time

from kd.config import RunConfig
from kd.runs import batch
from kd.runs.in_progress import STOPPED
from kd.studies.study import Study
from tests.house import PATIENCE, House, until
from tests.other_process import running_elsewhere

BASE = RunConfig(teacher="notebook", train_size=320, epochs=5)
STUDY = Study(BASE, {"alpha": [0.1, 0.5], "temperature": [1, 4, 20]}, seeds=2)
MODELS = {
    model_id
    for _cell, config in STUDY.runs()
    for name, model_id in config.model_ids.items()
    if name != "teacher"
}


def computed(house) -> dict[str, int]:
    """How often each model was trained to its end, by id."""
    return {model: times for (model, epoch), times in house.engine.trained.items() if epoch == BASE.epochs}


def going(house, done: int = 2, **asked) -> str:
    """A study of which so many runs are done, and which goes on slowly."""
    house.engine.seconds_an_epoch = 0.02
    study_id = house.studies.start(STUDY, **asked)
    until(lambda: house.studies.view(study_id).done >= done)
    return study_id


def test_each_model_is_trained_once_and_every_worker_is_busy(house):
    house.finished(Study(BASE, {"temperature": [4]}, seeds=2))
    other = Study(BASE, {"alpha": [0.5, 0.9], "temperature": [4]}, seeds=2)
    house.studies.start(other)
    house.finished(STUDY, other)
    view = house.studies.view(STUDY.study_id)
    assert (view.done, view.runs, view.failed) == (12, 12, {})
    assert view.reused >= 2
    assert {computed(house)[model] for model in MODELS} == set(computed(house).values()) == {1}
    assert house.engine.most_at_once["student"] == house.estimates.workers()
    for _cell, config in STUDY.runs():
        assert house.store.runs.models_of(config.run_id) == config.model_ids


def test_one_that_is_stopped_keeps_what_it_has_and_goes_on_from_there_also_elsewhere(house, tmp_path):
    study_id = going(house)
    house.studies.stop(study_id)
    view = house.studies.wait(study_id, PATIENCE)
    assert view.status == "stopped"
    assert 2 <= view.done < 12
    kept = {model for model in MODELS if house.store.models.has(model)}
    second = House(tmp_path)
    assert second.studies.view(study_id).status == "stopped"
    second.finished(second.studies.study(study_id))
    assert kept & set(computed(second)) == set()
    assert second.studies.view(study_id).reused >= view.done
    second.close()


def test_two_people_on_one_study_and_one_stops_or_pauses(house):
    study_id = going(house, person="ann")
    assert house.studies.start(STUDY, person="ben", experiment="how_small") == study_id
    house.studies.pause(study_id, "ben")
    assert house.studies.view(study_id).status == "running"
    house.studies.stop(study_id, "ann")
    assert house.studies.view(study_id).status == "paused"  # only ben is left, and he lets it rest
    house.studies.start(STUDY, person="ben")
    house.studies.stop(study_id, "a passer-by")
    view = house.studies.view(study_id)
    assert (view.status, view.wanting, view.people) == ("running", {"ben"}, {"ann", "ben"})
    house.studies.stop(study_id, "ben")
    assert house.studies.wait(study_id, PATIENCE).status == "stopped"


def test_one_that_is_paused_rests_in_the_middle_of_a_run_and_loses_nothing(house):
    study_id = going(house, done=0)
    until(lambda: house.engine.trained)
    house.studies.pause(study_id)
    assert house.studies.view(study_id).status == "paused"
    until(lambda: not house.engine.training["student"])
    trained = house.engine.trained.copy()
    left = until(lambda: house.studies.view(study_id).seconds_left)
    assert house.runs.is_idle()
    mine, shared = BASE.replace(epochs=2, seed=99), STUDY.config({"alpha": 0.1, "temperature": 1.0})
    house.engine.seconds_an_epoch = 0.0
    house.finished(house.start(mine), house.start(shared))  # what a person wants does not rest
    theirs = {*mine.model_ids.values(), *shared.model_ids.values()}
    others = {key: n for key, n in house.engine.trained.items() if key[0] not in theirs}
    assert others == {key: n for key, n in trained.items() if key[0] not in theirs}
    assert house.studies.view(study_id).seconds_left <= left
    house.finished(STUDY)
    assert set(house.engine.trained.values()) == {1}


def test_a_person_goes_first_two_studies_go_on_side_by_side_and_what_both_want_rests_with_both(house):
    study_id = going(house, done=1)
    other = Study(BASE, {"alpha": [0.1], "temperature": [1, 4]}, seeds=4)
    other_id = house.studies.start(other)
    house.finished(house.start(BASE.replace(epochs=2, seed=99)))
    until(lambda: house.studies.view(other_id).done >= 1)
    assert house.studies.view(study_id).active
    house.studies.pause(study_id)
    assert house.studies.wait(other_id, PATIENCE).status == "finished"
    assert house.studies.view(study_id).status == "paused"


def test_a_full_disk_keeps_what_is_done_and_it_goes_on_when_there_is_room(house, monkeypatch):
    monkeypatch.setattr(batch, "SECONDS_FOR_ROOM", 0.05)
    save, is_full = house.store.models.save, True

    def full_save(model_id, *arguments):
        if is_full and house.store.models.has(next(iter(STUDY.runs()))[1].model_ids["distilled"]):
            raise OSError(errno.ENOSPC, "No space left on device")
        return save(model_id, *arguments)

    monkeypatch.setattr(house.store.models, "save", full_save)
    study_id = house.studies.start(STUDY)
    until(lambda: house.studies.view(study_id).status == "waiting for room")
    assert house.studies.view(study_id).done < 12
    is_full = False
    view = house.studies.wait(study_id, PATIENCE)
    assert (view.status, view.done, view.failed) == ("finished", 12, {})


def test_a_run_that_fails_or_is_stopped_is_named_and_the_others_go_on(house, monkeypatch):
    bad = BASE.replace(alpha=0.5, temperature=4.0).model_ids["distilled"]
    save = house.store.models.save

    def failing_save(model_id, *arguments):
        if model_id == bad:
            raise ValueError("It does not fit.")
        return save(model_id, *arguments)

    monkeypatch.setattr(house.store.models, "save", failing_save)
    house.engine.seconds_an_epoch = 0.02
    study_id = house.studies.start(STUDY)
    runs = [config.run_id for _cell, config in STUDY.runs()]
    stopped = until(lambda: next((r for r in runs if (v := house.view(r)) and v.history), None))
    assert house.runs.stop(stopped) is True
    house.engine.seconds_an_epoch = 0.0
    view = house.studies.wait(study_id, PATIENCE)
    assert (view.status, view.done, view.failed[stopped]) == ("unfinished", 10, STOPPED)
    assert "It does not fit." in {str(ending) for ending in view.failed.values()}
    monkeypatch.setattr(house.store.models, "save", save)
    house.finished(STUDY)


def test_one_that_is_stopped_and_started_again_at_once_survives_that_and_the_loss_of_the_engine(house):
    house.engine.seconds_an_epoch = 0.02
    for _ in range(3):
        study_id = house.studies.start(STUDY)
        until(lambda: house.engine.begun)
        house.studies.stop(study_id)
    house.engine.seconds_an_epoch, house.engine.lose_next = 0.0, 2
    view = house.studies.wait(house.studies.start(STUDY), PATIENCE)
    assert (view.status, view.done, view.failed) == ("finished", 12, {})
    assert house.engine.lose_next == 0


def test_a_run_of_another_process_that_dies_is_computed_here(house):
    config = STUDY.config({"alpha": 0.1, "temperature": 4.0})
    with running_elsewhere(house.store.home, config) as run_id:
        study_id = house.studies.start(STUDY)
        until(lambda: house.studies.view(study_id).done == 11)
        assert house.studies.view(study_id).status == "running"
        assert house.store.runs.worker(run_id) == "elsewhere"
    view = house.studies.wait(study_id, PATIENCE)
    assert (view.status, view.failed) == ("finished", {})


def test_one_that_a_restart_has_interrupted_says_so_and_waits_until_somebody_has_it_go_on(tmp_path):
    first = House(tmp_path)
    study_id = going(first, done=1)
    first.studies.stop(study_id)
    noted = first.studies.wait(study_id, PATIENCE).done
    first.studies.start(STUDY)
    until(lambda: first.studies.view(study_id).done > noted)
    first.studies.pause(study_id)  # a study that rests ends with its process, too
    first.close()
    rows = first.store.runs.rows()
    assert not [row for row in rows if row.is_active and row.owner is None]
    second = House(tmp_path)
    view = second.studies.view(study_id)
    assert (view.status, view.active) == ("interrupted", False)
    assert [(each.study_id, each.status) for each in second.studies.views()] == [(study_id, "interrupted")]
    assert noted < view.done < STUDY.size
    second.finished(STUDY)
    second.close()
    assert first.studies.start(STUDY) == study_id  # a closed lab computes nothing


def test_studies_are_listed_with_whose_they_are_and_what_they_are_part_of(house, tmp_path):
    small = Study(BASE, {"alpha": [0.1, 0.5]})
    house.finished(Study(BASE, {}, seeds=2))  # varies nothing but the seed
    house.studies.wait(house.studies.start(small, "ann", "how_small"), PATIENCE)
    house.studies.wait(house.studies.start(STUDY, "ben"), PATIENCE)
    for studies in (house.studies, House(tmp_path).studies):
        views = studies.views()
        assert [(view.study, view.person, view.status, view.done, view.experiment) for view in views] == [
            (STUDY, "ben", "finished", 12, ""),
            (small, "ann", "finished", 2, "how_small"),
        ]
        assert views[0].created > views[1].created > time.time() - 10 * PATIENCE
    house.studies.wait(house.studies.start(small, "ben", "how_small"), PATIENCE)
    assert house.studies.view(small.study_id).experiment == "how_small"
    house.studies.wait(house.studies.start(small, "ann"), PATIENCE)  # composed, too
    assert house.studies.view(small.study_id).experiment == ""


def test_one_that_another_process_carries_out_is_seen_to_be_under_way(house, tmp_path, monkeypatch):
    second = House(tmp_path)
    study_id = going(house, done=0)
    monkeypatch.setattr("kd.base.owners.own_token", lambda: "f" * 32)
    view = second.studies.view(study_id)
    assert (view.status, view.elsewhere) == ("running", True)


def test_looking_estimates_nothing_again(house, monkeypatch):
    asked, together = [], house.estimates.together
    monkeypatch.setattr(house.estimates, "together", lambda runs: asked.append(1) or together(runs))
    study_id = going(house, done=0)
    assert until(lambda: house.studies.view(study_id).seconds_left) > 0
    times = len(asked)
    for _ in range(100):
        house.studies.view(study_id)
    assert len(asked) == times
