"""A crash at any point leaves each run whole or absent; damaged files are set aside and the rest works."""

from __future__ import annotations

import inspect
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from kd import files, owners
from kd.__main__ import main
from kd.lab import Lab
from kd.store import (
    room,
    store,
    stored,
    stored_caches,
    stored_models,
    stored_runs,
    stored_snapshots,
)
from kd.store.index import file as index_file
from kd.store.index import index, moves
from kd.store.store import DamagedRun, Store
from tests import PROJECT
from tests.store.killed import crashes, killed_at_each_step
from tests.stored_runs import CONFIG, RUN, is_whole, save, save_model

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="crashes are made with fork and SIGKILL")

OTHER = CONFIG.replace(seed=2).run_id
FRESH = CONFIG.replace(teacher="fresh", teacher_epochs=1)
MODEL = FRESH.teacher_id


STORED = (stored, stored_caches, stored_models, stored_runs, stored_snapshots)
MODULES = (store, *STORED, index, index_file, moves, files, owners, room)
FILES = frozenset(inspect.getsourcefile(module) for module in MODULES)


def damage_the_index_and_mend_it(opened: Store) -> None:
    with closing(sqlite3.connect(opened.home / "index.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    overwrite(opened.home / "index.sqlite", 0, b"\xff" * 4096)
    opened.index.check()
    assert list(opened.home.glob("index.damaged-*"))


ACTIONS = {
    "storing a run": lambda opened: save(opened),
    "storing a model": lambda opened: save_model(opened, FRESH, "teacher", b"t" * 5000),
    "storing snapshots": lambda opened: opened.save_snapshots(MODEL, {"times": np.eye(10)}),
    "storing logits": lambda opened: opened.save_logits("key", {"train": np.eye(10)}),
    "deleting a run": lambda opened: opened.delete_run(OTHER),
    "restoring a run": lambda opened: opened.restore_run(CONFIG.replace(seed=3).run_id),
    "removing a run": lambda opened: opened.remove_run(OTHER),
    "mending the index": damage_the_index_and_mend_it,
}


@pytest.mark.parametrize("name", ACTIONS)
def test_killed_at_any_step_the_store_opens_and_each_run_is_whole_or_absent(name, tmp_path):
    def prepare():
        opened = Store(tmp_path / "before")
        save(opened, CONFIG.replace(seed=2))
        save(opened, CONFIG.replace(seed=3))
        opened.delete_run(CONFIG.replace(seed=3).run_id)

    def act(home, begin):
        opened = Store(home)
        begin()
        ACTIONS[name](opened)

    assert not crashes(prepare)
    steps = 0
    for home, _killed in killed_at_each_step(tmp_path / "before", tmp_path, act, FILES):
        steps += 1
        after = Store(home)
        for seed in (1, 2, 3):
            run_id = CONFIG.replace(seed=seed).run_id
            row = after.row(run_id)
            if after.has_run(run_id):
                assert is_whole(after, run_id)
                assert row["status"] == "finished"
            else:
                assert row is None or row["status"] == "interrupted"
        if name != "removing a run":
            assert after.has_run(OTHER) or after.restore_run(OTHER)
            assert is_whole(after, OTHER)
        assert after.has_model(MODEL) == (after.model(MODEL) is not None)
        assert after.has_model(MODEL) == (after.model_logits(MODEL) is not None)
        assert after.has_snapshots(MODEL) == (after.snapshots(MODEL) is not None)
        assert not list(home.rglob("*.partial-*"))
        assert after.logits("key") is None or after.logits("key")["train"].shape == (10, 10)
    assert steps > 2


DAMAGES = {
    "a truncated record": ("record.json", lambda content: content[:40]),
    "a record that is no record": ("record.json", lambda content: b"[1, 2]"),
    "a changed number in the record": ("record.json", lambda content: content.replace(b"0.9", b"0.8")),
    "lost checksums": ("SHA256SUMS", lambda content: b""),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_run_is_set_aside_with_a_sentence_and_the_rest_works(name, tmp_path):
    file, damage = DAMAGES[name]
    first = Store(tmp_path)
    save(first)
    save(first, CONFIG.replace(seed=2))
    path = tmp_path / "runs" / RUN / file
    path.write_bytes(damage(path.read_bytes()))

    lab = Lab(tmp_path)

    with pytest.raises(DamagedRun, match=r"damaged and have been moved to aside/.*: train it again"):
        lab.store.record(RUN)
    assert lab.runs.view(RUN).status == "failed"
    assert "train it again" in lab.runs.view(RUN).message
    assert [path.name.partition("-")[0] for path in (tmp_path / "aside").iterdir()] == [RUN]
    assert lab.runs.view(OTHER).status == "finished"
    assert is_whole(lab.store, OTHER)
    save(lab.store)  # the run can be trained again
    assert Lab(tmp_path).runs.view(RUN).status == "finished"


def test_damaged_logits_and_snapshots_are_made_again(tmp_path):
    opened = Store(tmp_path)
    opened.save_logits("key", {"train": np.eye(10)})
    opened.save_snapshots(MODEL, {"times": np.eye(10)})
    (tmp_path / "logits" / "key.npz").write_bytes(b"nothing")
    (tmp_path / "snapshots" / f"{MODEL}.npz").write_bytes(b"nothing")
    assert opened.logits("key") is None
    assert opened.snapshots(MODEL) is None
    assert not opened.has_snapshots(MODEL)
    opened.save_snapshots(MODEL, {"times": np.eye(10)})
    assert opened.snapshots(MODEL)["times"].shape == (10, 10)


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


@pytest.mark.parametrize("at", [0, 4096, 8192])
def test_a_damaged_index_is_set_aside_and_rebuilt_from_the_folders(at, tmp_path):
    first = Store(tmp_path)
    save(first)
    save(first, CONFIG.replace(seed=2))
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    overwrite(tmp_path / "index.sqlite", at, b"\xff" * 4096)
    after = Store(tmp_path)
    assert {row["run_id"] for row in after.index.rows()} == {RUN, OTHER}
    assert all(is_whole(after, run_id) for run_id in (RUN, OTHER))
    assert len(list(tmp_path.glob("index.damaged-*.sqlite"))) == 1
    # the store that was open all along goes on with the new file
    assert first.row(RUN)["status"] == "finished"
    save(first, CONFIG.replace(seed=4))
    assert after.row(CONFIG.replace(seed=4).run_id)["status"] == "finished"


def test_the_index_is_rebuilt_by_one_command(tmp_path, monkeypatch, capsys):
    first = Store(tmp_path)
    save(first)
    save(first, CONFIG.replace(seed=2))
    first.index.forget(RUN)
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    assert main(["rebuild-index"]) == 0
    assert "2 runs" in capsys.readouterr().out
    assert Store(tmp_path).row(RUN)["status"] == "finished"


def test_two_processes_on_one_home_share_it(tmp_path):
    """Both write at once and try to take the same run: one gets it."""
    program = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        sys.path.insert(0, {str(PROJECT)!r})
        from kd.store.store import Store
        from tests.stored_runs import CONFIG, save

        opened = Store(Path(sys.argv[1]))
        print("ready", flush=True)
        sys.stdin.readline()
        wanted = {{seed: CONFIG.replace(seed=seed) for seed in range(200, 240)}}
        taken = [seed for seed, c in wanted.items() if opened.index.claim(c.run_id, c.to_dict())]
        for number in range(40):
            opened.index.add_event(sys.argv[2], {{"event": "epoch", "number": number}})
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
        assert [event["number"] for event in opened.index.events(name)] == list(range(40))
    assert is_whole(opened, CONFIG.replace(seed=100).run_id)
    for process in both:
        process.communicate("end\n")
    assert Store(tmp_path).row(CONFIG.replace(seed=200).run_id)["status"] == "interrupted"


def test_threads_share_a_store(tmp_path):
    opened = Store(tmp_path)

    def write(name):
        for number in range(25):
            opened.index.add_event(name, {"event": "epoch", "number": number})

    threads = [threading.Thread(target=write, args=(f"{i:012x}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(4):
        assert len(opened.index.events(f"{i:012x}")) == 25


def test_the_checksums_are_those_that_sha256sum_reads(tmp_path):
    save(Store(tmp_path))
    folder, model = tmp_path / "runs" / RUN, tmp_path / "models" / CONFIG.model_ids["scratch"]
    names = {place: (place / "SHA256SUMS").read_text().splitlines() for place in (folder, model)}
    assert [line.split("  ")[1] for line in names[folder]] == ["record.json"]
    assert [line.split("  ")[1] for line in names[model]] == ["model.keras", "logits.npz", "record.json"]
    assert json.loads((folder / "record.json").read_text())["config"] == CONFIG.to_dict()


def test_another_store_in_the_same_process_leaves_unfinished_files_alone(tmp_path, monkeypatch):
    opened, write = Store(tmp_path), files._write_through

    def write_while_another_opens(path, content):
        write(path, content)
        Store(tmp_path)

    monkeypatch.setattr(files, "_write_through", write_while_another_opens)
    save(opened)
    opened.save_logits("key", {"train": np.eye(10)})
    assert is_whole(opened)
    assert opened.logits("key") is not None


@pytest.mark.parametrize("owner", ["0" * 32, str(os.getpid())], ids=["name", "pid"])
def test_files_that_a_dead_process_left_half_written_are_removed(owner, tmp_path):
    left = tmp_path / "runs" / f"{RUN}.partial-{owner}-{'0' * 32}"
    left.mkdir(parents=True)
    Store(tmp_path)
    assert not left.exists()
