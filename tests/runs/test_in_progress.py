"""Runs on their way: shared, waiting, giving way, stopped here or from elsewhere, failing."""

from __future__ import annotations

import errno
import threading
from unittest.mock import Mock

import pytest

from kd.__main__ import main
from kd.cli import runs as runs_command
from kd.config import RunConfig
from kd.engine import EngineLost
from kd.engine.connection import LOST
from kd.lab.run_list import RunList
from kd.runs import scheduler
from kd.runs.in_progress import MOST_WAITING, NOBODY, STOPPED, STOPPED_WAITING
from kd.runs.run import Wish
from kd.runs.scheduler import STUDY
from kd.store.store import Store
from kd.text.endings import Ending
from tests.house import PATIENCE, until
from tests.stored_runs import save

LONG = RunConfig(epochs=100, train_size=320, teacher="notebook", seed=1)
SHORT = LONG.replace(epochs=2, seed=2)
FRESH = LONG.replace(teacher="fresh", teacher_epochs=100, teacher_train_size=320, epochs=2)


@pytest.fixture(autouse=True)
def short_turns(monkeypatch):
    monkeypatch.setattr(scheduler, "SECONDS_A_TURN", 0.2)


def learning(house, config=LONG, person="ann") -> str:
    """A run that has begun to learn."""
    run_id = house.start(config, person)
    until(lambda: house.view(run_id).history)
    return run_id


def ending(house, run_id: str) -> Ending:
    until(lambda: house.view(run_id) is None)
    return Ending.read(house.store.runs.row(run_id).ending)


def test_a_long_run_lets_another_persons_in_and_goes_on_where_it_left_off(house):
    house.engine.seconds_an_epoch = 0.03
    long = learning(house)
    house.engine.seconds_an_epoch = 0.3
    short = house.start(SHORT, "ben")
    view = until(lambda: (view := house.view(long)).phase == "paused" and view)
    assert (view.status, view.queue_place, view.people) == ("queued", 1, {"ann"})
    assert view.history
    assert 0 < view.progress < 1
    house.engine.seconds_an_epoch = 0.03
    house.finished(short)
    assert house.view(long).active
    house.engine.seconds_an_epoch = 0.0
    house.finished(long)
    assert house.epochs(LONG, "distilled") == house.epochs(LONG, "scratch") == [1] * 100


def test_a_run_that_gave_way_can_be_stopped_and_what_it_learned_is_known(house):
    long = learning(house)
    house.engine.seconds_an_epoch = 0.3
    house.start(SHORT, "ben")
    until(lambda: house.view(long).phase == "paused")
    assert house.runs.stop(long, "ann") is True
    assert ending(house, long) == STOPPED
    assert {event["model"] for event in house.store.runs.events(long)} == {"distilled", "scratch"}


def test_what_two_runs_need_is_trained_once_before_the_eyes_of_both(house):
    house.engine.at_once = 2
    first = learning(house, FRESH)
    second = house.start(FRESH.replace(alpha=0.5), "ben")
    until(lambda: any(event["model"] == "teacher" for event in house.view(second).history))
    assert house.view(second).phase == "teacher"
    house.finished(first, second)
    assert house.epochs(FRESH, "teacher") == [1] * FRESH.teacher_epochs
    assert house.epochs(FRESH, "scratch") == [1] * FRESH.epochs
    history = house.store.models.record(FRESH.teacher_id)["history"]
    assert [event["epoch"] for event in history] == [*range(1, 101)]
    result = house.store.runs.record(FRESH.run_id)["result"]
    assert [result[name]["cached"] for name in ("teacher", "scratch")] == [False, False]
    third = house.start(FRESH.replace(alpha=0.9))
    house.finished(third)
    result = house.store.runs.record(third)["result"]
    assert [result[name]["cached"] for name in ("teacher", "scratch", "distilled")] == [True, True, False]


