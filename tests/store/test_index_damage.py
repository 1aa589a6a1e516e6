"""A damaged index: what can be read stays, what can be repaired is repaired, and the rest is named."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from kd.store.index.schema import VERSION

from kd.__main__ import main
from kd.config import RunConfig
from kd.lab import Lab
from kd.store.store import Store
from tests import PROJECT
from tests.stored_runs import CONFIG, RUN, is_whole, save
from tests.stored_runs import record as stored_record

DELETED, FAILED = CONFIG.replace(seed=9), CONFIG.replace(seed=10)
STORED = [CONFIG.replace(seed=seed).run_id for seed in (1, 2, 3)]


def execute(home: Path, *statement) -> list[tuple]:
    with closing(sqlite3.connect(home / "index.sqlite", isolation_level=None)) as connection:
        return connection.execute(*statement).fetchall()


def settled(home: Path) -> Path:
    """The index's file, with everything written so far."""
    execute(home, "PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        (home / f"index.sqlite{suffix}").unlink(missing_ok=True)
    return home / "index.sqlite"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Three saved runs (one marked as kept), a deleted one, and one that failed after some epochs."""
    store = Store(tmp_path_factory.mktemp("home"))
    for seed in (1, 2, 3):
        save(store, CONFIG.replace(seed=seed))
    save(store, DELETED)
    store.delete_run(DELETED.run_id)
    store.index.claim(FAILED.run_id, FAILED.to_dict())
    for epoch in range(1, 11):
        event = {"event": "epoch", "model": "scratch", "epoch": epoch, "epochs": 10, "val_accuracy": 0.5}
        store.index.add_event(FAILED.run_id, event)
    store.index.set_status(FAILED.run_id, "failed", "It failed.")
    store.index.pin([RUN], True)
    return store.home


@pytest.fixture
def copy(home, tmp_path):
    def copy() -> Path:
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(home, tmp_path / "copy")
        return tmp_path / "copy"

    return copy


def finished(lab: Lab) -> set[str]:
    frame = lab.runs.to_frame()
    return {*frame["run"][(frame["status"] == "finished") & ~frame["shipped"]]}


@pytest.mark.parametrize("seed", range(8))
def test_one_altered_byte_costs_no_run_and_no_page(seed, copy):
    chance = random.Random(seed)
    content = settled(copy()).read_bytes()
    full = [place for place in range(len(content)) if content[place]]
    for place in chance.sample(full, 6) + chance.sample(range(len(content)), 2):
        altered = bytearray(content)
        altered[place] ^= chance.randrange(1, 256)
        # a later version is refused, see below
        if 60 <= place < 64:
            continue
        at = copy()
        settled(at).write_bytes(altered)
        lab = Lab(at)
        assert finished(lab) == set(STORED), place
        assert list(lab.runs.deleted()) == [DELETED.run_id], place
        for name in lab.runs.unreadable():
            lab.runs.delete(name)
        assert lab.runs.unreadable() == []
        for run in lab.runs:
            assert run.view().run_id == run.id
        lab.runs.delete(STORED[0])
        assert lab.runs.restore(STORED[0]) == []
        lab.store.reconcile()
        lab.upkeep.tidy()
        assert all(is_whole(lab.store, run_id) for run_id in STORED), place


ODD_VALUES = {
    "a config that is no JSON": ("config", "{"),
    "a field that this version does not know": ("config", json.dumps({**CONFIG.to_dict(), "width": 2})),
    "another run's config": ("config", json.dumps(FAILED.to_dict())),
    "bytes": ("config", b"\xff\xfe"),
    "a state that there is not": ("status", "fonished"),
    "a time that is none": ("created", "yesterday"),
    "a message that is none": ("message", b"\x00\xff"),
}


@pytest.mark.parametrize("name", ODD_VALUES)
def test_an_unreadable_row_is_written_again_from_its_folder(name, copy):
    column, value = ODD_VALUES[name]
    lab = Lab(copy())
    execute(lab.store.home, f"UPDATE runs SET {column} = ? WHERE run_id = ?", (value, RUN))
    assert finished(lab) == set(STORED)
    assert lab.runs.unreadable() == []
    row = lab.store.row(RUN)
    assert (row["config"], row["status"], row["created"]) == (CONFIG, "finished", 1.0)


def test_the_config_is_enough_for_the_row_of_a_run_without_files(copy):
    lab = Lab(copy())
    execute(lab.store.home, "UPDATE runs SET status = 'foiled' WHERE run_id = ?", (FAILED.run_id,))
    view = lab.runs.view(FAILED.run_id)
    assert (view.status, view.config) == ("interrupted", FAILED)
    assert len(view.history) == 10


def test_a_wholly_unreadable_row_is_named_and_can_be_deleted(copy):
    lab = Lab(copy())
    execute(lab.store.home, "UPDATE runs SET config = 'x' WHERE run_id = ?", (FAILED.run_id,))
    assert finished(lab) == set(STORED)
    assert lab.runs.unreadable() == [FAILED.run_id]
    with pytest.raises(ValueError, match=r"entry for run .* is damaged"):
        lab.runs.view(FAILED.run_id)
    lab.upkeep.tidy()
    lab.runs.delete(FAILED.run_id)
    assert lab.runs.unreadable() == []
    with pytest.raises(ValueError, match="There is no run"):
        lab.runs.view(FAILED.run_id)


def test_a_run_that_another_version_stored_is_named_and_its_files_stay(copy):
    home, folder = copy(), RunConfig(seed=66).run_id
    record = {**stored_record(CONFIG), "config": {**CONFIG.to_dict(), "width": 2}}
    content = json.dumps(record).encode()
    (home / "runs" / folder).mkdir()
    (home / "runs" / folder / "record.json").write_bytes(content)
    (home / "runs" / folder / "SHA256SUMS").write_text(f"{sha256(content).hexdigest()}  record.json\n")
    Store(home).index.claim(folder, record["config"])
    for _ in range(2):
        lab = Lab(home)
        assert finished(lab) == set(STORED)
        assert lab.runs.unreadable() == [folder]
        with pytest.raises(ValueError, match="stored by another version of KD Lab"):
            lab.runs.view(folder)
    assert (home / "runs" / folder / "record.json").read_bytes() == content


def test_events_that_cannot_be_read_are_left_out(copy):
    lab = Lab(copy())
    odd = [b"\xff", "{", "[]", "{}", '{"event": "epoch", "model": "scratch", "epoch": "x", "epochs": 10}']
    for number, event in enumerate(odd, 3):
        execute(lab.store.home, "UPDATE events SET event = ? WHERE number = ?", (event, number))
    assert [event["epoch"] for event in lab.runs.view(FAILED.run_id).history] == [1, 2, 8, 9, 10]


def test_rebuild_index_repairs_a_damaged_index(copy, monkeypatch, capsys):
    home = copy()
    execute(home, "UPDATE runs SET config = 'x' WHERE run_id IN (?, ?)", (RUN, FAILED.run_id))
    monkeypatch.setenv("KD_HOME", str(home))
    assert main(["rebuild-index"]) == 0
    assert "3 runs" in capsys.readouterr().out
    lab = Lab(home)
    assert finished(lab) == set(STORED)
    assert lab.runs.unreadable() == []


def test_the_command_line_names_what_cannot_be_read(copy, monkeypatch, capsys):
    home = copy()
    execute(home, "UPDATE runs SET config = 'x' WHERE run_id = ?", (FAILED.run_id,))
    monkeypatch.setenv("KD_HOME", str(home))
    assert main(["runs"]) == 0
    assert f"'{FAILED.run_id}': This index entry is damaged" in capsys.readouterr().out
    assert main(["runs", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"run": FAILED.run_id, "status": "unreadable"} in lines
    assert {line["run"] for line in lines} > set(STORED)


def test_a_file_of_the_first_version_is_upgraded(copy):
    home = copy()
    active = CONFIG.replace(seed=77)
    script = f"""
        DROP TABLE runs;
        CREATE TABLE runs (
            run_id TEXT PRIMARY KEY, config TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
            created REAL NOT NULL, owner_pid INTEGER, owner_started REAL
        );
        INSERT INTO runs VALUES ('{RUN}', '{json.dumps(CONFIG.to_dict())}', 'finished', '', 5.0, NULL, NULL);
        INSERT INTO runs VALUES
            ('{active.run_id}', '{json.dumps(active.to_dict())}', 'running', '', 6.0, 99999999, 7.0);
        PRAGMA user_version = 0;
    """
    with closing(sqlite3.connect(home / "index.sqlite")) as connection:
        connection.executescript(script)
    lab = Lab(home)
    assert execute(home, "PRAGMA user_version") == [(VERSION,)]
    assert lab.store.row(RUN)["created"] == 5.0
    assert lab.store.row(RUN)["pinned"] is True
    assert lab.runs.view(active.run_id).status == "interrupted"
    assert list(home.glob("index.damaged-*")) == []


def test_a_file_of_version_1_gets_what_is_missing(copy):
    home = copy()
    execute(home, "DROP TABLE stops")
    execute(home, "PRAGMA user_version = 1")
    lab = Lab(home)
    assert execute(home, "PRAGMA user_version") == [(VERSION,)]
    assert lab.runs.view(RUN).status == "finished"
    lab.store.index.ask_to_stop(RUN)
    assert lab.store.index.asked_to_stop() == [RUN]
    assert list(home.glob("index.damaged-*")) == []


def test_a_newer_version_is_named_and_left_as_it_is(copy):
    home = copy()
    execute(home, f"PRAGMA user_version = {VERSION + 3}")
    before = settled(home).read_bytes()
    with pytest.raises(
        ValueError, match=f"has version {VERSION + 3}, but this KD Lab reads version {VERSION}"
    ):
        Lab(home)
    assert (home / "index.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE runs RENAME COLUMN owner TO holder",
        "ALTER TABLE uses ADD COLUMN more TEXT",
        "DROP TABLE events",
        "PRAGMA user_version = 1000000",
    ],
)
def test_tables_that_do_not_fit_the_version_count_as_damage(statement, copy):
    home = copy()
    execute(home, statement)
    lab = Lab(home)
    assert finished(lab) == set(STORED)
    assert lab.runs.deleted() == {DELETED.run_id: DELETED}
    assert len(list(home.glob("index.damaged-*.sqlite"))) == 1


def test_readable_parts_of_a_damaged_file_are_taken_over(copy):
    home = copy()
    execute(home, "DROP TABLE events")
    lab = Lab(home)
    assert lab.runs.view(FAILED.run_id).message == "It failed."
    assert lab.store.row(RUN)["pinned"] is True


def test_processes_that_meet_a_damaged_index_together_all_go_on(copy):
    home = copy()
    index = settled(home)
    program = (
        "import sys; sys.stdin.readline(); from pathlib import Path; from kd.store.store import Store\n"
        "rows = Store(Path(sys.argv[1])).index.rows(); print(sum(r['status'] == 'finished' for r in rows))"
    )
    for _ in range(3):
        index.write_bytes(random.Random(1).randbytes(index.stat().st_size))
        together = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(home)],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        for process in together:
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate() for process in together]
        assert [out for out, _ in said] == ["3\n"] * 3, said
        settled(home)


def test_a_run_that_is_listed_but_cannot_be_found_is_deleted_all_the_same(copy):
    """SQLite finds a run through its own index of ids; damage there shows when it is next opened, or here."""
    home = copy()
    lab = Lab(home)
    execute(home, "PRAGMA wal_checkpoint(TRUNCATE)")
    query = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_runs_1'"
    ((page,),), ((size,),) = execute(home, query), execute(home, "PRAGMA page_size")
    content = (home / "index.sqlite").read_bytes()
    in_index_of_ids = content.index(RUN.encode(), (page - 1) * size, page * size)
    with (home / "index.sqlite").open("r+b") as file:
        file.seek(in_index_of_ids)
        file.write(b"!")
    assert RUN in finished(lab)
    lab.runs.delete(RUN)
    assert RUN not in finished(lab)
    assert lab.runs.restore(RUN) == []


def test_an_open_store_goes_on_with_the_file_that_took_its_place(copy):
    home = copy()
    first = Store(home)
    execute(home, "DROP TABLE events")
    second = Store(home)
    other = RunConfig(seed=55)
    first.index.claim(other.run_id, other.to_dict())
    assert second.row(other.run_id)["status"] == "queued"
