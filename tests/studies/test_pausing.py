"""Studies rest and go on, are somebody's, and share the workers with each other."""

from __future__ import annotations

import time

from kd.config import RunConfig
from kd.studies.study import Study
from tests.studies.house import BASE, PATIENCE, STUDY, House, until


def test_a_paused_study_rests_in_the_middle_of_a_run_and_loses_nothing(house):
    house.engine.seconds_an_epoch = 0.02
    study_id = house.conductor.start(STUDY)
    until(lambda: house.engine.trained)
    house.conductor.pause(study_id)
    assert house.conductor.view(study_id).status == "paused"
    pieces = house.dispatch.workshop._pieces
    until(lambda: not any(piece.is_running for piece in list(pieces.values())))
    trained, left = house.engine.trained.copy(), house.conductor.view(study_id).seconds_left
    assert house.dispatch.is_idle()
    mine = RunConfig(teacher="notebook", train_size=320, epochs=2, seed=99)
    house.dispatch.start(mine, "ann")
    until(lambda: house.store.runs.has(mine.run_id))
    own = {model_id for name, model_id in mine.model_ids.items() if name != "teacher"}
    assert {key: n for key, n in house.engine.trained.items() if key[0] not in own} == trained
    assert house.conductor.view(study_id).seconds_left == left
    house.engine.seconds_an_epoch = 0.0
    house.finished(STUDY)
    # no epoch twice: what was begun went on where it was
    assert {n for key, n in house.engine.trained.items()} == {1}


def test_a_run_that_a_person_wants_does_not_rest_with_its_study(house):
    house.engine.seconds_an_epoch = 0.02
    study_id = house.conductor.start(STUDY)
    until(lambda: house.engine.trained)
    house.conductor.pause(study_id)
    config = STUDY.config({"alpha": 0.1, "temperature": 1.0})
    house.dispatch.start(config, "ann")
    until(lambda: house.store.runs.has(config.run_id))
    assert house.conductor.view(study_id).status == "paused"
    house.conductor.stop(study_id)
    assert house.conductor.wait(study_id, PATIENCE).status == "stopped"


def test_what_two_studies_want_rests_only_when_both_do(house):
    house.engine.seconds_an_epoch = 0.02
    other = Study(BASE, {"alpha": [0.1], "temperature": [1, 4]}, seeds=2)
    ids = [house.conductor.start(study) for study in (STUDY, other)]
    until(lambda: house.engine.trained)
    house.conductor.pause(ids[0])
    assert house.conductor.wait(ids[1], PATIENCE).status == "finished"
    assert house.conductor.view(ids[0]).status == "paused"
    house.engine.seconds_an_epoch = 0.0
    house.finished(STUDY)


def test_studies_are_listed_with_whose_they_are_also_after_a_restart(tmp_path):
    first = House(tmp_path)
    seeds = first.conductor.start(Study(BASE, {}, seeds=2), person="ann")
    small = Study(BASE, {"alpha": [0.1, 0.5]})
    first.conductor.wait(seeds, PATIENCE)
    first.conductor.wait(first.conductor.start(small, person="ann"), PATIENCE)
    first.conductor.wait(first.conductor.start(STUDY, person="ben"), PATIENCE)
    # whoever starts it again: it stays whose it was
    first.conductor.wait(first.conductor.start(small, person="ben"), PATIENCE)
    for house in (first, House(tmp_path)):
        views = house.conductor.views()
        assert [(view.study, view.person, view.status, view.done) for view in views] == [
            (STUDY, "ben", "finished", 12),
            (small, "ann", "finished", 2),
        ]
        assert views[0].created > views[1].created > time.time() - 10 * PATIENCE


def test_a_study_is_an_experiments_until_somebody_composes_it_too(tmp_path):
    house = House(tmp_path)
    small = Study(BASE, {"alpha": [0.1, 0.5]})

    def part_of(**asked):
        house.conductor.wait(house.conductor.start(small, **asked), PATIENCE)
        (again,) = House(tmp_path).conductor.views()
        (view,) = house.conductor.views()
        assert view.experiment == again.experiment == house.conductor.view(small.study_id).experiment
        return view.experiment

    assert part_of(experiment="how_small") == "how_small"
    assert part_of(experiment="how_small", person="ann") == "how_small"
    assert part_of(person="ann") == ""
    assert part_of(experiment="how_small") == ""


def test_a_study_that_another_process_carries_out_is_seen_to_be_under_way(tmp_path, monkeypatch):
    first, second = House(tmp_path, 0.05), House(tmp_path)
    study_id = first.conductor.start(STUDY)
    monkeypatch.setattr("kd.store.studies.owners.own_token", lambda: "f" * 32)
    view = second.conductor.view(study_id)
    assert (view.status, view.elsewhere) == ("running", True)
    monkeypatch.undo()
    first.conductor.stop(study_id)
    first.conductor.wait(study_id, PATIENCE)
    view = second.conductor.view(study_id)
    assert (view.status, view.elsewhere) == ("stopped", False)


def test_two_studies_go_on_side_by_side(house):
    house.engine.seconds_an_epoch = 0.01
    other = Study(BASE.replace(seed=50), {"alpha": [0.1, 0.5], "temperature": [1, 4, 20]}, seeds=2)
    ids = [house.conductor.start(study) for study in (STUDY, other)]
    until(lambda: house.conductor.view(ids[1]).done >= 2)
    assert house.conductor.view(ids[0]).done < STUDY.size
    house.engine.seconds_an_epoch = 0.0
    for study_id in ids:
        assert house.conductor.wait(study_id, PATIENCE).status == "finished"
