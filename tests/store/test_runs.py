"""The table of runs: who has which, how they end, who asked for them, what was written about them."""

from __future__ import annotations

import pytest

from kd.base import owners
from kd.config import RunConfig
from kd.store.rows import Figures
from kd.store.store import Store
from tests.other_process import running_elsewhere
from tests.stored_runs import CONFIG, RUN, is_whole, record, save, save_ended

OTHER = CONFIG.replace(seed=2)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def known(store: Store) -> set[str]:
    return {row.run_id for row in [*store.runs.rows(unasked=True), *store.runs.deleted()]}


def listed(store: Store) -> set[str]:
    return {row.run_id for row in store.runs.rows()}


def test_a_run_from_its_claim_to_its_result(store):
    runs = store.runs
    assert runs.row(RUN) is None
    assert not runs.has(RUN)
    claim = runs.claim(RUN, CONFIG, person="ada")
    assert (runs.row(RUN).status, runs.row(RUN).person, runs.worker(RUN)) == ("queued", "ada", "here")
    runs.set_running(RUN)
    events = [{"event": "begin", "model": "scratch"}, {"event": "epoch", "model": "scratch", "loss": None}]
    for event in events:
        runs.add_event(RUN, event)
    assert (runs.row(RUN).status, runs.events(RUN), runs.state(RUN)) == ("running", events, None)
    runs.finish(RUN, claim, record(CONFIG, created=5.0))
    row = runs.row(RUN)
    assert (row.status, row.created, row.models, row.config) == ("finished", 5.0, CONFIG.model_ids, CONFIG)
    assert row.figures == Figures(0.9, 0.9, 0.9)
    assert runs.record(RUN) == record(CONFIG, created=5.0)
    assert (runs.events(RUN), runs.worker(RUN), runs.models_of(RUN)) == ([], "nobody", CONFIG.model_ids)
    assert runs.has(RUN)


def test_an_end_counts_only_for_the_claim_that_it_ends(store):
    runs = store.runs
    first = runs.claim(RUN, CONFIG)
    second = runs.claim(RUN, CONFIG)
    runs.end(RUN, first, "stopped")
    assert runs.row(RUN).status == "queued"
    runs.end(RUN, second, "failed", "disk full")
    assert (runs.row(RUN).status, runs.row(RUN).ending) == ("failed", "disk full")


def test_a_result_stays_until_another_takes_its_place(store):
    save(store)
    state = store.runs.state(RUN)
    claim = store.runs.claim(RUN, CONFIG)
    assert (store.runs.has(RUN), store.runs.state(RUN)) == (False, state)
    store.runs.end(RUN, claim, "failed", "disk full")
    row = store.runs.row(RUN)
    assert (row.status, row.ending, store.runs.has(RUN)) == ("finished", "", True)
    save(store, result={**record(CONFIG)["result"], "new": 1})
    assert store.runs.state(RUN) != state
    assert store.runs.record(RUN)["result"]["new"] == 1


def test_what_another_process_computes_stays_its_own_until_it_ends(tmp_path, store):
    with running_elsewhere(tmp_path, CONFIG):
        assert store.runs.claim(RUN, CONFIG) is None
        assert (store.runs.worker(RUN), store.runs.others_are_busy()) == ("elsewhere", True)
        store.runs.ask_to_stop(RUN)
        assert store.runs.asked_to_stop() == []  # it is not this process's to stop
        half_written = tmp_path / "models" / f"x.partial-{store.runs.row(RUN).owner}-1"
        half_written.touch()
        assert Store(tmp_path).runs.row(RUN).status == "running"
        assert half_written.exists()
    assert (store.runs.worker(RUN), store.runs.others_are_busy()) == ("gone", False)
    assert Store(tmp_path).runs.row(RUN).status == "interrupted"
    assert not half_written.exists()
    assert [path.stem for path in (tmp_path / "owners").iterdir()] == [owners.own_token()]
    assert is_whole(store, save(store))  # handed over whole


def test_each_wish_to_stop_is_told_once_and_ends_with_the_next_claim(store):
    save_ended(store, CONFIG, "running")
    Store(store.home).runs.ask_to_stop(RUN)
    assert [store.runs.asked_to_stop() for _look in range(2)] == [[RUN], []]
    store.runs.ask_to_stop(RUN)
    store.runs.claim(RUN, CONFIG)
    assert store.runs.asked_to_stop() == []


