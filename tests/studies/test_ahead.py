"""While nobody waits, the lab goes on with what may be wanted next; nobody ever waits for that."""

from __future__ import annotations

import pytest

from kd.lab import Lab
from kd.lab.runs import Runs
from kd.runs.work.piece import AHEAD
from kd.studies import ahead
from kd.studies.ahead import MOST_PEOPLE, SEEDS, neighbours, with_seeds
from kd.studies.study import Study
from tests.other_process import running_elsewhere
from tests.studies.ahead_lab import BASE, NEIGHBOURS, OTHER, PATIENCE, SEEDED, FakeLab, until


def test_it_goes_on_with_other_seeds_and_then_with_the_neighbours(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS})
    assert (len(SEEDED), len(NEIGHBOURS)) == (5, 4)
    created = {row["run_id"]: row["created"] for row in fake_lab.store.index.rows(unasked=True)}
    assert max(created[run_id] for run_id in SEEDED) < min(created[run_id] for run_id in NEIGHBOURS)
    assert fake_lab.is_resting()


def test_a_neighbour_is_trained_so_that_its_course_can_be_shown_and_another_seed_is_not(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS})
    seed, neighbour = fake_lab.store.models_of(SEEDED[1]), fake_lab.store.models_of(NEIGHBOURS[0])
    assert fake_lab.store.snapshots(neighbour["distilled"]) is not None
    assert fake_lab.store.snapshots(seed["distilled"]) is None


def test_what_nobody_asked_for_is_not_listed_until_somebody_asks_and_costs_nothing_then(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS})
    assert fake_lab.listed() == {BASE.run_id}
    begun = len(fake_lab.engine.begun)
    assert fake_lab.finished(with_seeds(BASE, 2)[1]) == SEEDED[1]
    assert fake_lab.listed() == {BASE.run_id, SEEDED[1]}
    assert len(fake_lab.engine.begun) == begun
    assert Lab(fake_lab.store.home).store.row(NEIGHBOURS[0])["asked"] is False


@pytest.mark.parametrize("ask", [Runs.pin, Runs.delete])
def test_whoever_keeps_or_deletes_a_run_asks_for_it(fake_lab, ask):
    fake_lab.finished(BASE)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS})
    ask(fake_lab.runs, SEEDED[1])
    assert fake_lab.store.index.rows(deleted=True)
    assert SEEDED[1] in {row["run_id"] for row in fake_lab.store.index.rows(deleted=True)}
    assert fake_lab.is_resting()
    assert fake_lab.runs.restore(SEEDED[1]) == []
    assert fake_lab.listed() == {BASE.run_id, SEEDED[1]}


def test_a_study_lists_what_it_finds(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS})
    view = fake_lab.studies.wait(fake_lab.studies.start(Study(BASE, {}, 3)), PATIENCE)
    assert (view.status, view.reused) == ("finished", 3)
    assert fake_lab.listed() == {*SEEDED[:3]}


def test_a_run_that_somebody_asks_for_while_it_is_computed_is_theirs(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.engine.seconds_an_epoch = 0.05
    fake_lab.ahead.look_at(BASE, "ann")
    second = with_seeds(BASE, 2)[1]
    until(lambda: (view := fake_lab._dispatch.view(second.run_id)) and view.history)
    assert second.run_id not in fake_lab.listed()
    fake_lab.train(second, "ben")
    assert second.run_id in fake_lab.listed()
    fake_lab.ahead.look_at(None, "ann")
    assert fake_lab.runs[second.run_id].wait(PATIENCE).status == "finished"
    assert fake_lab.engine.begun.count(second.model_ids["distilled"]) == 1
    assert fake_lab.listed() == {BASE.run_id, second.run_id}


def test_a_run_that_a_study_comes_to_want_while_it_is_computed_is_listed(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.engine.seconds_an_epoch = 0.05
    fake_lab.ahead.look_at(BASE, "ann")
    second = with_seeds(BASE, 2)[1]
    until(lambda: (view := fake_lab._dispatch.view(second.run_id)) and view.history)
    assert fake_lab._dispatch.compute(second, "a study", lambda: False) is None
    assert second.run_id in fake_lab.listed()


def test_a_run_that_somebody_asks_for_at_the_moment_it_is_claimed_is_listed(fake_lab, monkeypatch):
    job, claim = fake_lab._dispatch._job(BASE, AHEAD), fake_lab.store.index.claim

    def claim_while_somebody_comes(*arguments):
        claimed = claim(*arguments)
        job.hurry()
        return claimed

    monkeypatch.setattr(fake_lab.store.index, "claim", claim_while_somebody_comes)
    assert job.claim()
    assert fake_lab.store.row(BASE.run_id)["asked"] is True


def test_a_run_that_somebody_deletes_at_the_moment_it_is_chosen_is_left_alone(fake_lab):
    run_id = fake_lab.finished(BASE)
    fake_lab.runs.delete(run_id)
    fake_lab._dispatch.compute(BASE, ahead.NAME, lambda: False, AHEAD)
    assert fake_lab.runs.restore(run_id) == []
    assert fake_lab.runs.view(run_id).status == "finished"


@pytest.mark.parametrize("what", ["run", "study"])
def test_it_is_let_go_when_somebody_asks_for_anything_and_taken_up_again(fake_lab, monkeypatch, what):
    fake_lab.finished(BASE)
    before = len(fake_lab.engine.begun)
    fake_lab.engine.seconds_an_epoch = 0.1
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: len(fake_lab.engine.begun) == before + 2)
    monkeypatch.setattr(ahead, "SECONDS_OF_CALM", 0.5)
    if what == "run":
        fake_lab.train(OTHER, "ben")
    else:
        fake_lab.studies.start(Study(OTHER, {}))
    until(lambda: OTHER.run_id in fake_lab.stored())
    let_go, theirs = fake_lab.engine.begun[before : before + 2], fake_lab.engine.begun[before + 2 :]
    assert {*theirs} == {OTHER.model_ids["distilled"], OTHER.model_ids["scratch"]}
    assert [fake_lab.engine.trained[model, BASE.epochs] for model in let_go] == [0, 0]
    assert fake_lab.listed() == {BASE.run_id, OTHER.run_id}
    assert [row["status"] for row in fake_lab.store.index.rows(unasked=True)] == ["finished"] * 2
    fake_lab.engine.seconds_an_epoch = 0.0
    until(lambda: {*SEEDED, *NEIGHBOURS} <= fake_lab.stored())


def test_it_begins_only_when_nobody_waits(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.engine.seconds_an_epoch = 0.05
    fake_lab.train(OTHER, "ben")
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: OTHER.run_id in fake_lab.stored())
    assert len(fake_lab.engine.begun) == 4
    fake_lab.engine.seconds_an_epoch = 0.0
    until(lambda: {*SEEDED} <= fake_lab.stored())


def test_it_waits_for_another_process_too(fake_lab):
    fake_lab.finished(BASE)
    with running_elsewhere(fake_lab.store.home, OTHER):
        fake_lab.ahead.look_at(BASE, "ann")
        assert fake_lab.is_resting()
    until(lambda: {*SEEDED} <= fake_lab.stored())


def test_whoever_looks_elsewhere_has_it_go_on_there(fake_lab):
    for config in (BASE, OTHER):
        fake_lab.finished(config)
    fake_lab.engine.seconds_an_epoch = 0.05
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: len(fake_lab.engine.begun) > 4)
    fake_lab.ahead.look_at(OTHER, "ann")
    others = [config.run_id for config in with_seeds(OTHER, SEEDS)]
    until(lambda: fake_lab._dispatch.view(others[1]))
    fake_lab.engine.seconds_an_epoch = 0.0
    until(lambda: {*others} <= fake_lab.stored())
    assert not {*SEEDED} <= fake_lab.stored()


