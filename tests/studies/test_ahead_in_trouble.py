"""Whatever goes wrong with what is computed ahead, nobody is told, and it goes on when it can."""

from __future__ import annotations

from kd.studies import ahead
from kd.studies.ahead import with_seeds
from tests.other_process import running_elsewhere
from tests.stored_runs import remove
from tests.studies.ahead_lab import BASE, NEIGHBOURS, OTHER, SEEDED, FakeLab, until


def test_a_failure_reaches_nobody_and_the_others_go_on(fake_lab, monkeypatch, caplog):
    fake_lab.finished(BASE)
    bad = with_seeds(BASE, 3)[2].model_ids["distilled"]
    save = fake_lab.store.save_model

    def save_model(model_id, *arguments):
        if model_id == bad:
            raise RuntimeError("It does not fit.")
        return save(model_id, *arguments)

    monkeypatch.setattr(fake_lab.store, "save_model", save_model)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS} - {SEEDED[2]})
    assert fake_lab.engine.begun.count(bad) == 1
    assert "It does not fit." in caplog.text
    assert fake_lab.listed() == {BASE.run_id}
    assert fake_lab.store.row(SEEDED[2]) is None


def test_trouble_with_the_store_ends_nothing(fake_lab, monkeypatch, caplog):
    monkeypatch.setattr(ahead, "SECONDS_AFTER_TROUBLE", 0.05)
    fake_lab.finished(BASE)
    has_plenty, troubles = fake_lab.upkeep.has_plenty, [OSError("The disk is gone.")]

    def plenty():
        if troubles:
            raise troubles.pop()
        return has_plenty()

    monkeypatch.setattr(fake_lab.upkeep, "has_plenty", plenty)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: {*SEEDED} <= fake_lab.stored())
    assert "The disk is gone." in caplog.text


def test_a_lost_engine_is_survived(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.engine.seconds_an_epoch = 0.01
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: len(fake_lab.engine.begun) > 2)
    fake_lab.engine.lose_next = 2
    until(lambda: {*SEEDED} <= fake_lab.stored())


def test_a_closed_lab_computes_nothing_and_another_goes_on(tmp_path):
    first = FakeLab(tmp_path)
    first.finished(BASE)
    first.engine.seconds_an_epoch = 0.05
    first.ahead.look_at(BASE, "ann")
    until(lambda: len(first.engine.begun) > 2)
    first.close()
    assert first.ahead._thread is None
    begun = len(first.engine.begun)
    first.ahead.look_at(BASE, "ann")
    assert first.ahead._thread is None
    assert first.listed() == {BASE.run_id}
    second = FakeLab(tmp_path)
    assert second.store.index.rows(unasked=True) == first.store.index.rows()
    second.ahead.look_at(BASE, "ann")
    until(lambda: second.stored() == {*SEEDED, *NEIGHBOURS})
    second.close()
    assert len(first.engine.begun) == begun


def test_nothing_is_left_of_what_a_killed_process_computed_ahead(fake_lab):
    with running_elsewhere(fake_lab.store.home, OTHER, asked=False):
        assert fake_lab.store.row(OTHER.run_id)["status"] == "running"
        assert fake_lab.listed() == set()
    again = FakeLab(fake_lab.store.home)
    assert again.store.index.rows(unasked=True) == []
    assert again.store.index.ids() == set()
    again.close()


def test_it_computes_again_what_has_gone(fake_lab):
    fake_lab.finished(BASE)
    fake_lab.ahead.look_at(BASE, "ann")
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS})
    remove(fake_lab.store, with_seeds(BASE, 2)[1])
    until(lambda: fake_lab.stored() == {*SEEDED, *NEIGHBOURS})


def test_nothing_is_computed_where_there_is_little_room(fake_lab, monkeypatch):
    fake_lab.finished(BASE)
    fake_lab.upkeep._limit = int(1.02 * fake_lab.upkeep.usage().used)
    fake_lab.upkeep.forget_usage()
    fake_lab.ahead.look_at(BASE, "ann")
    assert fake_lab.is_resting()
    fake_lab.upkeep._limit *= 1000
    fake_lab.upkeep.forget_usage()
    until(lambda: {*SEEDED} <= fake_lab.stored())
