"""An experiment that a lab carries out, on an engine that computes nothing: stages, stops, what is kept."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from kd.lab import experiments
from kd.lab.experiments import ExperimentRun
from kd.lab.runs import Run
from kd.studies.experiments import EXPERIMENTS, rows
from kd.studies.experiments.experiment import Experiment
from tests.studies.experiments.tiny import EXPERIMENT as TINY
from tests.studies.fake_lab import PATIENCE, FakeLab


@pytest.fixture
def tiny(monkeypatch) -> Experiment:
    monkeypatch.setitem(EXPERIMENTS._files, "tiny", "tests.studies.experiments.tiny")
    return TINY


def finished(run: ExperimentRun):
    run.start()
    view = run.wait(PATIENCE)
    assert view.status == "finished", view
    return view


def test_stage_follows_stage_with_models_of_the_one_before_as_teachers(fake_lab, tiny):
    run = fake_lab.experiment("tiny")
    before = run.view()
    assert (before.status, before.done, before.runs, before.stages) == ("not started", 0, 6, 2)
    assert before.seconds_left == run.estimate() > 0
    view = finished(run)
    assert (view.done, view.stage, view.failed) == (6, 2, {})
    assert view.seconds_left == run.estimate() == 0
    first = fake_lab.engine.begun.index
    for config in run.experiment.runs(2)[4:]:
        assert first(config.teacher) < first(config.model_ids["distilled"])
    assert view.rows["generation"].tolist() == [1, 1, 1, 1, 2, 2]
    assert view.rows["agreement"].tolist()[4:] == [100.0] * 2  # what this engine makes is all the same
    assert view.rows["agreement"].nunique() == 2
    assert [*view.findings] == ["short"]
    assert set(view.findings["short"]) == {"gain"}


def test_whoever_asks_the_same_gets_the_same_and_nothing_is_trained_twice(fake_lab, tiny):
    run = fake_lab.experiment("tiny", 2)
    assert fake_lab.experiment("tiny", 2) is run
    assert fake_lab.experiment("tiny", 1) is not run
    assert fake_lab.experiment("tiny", 2, epochs="2") is not run
    assert run.view().done == 0
    finished(fake_lab.experiment("tiny", 1))
    assert (run.view().done, run.view().status) == (3, "stopped")  # it sees what is stored meanwhile
    finished(run)
    begun = len(fake_lab.engine.begun)
    finished(run)
    finished(ExperimentRun(fake_lab._experiments, tiny, 1))
    assert len(fake_lab.engine.begun) == begun


def test_one_that_is_stopped_keeps_its_runs_and_goes_on_in_another_process(tmp_path, tiny):
    lab = FakeLab(tmp_path, seconds_an_epoch=0.05)
    run = ExperimentRun(lab._experiments, tiny.choose(epochs=5), 2)
    run.start()
    run.stop()
    run.start()  # at once
    while not run.view().done:
        time.sleep(0.01)
    run.stop()
    view = run.wait(PATIENCE)
    assert view.status == "stopped"
    assert 0 < view.done < view.runs
    trained = dict(lab.engine.trained)
    lab.close()
    again = FakeLab(tmp_path)
    going_on = ExperimentRun(again._experiments, run.experiment, 2)
    assert (going_on.view().status, going_on.view().done) == ("stopped", view.done)
    assert finished(going_on).done == view.runs
    whole = {model for model, epoch in trained if epoch == 5}
    assert whole
    assert not whole & set(again.engine.begun)
    again.close()


def test_people_share_one_and_it_ends_when_the_last_of_them_stops_it(fake_lab, tiny, monkeypatch):
    asked, start = [], fake_lab.studies.start

    def noted(study, person, **of):
        asked.append(person)
        return start(study, person, **of)

    monkeypatch.setattr(fake_lab.studies, "start", noted)
    monkeypatch.setattr(fake_lab.studies, "stop", lambda study, person: asked.append(f"not {person}"))
    run = ExperimentRun(fake_lab._experiments, tiny.choose(epochs=20), 1)
    run.start("ann")
    run.start("ben")
    assert not run.stop("ann")
    assert run.wait(PATIENCE).status == "finished"
    assert asked[-1] == "ben"  # who alone wanted the last stage
    assert run.stop("ben")


def test_a_run_that_fails_ends_it_before_the_next_stage(fake_lab, tiny, monkeypatch, caplog):
    monkeypatch.setattr(fake_lab.engine, "loses", lambda key: True)
    run = ExperimentRun(fake_lab._experiments, tiny, 1)
    run.start()
    view = run.wait(PATIENCE)
    assert (view.status, view.done, view.stage, len(view.failed)) == ("unfinished", 0, 1, 2)
    assert "experiment tiny failed" not in caplog.text  # as it would if the next one missed its teachers


def test_its_own_thread_measures_once_so_that_no_look_waits_for_it(fake_lab, tiny, monkeypatch):
    run, measured, threads = ExperimentRun(fake_lab._experiments, tiny, 1), Run.measured, set()

    def noted(run, name):
        threads.add(threading.current_thread().name)
        return measured(run, name)

    monkeypatch.setattr(Run, "measured", noted)
    run.view()
    run.start()
    while run.view().active:
        run._thread.join(0.01)
    assert run.view().done == 3
    assert threads == {"kd-experiment-tiny"}
    monkeypatch.setattr(rows, "rows_of", lambda *_arguments: pytest.fail("computed again"))
    assert run.view().done == 3


def test_a_lab_keeps_so_many_experiments_and_those_that_go_on(fake_lab, tiny, monkeypatch):
    monkeypatch.setattr(experiments, "MOST_KEPT", 2)
    first = fake_lab.experiment("tiny", 1)
    assert fake_lab.experiment("tiny", 1) is first
    monkeypatch.setattr(ExperimentRun, "is_going", property(lambda run: run is first))
    others = [fake_lab.experiment("tiny", seeds) for seeds in (2, 3, 4)]
    assert list(fake_lab._experiments._known.values()) == [first, others[-1]]


def test_it_can_be_looked_at_while_a_stage_begins(fake_lab, tiny, monkeypatch):
    run, start_study, seen = ExperimentRun(fake_lab._experiments, tiny, 2), fake_lab.studies.start, []

    def look_and_start(study, *asked, **said):
        seen.append(run.view().done)
        return start_study(study, *asked, **said)

    monkeypatch.setattr(fake_lab.studies, "start", look_and_start)
    finished(run)
    assert seen == [0, 4, 4]


def test_what_has_ended_is_shown_whole_to_whoever_began_to_look_before(fake_lab, tiny, monkeypatch):
    """The last run may finish in the middle of a look: then the next one shows it."""
    run, watch_study = ExperimentRun(fake_lab._experiments, tiny, 1), fake_lab.studies.view
    run.start()
    before = []

    def as_it_was(study):
        if not before:
            before.append(watch_study(study))
            run._thread.join(PATIENCE)
            return replace(before[0], done=0)
        return watch_study(study)

    monkeypatch.setattr(fake_lab.studies, "view", as_it_was)
    assert run.view().status == "running"
    assert run.view().status == "finished"


def test_a_run_without_its_models_is_shown_without_its_measures(fake_lab, tiny, monkeypatch):
    def lost(run, name):
        raise ValueError("It has lost a model.")

    monkeypatch.setattr(Run, "measured", lost)
    view = finished(ExperimentRun(fake_lab._experiments, tiny, 1))
    assert view.rows["agreement"].isna().all()
    assert view.rows["distilled_accuracy"].notna().all()
