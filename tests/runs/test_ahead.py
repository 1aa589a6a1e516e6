"""What is trained ahead, with the real engine: nobody waits for it, and what it gains is the usual result."""

from __future__ import annotations

import time

import pytest

from kd.config import RunConfig
from kd.lab import Lab, ahead
from kd.lab.ahead import SEEDS, with_seeds
from kd.runs.state import RunState
from tests.stored_runs import remove, save_copy

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=2)
# Minutes long: whoever had to wait for its end, or for that of an epoch of it, would notice.
LONG = SMALL.replace(train_size=20_000, epochs=50, batch_size=1)
PATIENCE = 240


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return value


@pytest.fixture
def heard(monkeypatch) -> list[tuple[str, str, str]]:
    """What happens to which run's model, in this order: begin (or go on), epoch."""
    events: list[tuple[str, str, str]] = []
    hear = RunState.hear

    def noting(state, event):
        events.append((event["event"], state.run_id, event.get("model", "")))
        hear(state, event)

    monkeypatch.setattr(RunState, "hear", noting)
    return events


@pytest.fixture(scope="module")
def lab(tmp_path_factory, engine):
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("KD_AHEAD")
        lab = Lab(tmp_path_factory.mktemp("home"), engine)
    with lab:
        yield lab


@pytest.fixture(scope="module")
def finished(lab):
    view = lab.train(SMALL).wait(PATIENCE)
    assert view.status == "finished", view.message
    return view


def test_a_person_does_not_wait_for_it_and_it_goes_on_afterwards(lab, finished, heard, monkeypatch):
    monkeypatch.setattr(ahead, "MOST_SECONDS", 1e6)
    monkeypatch.setattr(ahead, "SECONDS_REMEMBERED", 10 * PATIENCE)
    save_copy(lab.store, finished.run_id, LONG)
    others = [config.run_id for config in with_seeds(LONG, SEEDS)[1:]]

    def of_others(what: str, events) -> list:
        """Whichever has the workers: two of them begin at once, and each has two students."""
        return [event for event, run_id, _model in events if event == what and run_id in others]

    lab.ahead.look_at(LONG, "ann")
    until(lambda: of_others("begin", heard))
    mine = SMALL.replace(seed=500)
    lab.train(mine, "ben")
    assert lab.runs[mine.run_id].wait(PATIENCE).status == "finished"
    mine_began = heard.index(("begin", mine.run_id, "distilled"))
    assert not of_others("epoch", heard[:mine_began])
    until(lambda: of_others("begin", heard[mine_began:]))
    lab.ahead.look_at(None, "ann")
    until(lambda: not any(lab.store.runs.row(run_id) for run_id in others))


def test_seeds_that_were_trained_ahead_are_what_anybody_would_have_got(lab, finished, monkeypatch):
    monkeypatch.setattr(ahead, "MOST_SECONDS", 1e6)
    monkeypatch.setattr(ahead, "SECONDS_REMEMBERED", PATIENCE)
    lab.ahead.look_at(SMALL, "ann")
    view = until(lambda: len((view := lab.seeds.view(SMALL)).runs) == SEEDS and view)
    lab.ahead.look_at(None, "ann")
    assert view.verdict["seeds"] == SEEDS
    assert view.verdict["difference"] == pytest.approx(100 * sum(view.differences.values()) / SEEDS)
    assert view.runs[0] == finished.run_id
    assert {*view.runs.values()} & {run.run_id for run in lab.runs.views()} == {finished.run_id}
    config = with_seeds(SMALL, 2)[1]
    accuracy = lab.runs.view(config.run_id).result["distilled"]["test_accuracy"]
    until(lambda: lab.runs.in_progress.is_idle())
    remove(lab.store, config)
    again = lab.train(config, "ben").wait(PATIENCE)
    assert again.result["distilled"]["test_accuracy"] == accuracy
