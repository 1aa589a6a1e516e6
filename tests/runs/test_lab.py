"""The lab with its real engine: worker processes, the store, stopping, dying."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import keras
import numpy as np
import psutil
import pytest

from kd.config import RunConfig
from kd.lab import Lab
from kd.runs import scheduler
from kd.store.store import Store
from tests import PROJECT
from tests.stored_runs import remove, save_copy

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=2)
LONG = RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1)
PATIENCE = 240


@pytest.fixture(scope="module")
def finished(lab):
    view = lab.train(SMALL).wait(PATIENCE)
    assert view.status == "finished", view.message
    return view


def wait_until(condition, seconds: float = PATIENCE):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return value


def at_once(lab) -> int:
    """How many runs train at once: each has two students."""
    return max(1, lab.estimates.workers() // 2)


def engine_processes() -> list[psutil.Process]:
    """The engine's process and its workers, as children of this one."""
    return [p for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]


def test_a_run_ends_with_a_result_of_three_models(finished, mnist, lab):
    result = finished.result
    assert result["run"] == SMALL.run_id == finished.run_id
    assert result["teacher"]["parameters"] == 1_433_610
    assert result["teacher"]["cached"] is True
    labels = mnist.test()[1]
    logits = lab.runs[finished.run_id].test_logits()
    for name in ("teacher", "distilled", "scratch"):
        measured = float((logits[name].argmax(axis=1) == labels).mean())
        assert result[name]["test_accuracy"] == pytest.approx(measured, abs=1e-4)
        assert result[name]["milliseconds"] > 0
    assert [e["epoch"] for e in finished.history if e["model"] == "scratch"] == [1, 2]


def test_the_engine_keeps_few_past_events(lab, finished):
    def most_events(dask_scheduler):
        return max(len(topic.events) for topic in dask_scheduler._broker._topics.values())

    assert 0 < lab._engine.ensure().run_on_scheduler(most_events) <= 20


def test_the_engine_keeps_no_result_of_a_run_that_has_ended(lab, finished):
    stopped = lab.train(LONG.replace(seed=77))
    wait_until(lambda: stopped.view().progress > 0)
    stopped.stop()
    stopped.wait(PATIENCE)

    def tasks(dask_scheduler):
        return len(dask_scheduler.tasks)

    def results(dask_worker):
        return len(dask_worker.data)

    client = lab._engine.ensure()
    wait_until(lambda: client.run_on_scheduler(tasks) == 0)
    wait_until(lambda: not any(client.run(results).values()))


def test_the_same_config_again_answers_from_the_store(finished, lab):
    assert lab.train(SMALL).id == finished.run_id
    view = lab.runs.view(finished.run_id)
    assert (view.status, view.result) == ("finished", finished.result)


def test_the_artefacts_are_what_was_measured(finished, lab, mnist):
    images = mnist.test(50)[0]
    asked = lab.runs[finished.run_id].models()
    for name in ("distilled", "scratch"):
        loaded = keras.saving.load_model(lab.store.models.get(SMALL.model_ids[name])[1])
        np.testing.assert_allclose(
            loaded(images), lab.runs[finished.run_id].test_logits()[name][:50], atol=1e-4
        )
        np.testing.assert_allclose(asked[name].logits(images), loaded(images), atol=1e-4)


def test_students_in_two_workers_start_alike_and_see_the_same_batches(lab, finished):
    """With α = 1 the teacher has no weight, so any difference would be unfair."""
    view = lab.train(SMALL.replace(alpha=1.0, seed=5)).wait(PATIENCE)
    assert view.status == "finished", view.message
    logits = lab.runs[view.run_id].test_logits()
    np.testing.assert_allclose(logits["distilled"], logits["scratch"], atol=1e-3)


def test_a_student_that_never_saw_a_label_is_ahead_of_one_that_saw_them_all(lab, finished):
    """What Train suggests trying: the default settings, with α = 0."""
    view = lab.train(RunConfig(alpha=0.0)).wait(PATIENCE)
    assert view.status == "finished", view.message
    assert view.result["comparison"]["low"] > 0


def test_a_record_holds_numbers_and_the_result_says_them(lab, finished):
    stored = lab.store.runs.record(finished.run_id)["result"]["comparison"]
    assert stored == finished.result["comparison"]
    assert {type(value) for name, value in stored.items() if name != "verdict"} == {float, int}
    assert stored["verdict"] in ("ahead", "behind", "not shown")
    assert "McNemar p" in finished.result["comparison"]["sentence"]