def test_a_scratch_student_does_not_wait_for_a_fresh_teacher(house):
    house.engine.seconds_an_epoch = 0.02
    run_id = house.start(FRESH)
    until(lambda: house.store.models.has(FRESH.model_ids["scratch"]))
    assert not house.store.models.has(FRESH.teacher_id)
    house.engine.seconds_an_epoch = 0.0
    house.finished(run_id)


def test_any_stored_model_can_teach_and_one_that_is_not_stored_is_named(house):
    house.finished(house.start(SHORT))
    born_again = house.start(SHORT.replace(teacher=SHORT.model_ids["distilled"]))
    house.finished(born_again)
    assert house.store.runs.models_of(born_again)["teacher"] == SHORT.model_ids["distilled"]
    missing = house.start(SHORT.replace(teacher="0123456789ab"))
    assert "0123456789ab" in str(ending(house, missing))


def test_a_study_leaves_the_workers_to_people_and_what_they_stop_goes_on_for_it(house):
    house.engine.seconds_an_epoch = 0.02
    ends = []
    for seed in range(10, 13):
        house.runs.want(LONG.replace(seed=seed), "study", Wish(STUDY, ended=ends.append))
    until(lambda: sum(house.engine.trained.values()) > 4)
    house.finished(house.start(SHORT))
    assert not ends
    shared = LONG.replace(seed=10)
    house.start(shared)
    assert house.runs.stop(shared.run_id, "ann") is False
    house.engine.seconds_an_epoch = 0.0
    until(lambda: ends == [None] * 3)
    assert set(house.engine.trained.values()) == {1}


def test_stopping_a_shared_run_withdraws_one_request_and_the_last_ends_it(house):
    house.engine.seconds_an_epoch = 0.1
    for person in ("ann", "ben"):
        house.start(LONG, person)
    assert house.view(LONG.run_id).people == {"ann", "ben"}
    assert house.runs.stop(LONG.run_id, "ann") is False
    assert house.runs.stop(LONG.run_id, "a passer-by") is False
    assert house.view(LONG.run_id).active
    assert house.runs.stop(LONG.run_id, "ben") is True
    assert house.status(LONG.run_id) == "stopped"
    house.engine.seconds_an_epoch = 0.0
    house.start(LONG, "ben")  # at once, while the engine still ends the first
    house.finished(LONG.run_id)


def test_a_waiting_run_has_a_place_and_one_that_is_stopped_never_begins(house):
    house.engine.seconds_an_epoch = 0.1
    learning(house)
    waiting = [house.start(SHORT.replace(seed=seed), "ann") for seed in (3, 4)]
    assert [house.view(run_id).queue_place for run_id in waiting] == [1, 2]
    assert {house.view(run_id).phase for run_id in waiting} == {"queued"}
    assert house.runs.stop(waiting[0], "ann") is True
    assert ending(house, waiting[0]) == STOPPED_WAITING
    assert house.view(waiting[1]).queue_place == 1
    house.engine.seconds_an_epoch = 0.0
    house.finished(LONG.run_id, waiting[1])
    assert SHORT.replace(seed=3).model_ids["distilled"] not in house.engine.begun


def test_no_more_than_so_many_runs_wait_for_one_person_but_any_number_for_a_program(house):
    house.engine.seconds_an_epoch = 1.0
    learning(house, LONG)
    for seed in range(2, 2 + MOST_WAITING):
        house.start(SHORT.replace(seed=seed), "ann")
    one_more = SHORT.replace(seed=99)
    with pytest.raises(ValueError, match=f"You already have {MOST_WAITING} runs waiting"):
        house.start(one_more, "ann")
    assert house.view(one_more.run_id) is None
    assert house.store.runs.row(one_more.run_id) is None
    house.start(LONG, "ann")  # it is being computed already
    house.start(one_more, "ben")
    house.runs.stop(SHORT.run_id, "ann")
    house.start(SHORT.replace(seed=98), "ann")
    for seed in range(200, 201 + MOST_WAITING):
        house.start(SHORT.replace(seed=seed), NOBODY)


