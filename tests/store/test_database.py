"""The database: shared by threads and processes, locked by others, damaged, of another version."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from kd.__main__ import main
from kd.config import RunConfig
from kd.lab import Lab
from kd.store import copies, database
from kd.store.classes import OPEN
from kd.store.database import NAME, Busy
from kd.store.store import Store
from tests import PROJECT
from tests.stored_runs import CONFIG, RUN, is_whole, locked, record, save, save_models

OTHER = CONFIG.replace(seed=2)
LONG = 600
PATIENCE = 120


def in_time(action):
    """What `action` returns or raises; fails if it waits for the lock."""
    return ThreadPoolExecutor(1).submit(action).result(PATIENCE)


@pytest.fixture
def lab(tmp_path):
    with Lab(tmp_path) as lab:
        save(lab.store)
        yield lab


def test_looking_does_not_wait_for_another_program_nor_for_a_change_that_does(lab, monkeypatch):
    monkeypatch.setattr(database, "SECONDS_ON_A_PAGE", LONG)
    lab.store.runs.claim(OTHER.run_id, OTHER)
    lab.store.runs._write("UPDATE runs SET owner = ? WHERE run_id = ?", "f" * 32, OTHER.run_id)
    with locked(lab.store.home):
        assert in_time(lambda: lab.runs.view(OTHER.run_id)).active  # its process is gone
    assert lab.runs.view(OTHER.run_id).status == "interrupted"
    waiting = threading.Thread(target=lab.runs.pin, args=(RUN,))
    with locked(lab.store.home):
        waiting.start()
        assert in_time(lambda: lab.runs.view(RUN)).status == "finished"
        assert RUN in [view.run_id for view in in_time(lab.runs.views)]
        assert in_time(lab.upkeep.usage).used > 0
        assert in_time(lambda: Lab(lab.store.home).runs.view(RUN)).status == "finished"
        assert waiting.is_alive()
    waiting.join(PATIENCE)
    assert lab.runs.view(RUN).pinned
    assert lab.store.runs.row(RUN).used is not None  # the look that could not be recorded is recorded now


def test_a_change_that_cannot_be_made_is_reported_soon_and_the_background_waits_longer(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "SECONDS_ON_A_PAGE", 0.1)
    store, held = Store(tmp_path), threading.Event()
    claim = store.runs.claim(RUN, CONFIG)
    said = r"Another program is using the database .*try again"
    with pytest.raises(Busy, match=said), locked(tmp_path):
        store.runs.pin([RUN], True)

    def hold():
        with locked(tmp_path):
            held.set()
            time.sleep(0.4)

    holding = threading.Thread(target=hold)
    holding.start()
    held.wait()
    with store.waiting():
        save_models(store, CONFIG)
        store.runs.finish(RUN, claim, record(CONFIG))
    holding.join()
    assert is_whole(store)


def test_two_processes_on_one_home_share_it(tmp_path):
    """Both write at once and try to take the same runs: one gets each."""
    program = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(PROJECT)!r})
        from kd.store.store import Store
        from tests.stored_runs import CONFIG, save

        opened = Store(Path(sys.argv[1]))
        print("ready", flush=True)
        sys.stdin.readline()
        with opened.waiting():
            wanted = {{seed: CONFIG.replace(seed=seed) for seed in range(200, 240)}}
            taken = [seed for seed, c in wanted.items() if opened.runs.claim(c.run_id, c)]
            for number in range(40):
                opened.runs.add_event(sys.argv[2], {{"event": "epoch", "number": number}})
            save(opened, CONFIG.replace(seed=100))
        print(*taken, flush=True)
        sys.stdin.readline()
        """
    )
    names = ("a" * 12, "b" * 12)
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    taken = [process.stdout.readline().split() for process in both]
    opened = Store(tmp_path)
    assert sorted(int(seed) for seeds in taken for seed in seeds) == list(range(200, 240))
    for name in names:
        assert [event["number"] for event in opened.runs.events(name)] == list(range(40))
    assert is_whole(opened, CONFIG.replace(seed=100).run_id)
    for process in both:
        process.communicate("end\n")
    assert Store(tmp_path).runs.row(CONFIG.replace(seed=200).run_id).status == "interrupted"


def overwrite(path: Path, at: int, content: bytes) -> None:
    with closing(sqlite3.connect(path)) as connection:  # all of it is in the file then
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def copied(store: Store) -> Store:
    """A store with a run of which there is a copy, one that was stored later, and what people wrote."""
    save(store)
    store.runs.annotate([RUN], name="the best", note="why?")
    store.backup()
    save(store, OTHER)
    return store