def test_a_second_lab_on_the_same_home_sees_the_run(finished, lab):
    other = Lab(lab.store.home)
    assert other.train(SMALL).id == finished.run_id
    assert other.runs.view(finished.run_id).result == finished.result
    assert finished.run_id in [run.id for run in other.runs]


def test_a_run_stopped_here_and_finished_by_another_process_is_finished_here_too(lab, finished):
    config = LONG.replace(seed=40)
    run = lab.train(config)
    run.stop()
    assert run.wait(PATIENCE).status == "stopped"
    save_copy(Store(lab.store.home), finished.run_id, config)
    assert run.status == "finished"
    assert run.result == finished.result
    assert {entry.run_id: entry.status for entry in lab.runs.views()}[run.id] == "finished"
    assert run.models()["scratch"].parameters == 20_490
    lab.runs.delete(run.id)


def test_a_run_that_gives_way_ends_as_if_it_had_not(lab, finished, monkeypatch):
    def exact(view):
        events = [{k: v for k, v in event.items() if k != "seconds"} for event in view.history]
        return sorted(events, key=lambda event: (event["model"], event["epoch"]))

    long = SMALL.replace(epochs=20, batch_size=1, seed=50)
    undisturbed = lab.train(long, "ann").wait(PATIENCE)
    logits = {name: values.copy() for name, values in lab.runs[long.run_id].test_logits().items()}
    remove(lab.store, long)
    monkeypatch.setattr(scheduler, "SECONDS_A_TURN", 0.0)
    lab.train(long, "ann")
    wait_until(lambda: lab.runs.view(long.run_id).phase == "students")
    others = [lab.train(SMALL.replace(seed=51 + number), "ben") for number in range(at_once(lab))]
    wait_until(lambda: lab.runs.view(long.run_id).phase == "paused")
    assert {run.wait(PATIENCE).status for run in others} == {"finished"}
    view = lab.runs[long.run_id].wait(PATIENCE)
    assert view.status == "finished", view.message
    assert exact(view) == exact(undisturbed)
    for name, values in Lab(lab.store.home).runs[long.run_id].test_logits().items():
        np.testing.assert_array_equal(values, logits[name])


def test_two_people_share_one_run_and_stop_takes_effect(lab, finished):
    first, second = lab.train(LONG), lab.train(LONG)
    assert first == second
    wait_until(lambda: first.view().progress > 0)
    first.stop()
    view = first.wait(PATIENCE)
    assert view.status == "stopped"
    assert lab.store.runs.row(first.id).status == "stopped"
    assert not lab.store.runs.has(first.id)


def test_a_run_that_its_only_person_moves_on_from_ends_and_is_not_listed(lab, finished):
    run = lab.train(LONG.replace(seed=5), "ann")
    lab.train(LONG.replace(seed=5), "ben")
    run.let_go("ann")
    assert run.view().active
    assert run in lab.runs
    run.let_go("ben")
    assert run not in lab.runs
    with pytest.raises(ValueError, match="There is no run"):
        run.view()
    lab.train(LONG.replace(seed=5), "ann")
    assert run in lab.runs
    run.stop()
    assert run.wait(PATIENCE).status == "stopped"


def test_a_queued_run_waits_its_turn_and_can_be_stopped(lab, finished):
    running = lab.train(LONG.replace(seed=1))
    wait_until(lambda: running.status == "running")
    waiting = [lab.train(LONG.replace(seed=seed)) for seed in range(2, 2 + at_once(lab))]
    last = waiting[-1].view()
    assert last.status == "queued"
    assert last.queue_place == 1
    waiting[-1].stop()
    assert waiting[-1].status == "stopped"
    for run in [running, *waiting]:
        run.stop()
        assert run.wait(PATIENCE).status == "stopped"


def test_the_next_run_is_computed_while_others_are_being_stored(lab, finished, monkeypatch):
    may_store, finish = threading.Event(), lab.store.runs.finish
    *held, last = [SMALL.replace(seed=60 + number).run_id for number in range(1 + at_once(lab))]

    def finish_later(run_id, *contents, **more):
        assert run_id == last or may_store.wait(PATIENCE)
        finish(run_id, *contents, **more)

    monkeypatch.setattr(lab.store.runs, "finish", finish_later)
    for number in range(1 + at_once(lab)):
        lab.train(SMALL.replace(seed=60 + number))
    try:
        wait_until(lambda: lab.runs.view(last).status == "finished")
        assert {lab.runs.view(run_id).phase for run_id in held} == {"evaluating"}
    finally:
        may_store.set()
    assert {lab.runs[run_id].wait(PATIENCE).status for run_id in held} == {"finished"}