def test_nothing_is_computed_for_a_setting_without_its_own_run(fake_lab):
    fake_lab.ahead.look_at(BASE, "ann")
    assert fake_lab.is_resting()
    fake_lab.finished(BASE)
    fake_lab.runs.delete(BASE.run_id)
    until(lambda: fake_lab._dispatch._jobs == {})
    assert fake_lab.is_resting()
    assert {*SEEDED} - fake_lab.stored()


def test_nothing_is_computed_for_those_who_have_gone(fake_lab, monkeypatch):
    fake_lab.finished(BASE)
    fake_lab.engine.seconds_an_epoch = 0.05
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: len(fake_lab.engine.begun) > 2)
    fake_lab.ahead.look_at(None, "ann")
    until(lambda: fake_lab._dispatch._jobs == {})
    monkeypatch.setattr(ahead, "SECONDS_REMEMBERED", 0.2)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.ahead._thread is None)
    assert fake_lab.is_resting()
    assert not {*SEEDED} <= fake_lab.stored()


@pytest.mark.parametrize("people", [MOST_PEOPLE, MOST_PEOPLE + 1])
def test_it_is_off_while_many_look(fake_lab, people):
    fake_lab.finished(BASE)
    for person in range(people):
        fake_lab.ahead.look_at(BASE, str(person))
    if people > MOST_PEOPLE:
        assert fake_lab.is_resting()
        fake_lab.ahead.look_at(None, "0")
    until(lambda: {*SEEDED} <= fake_lab.stored())


def test_long_runs_are_left_to_those_who_ask_for_them(fake_lab, monkeypatch):
    fake_lab.finished(BASE)
    longest = fake_lab.ahead._seconds
    fake_lab.ahead._seconds = lambda config: longest(config) if config.alpha == 0.5 else 3.0
    fake_lab.ahead.look_at(BASE, "ann")
    shorter = {config.run_id for config in neighbours(BASE, "temperature")}
    until(lambda: fake_lab.stored() == {*SEEDED, *shorter})
    assert fake_lab.is_resting()
    assert fake_lab.seeds.view(BASE).wanted == SEEDS
    fake_lab.ahead._seconds = lambda config: 3.0
    assert fake_lab.seeds.view(OTHER).wanted == 1


def test_it_can_be_switched_off(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_AHEAD", "0")
    fake_lab = FakeLab(tmp_path)
    fake_lab.finished(BASE)
    fake_lab.ahead.look_at(BASE, "ann")
    assert fake_lab.is_resting()
    assert fake_lab.seeds.view(BASE).wanted == 1
    fake_lab.close()


@pytest.mark.parametrize("value", ["2", "off", " "])
def test_the_switch_is_on_or_off(tmp_path, monkeypatch, value):
    monkeypatch.setenv("KD_AHEAD", value)
    with pytest.raises(ValueError, match=f"^KD_AHEAD must be 0 or 1, got '{value}'.$"):
        Lab(tmp_path)