def test_a_failure_says_why_and_the_next_run_begins(house, monkeypatch):
    save = house.store.models.save

    def fails(model_id, *rest):
        if model_id == SHORT.model_ids["scratch"]:
            raise OSError(errno.ENOSPC, "no space")
        save(model_id, *rest)

    monkeypatch.setattr(house.store.models, "save", fails)
    first, second = house.start(SHORT), house.start(SHORT.replace(seed=3), "ben")
    assert ending(house, first).code == "disk full"
    house.finished(second)

    with monkeypatch.context() as patch:
        patch.setattr(house.engine, "attempt", Mock(side_effect=EngineLost(LOST)))
        said = str(ending(house, house.start(SHORT.replace(seed=8))))
    assert said == "The training engine ended unexpectedly."

    monkeypatch.setattr(house.store.runs, "claim", Mock(side_effect=OSError(errno.ENOSPC, "no space")))
    unrecorded = SHORT.replace(seed=4)
    with pytest.raises(OSError, match="no space"):
        house.start(unrecorded)
    assert house.store.runs.row(unrecorded.run_id) is None


def test_a_run_stopped_here_and_finished_by_another_process_is_finished_here_too(house):
    run_id, runs = learning(house), RunList(house.store, house.view)
    house.runs.stop(run_id)
    assert ending(house, run_id) == STOPPED
    assert runs.view(run_id).status == "stopped"
    save(Store(house.store.home), LONG)
    assert runs.view(run_id).status == "finished"
    assert {view.run_id: view.status for view in runs.views()}[run_id] == "finished"


def test_waiting_for_the_store_holds_up_nobody(house, monkeypatch):
    locked, claim = threading.Event(), house.store.runs.claim
    house.engine.seconds_an_epoch = 0.1
    learning(house)

    def claim_later(run_id, *how):
        assert run_id != SHORT.run_id or locked.wait(PATIENCE)
        return claim(run_id, *how)

    monkeypatch.setattr(house.store.runs, "claim", claim_later)
    asking = threading.Thread(target=house.start, args=(SHORT, "ben"))
    asking.start()
    until(lambda: house.view(SHORT.run_id))
    third = house.start(SHORT.replace(seed=3), "cy")
    assert house.view(third).active
    assert house.runs.stop(SHORT.run_id, "ben") is True
    locked.set()
    asking.join()
    assert house.status(SHORT.run_id) == "stopped"
    assert SHORT.model_ids["distilled"] not in house.engine.begun


def test_another_process_stops_a_run_that_waits(house):
    house.engine.seconds_an_epoch = 0.1
    learning(house)
    waiting = house.start(SHORT, "ann")
    Store(house.store.home).runs.ask_to_stop(waiting)
    assert ending(house, waiting) == STOPPED_WAITING
    assert house.store.runs.asked_to_stop() == []
    house.engine.seconds_an_epoch = 0.0
    house.start(SHORT)
    house.finished(LONG.run_id, waiting)


def test_the_command_stops_anybodys_run_and_says_when_nobody_responds(house, monkeypatch, capsys):
    monkeypatch.setenv("KD_HOME", str(house.store.home))
    house.engine.seconds_an_epoch = 0.1
    run_id = learning(house)
    assert main(["stop", run_id[:7]]) == 0
    assert capsys.readouterr().out == f"Run {run_id} has been stopped.\n"
    assert house.status(run_id) == "stopped"
    assert main(["stop", run_id]) == 2
    assert f"No waiting or training run has the id '{run_id}'" in capsys.readouterr().err
    monkeypatch.setattr(runs_command, "SECONDS_TO_STOP", 0.2)
    monkeypatch.setattr(house.store.runs, "asked_to_stop", list)
    assert main(["stop", learning(house)]) == 1
    assert "has not responded" in capsys.readouterr().err