@pytest.mark.parametrize("at", [0, 8192])
def test_a_damaged_database_is_set_aside_and_the_last_good_copy_takes_its_place(at, tmp_path, caplog):
    first = copied(Store(tmp_path))
    overwrite(tmp_path / NAME, at, b"\xff" * 4096)
    after = Store(tmp_path)
    (aside,) = tmp_path.glob("lab.damaged-*.sqlite")
    said = rf"was damaged and has been moved to {aside.name}: its copy of {time.strftime('%Y-')}.* has taken"
    assert re.search(said, after.recovered)
    assert caplog.messages == [after.recovered]
    assert [row.run_id for row in after.runs.rows()] == [RUN]
    assert (after.runs.row(RUN).name, after.runs.row(RUN).note) == ("the best", "why?")
    assert is_whole(after)
    # the store that was open all along goes on with the copy
    assert first.runs.row(OTHER.run_id) is None
    save(first, OTHER)
    assert is_whole(after, OTHER.run_id)
    assert Store(tmp_path).recovered == ""


def test_a_copy_is_made_now_and_then_and_a_damaged_one_is_passed_over(tmp_path, monkeypatch):
    store = copied(Store(tmp_path))
    folder = tmp_path / "copies"
    (first,) = folder.iterdir()
    store.backup()  # too soon
    assert list(folder.iterdir()) == [first]
    monkeypatch.setattr(database, "SECONDS_BETWEEN_COPIES", 0)
    for _again in range(4):
        store.runs.touch(RUN)
        store.backup()
    store.backup()  # nothing has changed since
    assert len(list(folder.iterdir())) == copies.COPIES
    assert first not in folder.iterdir()
    newest = max(folder.iterdir())
    newest.write_bytes(b"\xff" * 5000)
    overwrite(tmp_path / NAME, 8192, b"\xff" * 4096)
    store._database._copied = None
    store.backup()  # a damaged database is not copied
    assert max(folder.iterdir()) == newest
    assert {row.run_id for row in Store(tmp_path).runs.rows()} == {RUN, OTHER.run_id}


def test_no_copy_has_what_a_class_deletes_at_its_end(tmp_path):
    store = Store(tmp_path)
    for code in ("BCDF", "GHJK"):
        store.classes.open(code, "host", "digits")
        store.classes.change(code, phase=OPEN)
        store.classes.join(code, "ann", f"Ana of {code}")
        store.classes.answer(store.classes.get(code), "ann", "0", 7, b"a drawing" * 90)
    store.classes.end("BCDF")
    store.backup()
    (copy,) = (tmp_path / "copies").iterdir()
    content = copy.read_bytes()
    assert b"CREATE TABLE pupils" in content
    assert b"Ana of" not in content
    assert b"a drawing" not in content


def test_without_any_copy_the_list_begins_anew_and_nothing_is_thrown_away(tmp_path):
    save(Store(tmp_path))
    overwrite(tmp_path / NAME, 0, b"\xff" * 4096)
    after = Store(tmp_path)
    assert "there was no copy of it" in after.recovered
    assert after.runs.rows() == []
    assert len(list(tmp_path.glob("lab.damaged-*.sqlite"))) == 1
    assert len(list((tmp_path / "models").iterdir())) == 4
    save(after)
    assert is_whole(after)


def test_a_lost_database_is_replaced_by_its_copy(tmp_path):
    first = copied(Store(tmp_path))
    for lost in ([tmp_path / NAME], tmp_path.glob(f"{NAME}*")):  # also with what SQLite keeps beside it
        for path in lost:
            path.unlink()
        after = Store(tmp_path)
        assert "was missing: its copy of" in after.recovered
        assert [row.run_id for row in after.runs.rows()] == [RUN]
        assert is_whole(after)
        save(first, OTHER)
        assert is_whole(after, OTHER.run_id)


def test_damage_that_is_met_later_is_a_sentence(tmp_path):
    store = Store(tmp_path)
    for seed in range(40):
        store.runs.claim(RunConfig(seed=seed).run_id, RunConfig(seed=seed))
    overwrite(tmp_path / NAME, 4096, b"\xff" * 80_000)
    with pytest.raises(ValueError, match=r"The database .* is damaged: restart KD Lab"):
        store.runs.rows()


def test_several_that_find_it_damaged_at_the_same_time_all_go_on(tmp_path):
    copied(Store(tmp_path))
    overwrite(tmp_path / NAME, 4096, b"\xff" * 4096)
    together = threading.Barrier(4)

    def met(_thread):
        together.wait()
        return [row.run_id for row in Store(tmp_path).runs.rows()]

    with ThreadPoolExecutor(4) as threads:
        found = [*threads.map(met, range(4))]
    assert found == [[RUN]] * 4
    assert len(list(tmp_path.glob("lab.damaged-*.sqlite"))) == 1


def test_another_version_is_refused_in_a_sentence_and_left_alone(tmp_path, monkeypatch, capsys):
    save(Store(tmp_path))
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        connection.execute(f"PRAGMA user_version = {copies.VERSION + 1}")
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    assert main(["runs"]) == 2
    said = capsys.readouterr().err
    assert "use the KD Lab that wrote it, or choose another folder with KD_HOME." in said
    assert said.count("\n") == 1
    assert not list(tmp_path.glob("lab.damaged-*"))
