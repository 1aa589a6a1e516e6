"""While nobody waits, the lab goes on with what may be wanted next; nobody ever waits for that."""

from __future__ import annotations

from itertools import chain, repeat
from unittest.mock import Mock

import pytest

from kd.config import RunConfig
from kd.lab import ahead
from kd.lab.ahead import MOST_PAGES, SEEDS, neighbours, with_seeds
from kd.runs.run import Wish
from kd.runs.scheduler import AHEAD
from kd.studies.study import Study
from tests.house import PATIENCE, House, until
from tests.other_process import running_elsewhere

BASE = RunConfig(teacher="notebook", train_size=320, epochs=5, alpha=0.5, temperature=4.0)
OTHER = BASE.replace(seed=77)
SEEDED = [config.run_id for config in with_seeds(BASE, SEEDS)]
NEIGHBOURS = [config.run_id for name in ahead.NEIGHBOURING for config in neighbours(BASE, name)]


@pytest.fixture(autouse=True)
def thinks_ahead(monkeypatch):
    """As it is unless somebody says otherwise, and without delay."""
    monkeypatch.delenv("KD_AHEAD")
    monkeypatch.setattr(ahead, "SECONDS_OF_CALM", 0.02)
    monkeypatch.setattr(ahead, "SECONDS_OF_PATIENCE", 0.02)


@pytest.fixture
def begun(house):
    """A house in which one run is stored and looked at; its other seeds take their time."""
    house.finished(house.start(BASE))
    house.engine.seconds_an_epoch = 5.0
    house.ahead.look_at(BASE, "ann")
    until(lambda: len(house.engine.begun) >= 4)
    return house


def stored(house) -> set[str]:
    return {row.run_id for row in house.store.runs.rows(unasked=True) if row.status == "finished"}


def listed(house) -> set[str]:
    return {row.run_id for row in house.store.runs.rows()}


def rests(house) -> bool:
    """Whether it finds nothing to do."""
    until(lambda: house.ahead._batch is None and house.runs.is_idle())
    with house.ahead._lock:
        settings = house.ahead._settings()
    return not house.ahead._is_on or house.ahead._chosen(settings) is None


def test_it_goes_on_with_other_seeds_and_then_with_the_neighbours_and_none_is_listed(house):
    house.finished(house.start(BASE))
    house.ahead.look_at(BASE, "ann")
    until(lambda: stored(house) == {*SEEDED, *NEIGHBOURS})
    assert (len(SEEDED), len(NEIGHBOURS)) == (5, 4)
    created = {row.run_id: row.created for row in house.store.runs.rows(unasked=True)}
    assert max(created[run_id] for run_id in SEEDED) < min(created[run_id] for run_id in NEIGHBOURS)
    assert rests(house)
    # somebody may want to see how a neighbour learned, and not another seed
    seed, neighbour = (house.store.runs.models_of(run_id) for run_id in (SEEDED[1], NEIGHBOURS[0]))
    assert house.store.models.has_snapshots(neighbour["distilled"])
    assert not house.store.models.has_snapshots(seed["distilled"])
    # what is computed ahead is not listed until somebody asks for it, and costs nothing then
    assert listed(house) == {BASE.run_id}
    trained = len(house.engine.begun)
    view = house.studies.wait(house.studies.start(Study(BASE, {}, 3)), PATIENCE)
    assert (view.status, view.reused) == ("finished", 3)
    assert listed(house) == {*SEEDED[:3]}
    house.store.runs.pin([SEEDED[3]], True)
    assert listed(house) == {*SEEDED[:4]}
    assert len(house.engine.begun) == trained


@pytest.mark.parametrize("what", ["person", "study"])
def test_a_run_that_somebody_asks_for_while_it_is_computed_is_theirs(begun, what):
    second = with_seeds(BASE, 2)[1]
    assert second.run_id not in listed(begun)
    if what == "person":
        begun.runs.want(second, "ben", Wish(0))
    else:
        begun.studies.start(Study(second, {}))
    until(lambda: len(begun.view(second.run_id).people) == 2)
    begun.ahead.look_at(None, "ann")
    begun.engine.seconds_an_epoch = 0.002
    until(lambda: second.run_id in stored(begun))
    assert begun.engine.begun.count(second.model_ids["distilled"]) == 1
    assert second.run_id in listed(begun)


@pytest.mark.parametrize("what", ["run", "study"])
def test_it_is_let_go_when_somebody_asks_for_anything_and_taken_up_again(begun, what):
    before = begun.engine.begun[2:4]
    if what == "run":
        begun.start(OTHER, "ben")
    else:
        begun.studies.start(Study(OTHER, {}))
    asked = {OTHER.model_ids[name] for name in ("distilled", "scratch")}
    until(lambda: asked <= begun.lab._scheduler._entries.keys())
    begun.engine.seconds_an_epoch = 0.002
    until(lambda: {*SEEDED, *NEIGHBOURS} <= stored(begun))
    assert {BASE.run_id, OTHER.run_id} == listed(begun)
    ended = [model for model, epoch in begun.engine.trained if epoch == BASE.epochs]
    assert max(map(ended.index, asked)) < min(map(ended.index, before))


