"""While another program locks the index, looking works, changes say so soon, and nobody holds up others."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from kd.store.index.file import Busy

from kd.lab import Lab
from kd.store.index import file as index_file
from kd.store.store import Store
from tests.stored_runs import CONFIG, RUN, is_whole, locked, record, save, save_models

OTHER = CONFIG.replace(seed=2)
LONG = 600
PATIENCE = 240


def in_time(action):
    """What `action` returns or raises, in a thread of its own; fails if it waits for the lock."""
    done = []

    def act():
        try:
            done.append((action(), None))
        except Exception as error:
            done.append((None, error))

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert done, "it waits"
    value, error = done[0]
    if error is not None:
        raise error
    return value


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def lab(tmp_path):
    lab = Lab(tmp_path)
    save(lab.store)
    return lab


def test_looking_does_not_wait(lab, monkeypatch):
    monkeypatch.setattr(index_file, "SECONDS_ON_A_PAGE", LONG)
    with locked(lab.store.home):
        assert in_time(lambda: lab.runs.view(RUN)).status == "finished"
        assert RUN in [entry.run_id for entry in in_time(lab.runs.views)]
        assert in_time(lab.upkeep.usage).runs.keys() == {RUN}
        assert in_time(lambda: Lab(lab.store.home).runs.view(RUN)).status == "finished"
    lab.runs.view(RUN)  # the look that could not be recorded is recorded now
    assert lab.store.row(RUN)["used"] is not None


def test_looking_at_a_run_whose_process_is_gone_does_not_wait_either(lab, monkeypatch):
    gone = OTHER.run_id
    lab.store.index.claim(gone, OTHER.to_dict())
    with closing(sqlite3.connect(lab.store.home / "index.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE runs SET owner = ? WHERE run_id = ?", ("f" * 32, gone))
    monkeypatch.setattr(index_file, "SECONDS_ON_A_PAGE", LONG)
    with locked(lab.store.home):
        assert in_time(lambda: lab.runs.view(gone)).active
    assert lab.runs.view(gone).status == "interrupted"


def test_the_space_used_is_shown_while_old_runs_make_room(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_LIMIT", "1kB")
    lab = Lab(tmp_path)
    save(lab.store)
    with locked(tmp_path):
        ended = threading.Thread(target=lab._tidy)
        ended.start()
        wait_until(lambda: lab.upkeep._tidying.locked())
        assert in_time(lab.upkeep.usage).runs.keys() == {RUN}
        assert ended.is_alive()
    ended.join(PATIENCE)
    assert not lab.store.has_run(RUN)


@pytest.mark.parametrize(
    "change",
    [
        lambda lab: lab.store.index.claim(OTHER.run_id, OTHER.to_dict()),
        lambda lab: lab.runs.delete(RUN),
        lambda lab: lab.runs.pin(RUN, True),
        lambda lab: lab.runs.restore(RUN),
    ],
)
def test_a_change_that_cannot_be_made_is_reported_soon(change, lab, monkeypatch):
    monkeypatch.setattr(index_file, "SECONDS_ON_A_PAGE", 0.1)
    with (
        locked(lab.store.home),
        pytest.raises(ValueError, match=r"Another program is using the index .*try again"),
    ):
        in_time(lambda: change(lab))
    assert is_whole(lab.store)


def test_others_can_look_while_a_change_waits(lab, monkeypatch):
    monkeypatch.setattr(index_file, "SECONDS_ON_A_PAGE", LONG)
    with locked(lab.store.home):
        waiting = threading.Thread(target=lab.runs.delete, args=(RUN,))
        waiting.start()
        assert in_time(lambda: lab.runs.view(RUN)).status == "finished"
        assert waiting.is_alive()
    waiting.join(PATIENCE)
    assert not lab.store.has_run(RUN)


def test_storing_in_the_background_waits_longer(tmp_path, monkeypatch):
    monkeypatch.setattr(index_file, "SECONDS_ON_A_PAGE", 0.1)
    store, held = Store(tmp_path), threading.Event()
    store.index.claim(RUN, CONFIG.to_dict())
    with pytest.raises(Busy), locked(tmp_path):
        store.index.pin([RUN], True)

    def hold():
        with locked(tmp_path):
            held.set()
            time.sleep(1.0)

    holding = threading.Thread(target=hold)
    holding.start()
    held.wait()
    save_models(store, CONFIG)
    store.save_run(RUN, record(CONFIG))
    holding.join()
    assert is_whole(store)
