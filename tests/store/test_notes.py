"""What people write about runs, and whose these are: kept through upgrades, damage, deleting and kill -9."""

from __future__ import annotations

import errno
import inspect
import sqlite3
import sys
from contextlib import closing

import pytest
from kd.store.index.notes import Note
from kd.store.index.schema import VERSION

from kd import files
from kd.store.index import notes, notes_file, schema
from kd.store.store import Store
from tests.store.killed import killed_at_each_step
from tests.store.test_unasked import execute
from tests.stored_runs import CONFIG, RUN, save

OTHER = CONFIG.replace(seed=2)
WRITTEN = Note("the best so far", ("low T", "few images"), "why?\nno idea", "ada")
_NEW = ("people", "notes", "figures")


def write(store: Store) -> None:
    store.index.write_note([RUN], name=WRITTEN.name, tags=WRITTEN.tags)
    store.index.write_note([RUN], note=WRITTEN.note)
    store.index.claim(RUN, CONFIG.to_dict(), person="ada")
    store.index.set_status(RUN, "finished")


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    save(store)
    write(store)
    return store


def test_what_is_not_given_stays_and_what_is_empty_goes(store):
    assert store.index.note_of(RUN) == WRITTEN
    store.index.write_note([RUN, OTHER.run_id], tags=[])
    assert store.index.notes() == {RUN: WRITTEN._replace(tags=())}
    store.index.write_note([RUN], name="", note="")
    assert store.index.note_of(RUN) == Note(person="ada")
    assert store.index.note_of("nothing") == Note()


def test_it_outlives_deleting_and_restoring_and_ends_with_the_run(store):
    store.delete_run(RUN)
    assert store.index.note_of(RUN) == WRITTEN
    assert store.restore_run(RUN)
    assert store.index.note_of(RUN) == WRITTEN
    store.remove_run(RUN)
    assert store.index.note_of(RUN) == Note()


def test_it_outlives_a_damaged_and_a_rebuilt_index(store):
    store.rebuild()
    execute(store, "DROP TABLE events")
    again = Store(store.home)
    assert len(list(store.home.glob("index.damaged-*.sqlite"))) == 1
    assert again.index.note_of(RUN) == WRITTEN


def lose_index(home):
    for path in home.glob("index*"):
        path.unlink()


def test_it_outlives_a_lost_index(store):
    store.index.pin([RUN], True)
    lose_index(store.home)
    again = Store(store.home)
    assert again.index.note_of(RUN) == WRITTEN
    assert again.row(RUN)["pinned"]
    again.remove_run(RUN)
    save(again)
    lose_index(store.home)
    assert Store(store.home).index.note_of(RUN) == Note()  # it is another run's life


def test_what_an_earlier_version_has_in_its_index_alone_is_written_down_as_well(store):
    (store.home / "notes.json").unlink()
    Store(store.home)
    lose_index(store.home)
    assert Store(store.home).index.note_of(RUN) == WRITTEN


def test_the_index_holds_where_the_file_says_otherwise(store):
    path = store.home / "notes.json"
    path.write_text(path.read_text(encoding="utf-8").replace("the best", "another"), encoding="utf-8")
    store.rebuild()
    assert store.index.note_of(RUN) == WRITTEN


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[1]",
        '{"RUN": 3}',
        '{"RUN": {"name": 3}}',
        '{"RUN": {"name": "\\ud800"}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_says_nothing_and_is_written_again(store, damage):
    (store.home / "notes.json").write_text(damage.replace("RUN", RUN))
    store.rebuild()
    assert store.index.note_of(RUN) == WRITTEN
    lose_index(store.home)
    again = Store(store.home)
    assert again.has_run(RUN)
    assert again.index.note_of(RUN) == Note()
    again.index.write_note([RUN], note="new")
    lose_index(store.home)
    assert Store(store.home).index.note_of(RUN) == Note(note="new")


def test_what_cannot_be_written_into_both_is_in_neither(store, monkeypatch):
    before = (store.home / "notes.json").read_bytes()

    def refuse(path, content):
        raise OSError(errno.EIO, "no")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_whole", refuse)
        with pytest.raises(OSError, match="no"):
            store.index.write_note([RUN], note="new")
    assert store.index.note_of(RUN) == WRITTEN

    def fail(connection, undo):
        connection.execute("UPDATE notes SET note = 'new'")
        notes_file.keep(connection, undo, store.home)
        assert b"new" in (store.home / "notes.json").read_bytes()
        raise OSError(errno.EIO, "no commit")

    with pytest.raises(OSError, match="no commit"):
        store.index._file.write(fail)
    assert (store.home / "notes.json").read_bytes() == before


def test_damaged_tags_are_none(store):
    for damage in ("[1, 2", '{"a": 1}', "[" * 100_000, '["fine", 1]'):
        with closing(sqlite3.connect(store.index.path, isolation_level=None)) as connection:
            connection.execute("UPDATE notes SET tags = ?", (damage,))
        assert store.index.note_of(RUN).tags == (("fine",) if "fine" in damage else ())


def test_a_run_belongs_to_whoever_had_it_computed_last(store):
    def whose(config):
        return store.index.note_of(config.run_id).person

    store.index.claim(RUN, CONFIG.to_dict(), person="bob")
    assert whose(CONFIG) == "bob"
    store.index.claim(RUN, CONFIG.to_dict())
    assert whose(CONFIG) == "bob"
    store.index.claim(OTHER.run_id, OTHER.to_dict(), asked=False, person="")
    store.index.ask_for(OTHER.run_id, RUN, person="eve")
    assert (whose(OTHER), whose(CONFIG)) == ("eve", "bob")
    coming = CONFIG.replace(seed=3)
    store.index.ask_for(coming.run_id, person="eve")
    store.index.claim(coming.run_id, coming.to_dict())
    assert whose(coming) == "eve"


@pytest.mark.skipif(sys.platform == "win32", reason="crashes are made with fork and SIGKILL")
@pytest.mark.parametrize("kind", ["an upgrade", "writing"])
def test_killed_at_any_step_all_is_as_before_or_as_after(kind, tmp_path):
    before = tmp_path / "before"
    store = Store(before)
    save(store)
    if kind == "an upgrade":
        execute(store, *(f"DROP TABLE {table}" for table in _NEW), "PRAGMA user_version = 4")
    execute(store, "PRAGMA wal_checkpoint(TRUNCATE)")

    def act(home, begin):
        if kind == "an upgrade":
            begin()
        opened = Store(home)
        begin()
        write(opened)

    code = frozenset(map(inspect.getsourcefile, (schema, notes, notes_file, files)))
    steps = 0
    for home, killed in killed_at_each_step(before, tmp_path, act, code):
        steps += 1
        after = Store(home)
        assert list(home.glob("index.damaged-*")) == []
        assert after.has_run(RUN)
        with closing(sqlite3.connect(after.index.path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        found = after.index.note_of(RUN)
        assert found.name in ("", WRITTEN.name)
        assert (found.tags == WRITTEN.tags) == (found.name == WRITTEN.name)
        assert killed or found == WRITTEN
        # with the index lost as well, the file says what the index did, or already what was being written
        lose_index(home)
        later = Store(home).index.note_of(RUN)
        assert (later.name, later.tags) in ((found.name, found.tags), (WRITTEN.name, WRITTEN.tags))
        assert later.note in (found.note, WRITTEN.note)
    assert steps > 2