def test_what_nobody_asked_for_is_not_listed_until_somebody_does(store):
    save(store)
    save(store, OTHER, asked=False)
    assert (listed(store), known(store)) == ({RUN}, {RUN, OTHER.run_id})
    store.runs.claim(RUN, CONFIG, asked=False)  # once asked for, always
    store.runs.ask_for(OTHER.run_id, "0" * 12, person="bob")
    store.runs.ask_for(OTHER.run_id, person="ada")
    assert listed(store) == {RUN, OTHER.run_id}
    assert store.runs.row(OTHER.run_id).person == "bob"
    store.runs.unask_for(OTHER.run_id)
    assert listed(store) == {RUN}


def test_what_nobody_asked_for_is_forgotten_if_it_ends_without_a_result(store, tmp_path):
    claim = store.runs.claim(RUN, CONFIG, asked=False)
    store.runs.end(RUN, claim, "stopped")
    save_ended(store, OTHER, "stopped")
    store.runs.unask_for(OTHER.run_id)
    assert known(store) == set()
    with running_elsewhere(tmp_path, CONFIG, asked=False):
        assert known(store) == {RUN}
    assert known(Store(tmp_path)) == set()


def test_a_deleted_run_is_hidden_and_comes_back_as_it_was(store):
    save(store, person="ada")
    store.runs.annotate([RUN], name="the best", tags=["low T"], note="why?")
    before = store.runs.row(RUN)
    store.runs.delete([RUN])
    assert (listed(store), store.runs.has(RUN), store.runs.record(RUN)) == (set(), False, None)
    assert [row.run_id for row in store.runs.deleted()] == [RUN]
    assert store.runs.is_deleted(RUN)
    assert store.runs.claim(RUN, CONFIG, asked=False) is None
    with pytest.raises(ValueError, match=f"Run {RUN} has already been deleted: Undo on the Runs page"):
        Store(store.home).runs.delete([RUN])  # by somebody else
    assert store.runs.restore([RUN, "0" * 12]) == ["0" * 12]
    after = store.runs.row(RUN)
    assert (after.name, after.tags, after.note, after.person) == ("the best", ("low T",), "why?", "ada")
    assert (after.stored, after.figures) == (before.stored, before.figures)
    assert is_whole(store)
    store.runs.delete([RUN])
    save(store)  # asked for again, by a program
    assert (listed(store), store.runs.deleted(), store.runs.row(RUN).person) == ({RUN}, [], "ada")


def test_several_are_deleted_together_or_none(store):
    save(store, OTHER)
    store.runs.claim(RUN, CONFIG)
    for run_id, said in (
        (RUN, "is waiting or training: stop it before you delete it"),
        ("../runs", "There is no run '../runs' to delete"),
        (RunConfig().run_id, "There is no run .* to delete"),  # it comes with the project
    ):
        with pytest.raises(ValueError, match=said):
            store.runs.delete([OTHER.run_id, run_id])
        assert OTHER.run_id in listed(store)


def test_a_removed_run_leaves_nothing_and_only_one_that_may_go_is_removed(store):
    save(store)
    store.runs.save_measures(RUN, {"agreement": 1.0})
    assert store.runs.remove(RUN, lambda row: row.pinned) is False
    assert store.runs.remove(RUN) is True
    assert store.runs.remove(RUN) is False
    assert (known(store), store.runs.measures(RUN)) == (set(), {})


def test_what_is_not_given_stays_and_a_row_is_the_same_until_it_changes(store):
    save(store)
    save(store, OTHER)
    store.runs.annotate([RUN], name="x", tags=["a", "ä"])
    before = {row.run_id: row for row in store.runs.rows()}
    version = store.runs.version()
    store.runs.annotate([RUN], note="n")
    store.runs.pin([RUN], True)
    assert store.runs.version() != version
    row = store.runs.row(RUN)
    assert (row.name, row.tags, row.note, row.pinned) == ("x", ("a", "ä"), "n", True)
    assert store.runs.row(OTHER.run_id) is before[OTHER.run_id]
    version = store.runs.version()
    store.runs.rows()
    assert store.runs.version() == version


def test_a_run_with_settings_of_another_version_is_left_out_and_keeps_its_models(store, caplog):
    save(store)
    save(store, OTHER)
    statement = "UPDATE runs SET config = json_set(config, '$.width', 2) WHERE run_id = ?"
    store.runs._write(statement, RUN)
    assert listed(store) == {OTHER.run_id}
    assert f"run {RUN} was stored by another version" in caplog.text
    assert store.models.remove(CONFIG.model_ids["scratch"]) is False