def test_a_fresh_teacher_is_trained_once_and_kept(lab, finished):
    fresh = SMALL.replace(teacher="fresh", teacher_width=8, teacher_epochs=1, teacher_train_size=320)
    view = lab.train(fresh).wait(PATIENCE)
    assert view.status == "finished", view.message
    assert view.result["teacher"]["cached"] is False
    assert [e["model"] for e in view.history].count("teacher") == 1
    again = lab.train(fresh.replace(alpha=0.7)).wait(PATIENCE)
    assert again.result["teacher"]["cached"] is True
    assert again.result["teacher"]["test_accuracy"] == view.result["teacher"]["test_accuracy"]


@pytest.mark.parametrize("name", ["nope", "", "../runs", "..", "\0", "a" * 5000, "0123456789ab"])
def test_an_odd_id_is_named_and_never_becomes_a_path(lab, finished, name):
    with pytest.raises(ValueError, match="There is no run"):
        lab.runs.view(name)


def test_a_folder_outside_the_runs_cannot_be_named(lab, finished):
    assert lab.store.runs.has(finished.run_id)
    assert not lab.store.runs.has(f"../runs/{finished.run_id}")


def test_an_unfinished_run_has_no_models(lab, finished):
    run = lab.train(LONG.replace(seed=41))
    run.stop()
    with pytest.raises(ValueError, match="has no result"):
        run.models()


@pytest.mark.usefixtures("one_worker")
def test_the_same_config_elsewhere_gives_the_same_history(finished, lab, tmp_path):
    other = Lab(tmp_path)
    try:
        view = other.train(SMALL).wait(PATIENCE)
    finally:
        other.close()

    def exact(history):
        return sorted(
            ({k: v for k, v in event.items() if k != "seconds"} for event in history),
            key=lambda e: (e["model"], e["epoch"]),
        )

    assert exact(view.history) == exact(finished.history)


def test_a_lost_engine_is_restarted_and_the_run_goes_on(lab, finished):
    run = lab.train(SMALL.replace(epochs=30))
    wait_until(lambda: run.history)
    lab._engine.child.kill()
    view = run.wait(PATIENCE)
    assert view.status == "finished", view.message
    assert [e["epoch"] for e in view.history if e["model"] == "distilled"] == list(range(1, 31))


@pytest.mark.usefixtures("one_worker")
def test_closing_leaves_no_process(tmp_path):
    before = set(engine_processes())
    lab = Lab(tmp_path)
    run = lab.train(LONG.replace(seed=99))
    wait_until(lambda: run.view().progress > 0)
    mine = set(engine_processes()) - before
    assert mine
    lab.close()
    wait_until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in mine))
    assert Lab(tmp_path).runs.view(run.id).status == "interrupted"


@pytest.mark.usefixtures("one_worker")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killing_the_app_leaves_a_store_that_opens_and_no_process(tmp_path):
    program = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from kd.config import RunConfig
        from kd.lab import Lab

        lab = Lab(Path(sys.argv[1]))
        done = lab.train(RunConfig(teacher="notebook", train_size=320, epochs=1))
        assert done.wait(240).status == "finished"
        going = lab.train(RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1))
        while not going.view().progress:
            time.sleep(0.05)
        print(done.id, going.id, flush=True)
        time.sleep(600)
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    app = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    done, going = app.stdout.readline().split()
    family = psutil.Process(app.pid).children(recursive=True)
    assert len(family) > 2
    os.kill(app.pid, signal.SIGKILL)
    app.wait()
    app.stdout.close()

    wait_until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family))
    lab = Lab(tmp_path)
    assert lab.runs.view(done).status == "finished"
    assert lab.runs[done].models()["scratch"].parameters == 20_490
    assert lab.runs.view(going).status == "interrupted"
    assert not list((tmp_path / "models").glob("*partial*"))


def test_a_home_that_cannot_be_written_gets_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="cannot be written"):
        Lab(tmp_path / "file" / "home")


def test_the_record_says_what_made_the_run(finished, lab):
    record = lab.store.runs.record(finished.run_id)
    assert record["software"]["keras"].startswith("3.15")
    assert record["config"] == SMALL.to_dict()