def test_who_opens_a_page_or_leaves_one_that_others_look_at_disturbs_nothing(begun):
    batch = begun.ahead._batch
    for setting, page in ((BASE, "ben"), (OTHER, "eve"), (None, "ann")):
        begun.ahead.look_at(setting, page)
    assert begun.ahead._batch is batch
    begun.ahead.look_at(None, "ben")
    assert begun.ahead._batch is None


def test_it_begins_only_when_nobody_waits_here_or_in_another_process(house):
    house.finished(house.start(BASE))
    with running_elsewhere(house.store.home, OTHER):
        house.ahead.look_at(BASE, "ann")
        assert not house.ahead._is_free()
    house.engine.seconds_an_epoch = 0.05
    house.start(OTHER.replace(seed=78), "ben")
    assert not house.ahead._is_free()
    house.engine.seconds_an_epoch = 0.0
    until(lambda: {*SEEDED} <= stored(house))


def test_it_goes_on_where_somebody_looks_and_leaves_a_deleted_run_alone(begun):
    begun.ahead.look_at(None, "ann")
    begun.engine.seconds_an_epoch = 0.0
    begun.finished(begun.start(OTHER))
    begun.ahead.look_at(OTHER, "ann")
    others = [config.run_id for config in with_seeds(OTHER, SEEDS)]
    until(lambda: {*others} <= stored(begun))
    assert not {*SEEDED} <= stored(begun)
    begun.store.runs.delete([BASE.run_id])
    ends: list = []
    begun.runs.want(BASE, "ahead", Wish(AHEAD, ended=ends.append))
    assert len(ends) == 1
    assert begun.store.runs.is_deleted(BASE.run_id)


def test_nothing_is_computed_for_those_who_have_gone_or_without_a_run_of_its_own(house, monkeypatch):
    house.ahead.look_at(BASE, "ann")
    assert rests(house)
    house.finished(house.start(BASE))
    monkeypatch.setattr(ahead, "SECONDS_REMEMBERED", 0.0)
    assert rests(house)


def test_it_is_off_while_many_look(house):
    house.finished(house.start(BASE))
    for person in range(MOST_PAGES + 1):
        house.ahead.look_at(BASE, str(person))
    assert rests(house)
    house.ahead.look_at(None, "0")
    until(lambda: {*SEEDED} <= stored(house))


def test_long_runs_and_a_full_disk_are_left_to_those_who_ask(house, monkeypatch):
    house.finished(house.start(BASE))
    seconds = house.estimates.seconds
    monkeypatch.setattr(house.estimates, "seconds", lambda c: seconds(c) if c.alpha == 0.5 else 3.0)
    limit = house.upkeep._limit
    house.upkeep._limit = int(1.02 * house.upkeep.usage().used)
    house.upkeep._usage = None
    house.ahead.look_at(BASE, "ann")
    assert rests(house)
    house.upkeep._limit = limit
    house.upkeep._usage = None
    shorter = {config.run_id for config in neighbours(BASE, "temperature")}
    until(lambda: stored(house) == {*SEEDED, *shorter})
    assert rests(house)
    assert house.ahead.goes_on_with(BASE)
    assert not house.ahead.goes_on_with(BASE.replace(alpha=0.9))


def test_a_failure_reaches_nobody_and_the_others_go_on(house, monkeypatch, caplog):
    house.finished(house.start(BASE))
    bad = with_seeds(BASE, 3)[2].model_ids["distilled"]
    save, has_plenty = house.store.models.save, chain([OSError("Gone.")], repeat(True))

    def failing_save(model_id, *arguments):
        if model_id == bad:
            raise RuntimeError("It does not fit.")
        return save(model_id, *arguments)

    monkeypatch.setattr(house.store.models, "save", failing_save)
    monkeypatch.setattr(house.upkeep, "has_plenty", Mock(side_effect=has_plenty))
    monkeypatch.setattr(ahead, "SECONDS_AFTER_TROUBLE", 0.5)
    house.engine.lose_next = 2
    house.ahead.look_at(BASE, "ann")
    until(lambda: {*SEEDED, *NEIGHBOURS} - {SEEDED[2]} <= stored(house))
    assert "It does not fit." in caplog.text
    assert "Gone." in caplog.text
    assert listed(house) == {BASE.run_id}


def test_a_closed_one_computes_nothing_and_another_goes_on(begun, tmp_path):
    begun.close()
    trained = len(begun.engine.begun)
    begun.ahead.look_at(BASE, "ann")
    second = House(tmp_path)
    assert listed(second) == {BASE.run_id}
    second.ahead.look_at(BASE, "ann")
    until(lambda: stored(second) == {*SEEDED, *NEIGHBOURS})
    second.close()
    assert len(begun.engine.begun) == trained


def test_it_can_be_switched_off(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_AHEAD", "0")
    house = House(tmp_path)
    house.finished(house.start(BASE))
    house.ahead.look_at(BASE, "ann")
    assert rests(house)
    assert not house.ahead.goes_on_with(BASE)
    house.close()
    for value in ("2", "off", " "):
        monkeypatch.setenv("KD_AHEAD", value)
        with pytest.raises(ValueError, match=f"^KD_AHEAD must be 0 or 1, got '{value}'.$"):
            House(tmp_path)
