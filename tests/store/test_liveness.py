"""A process is alive as long as it holds its lock, whatever the clock and process numbers say."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from kd import owners
from kd.lab import Lab
from kd.store.store import Store
from tests import PROJECT
from tests.stored_runs import CONFIG, RUN, save

OWNER = """
import sys
from pathlib import Path
from kd import owners
from kd.store.store import Store
from tests.stored_runs import CONFIG
store = Store(Path(sys.argv[1]))
store.index.claim(CONFIG.run_id, CONFIG.to_dict())
(store.home / "runs" / f"x.partial-{owners.own_token()}-1").mkdir()
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def another_process(home: Path):
    """A process that has taken on a run and is writing a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_nobody_takes_the_run_of_a_live_process_whatever_the_clock_says(tmp_path, monkeypatch):
    with another_process(tmp_path) as process:
        # as if the clock had been set back, and the process were in another container
        monkeypatch.setattr(psutil.Process, "create_time", lambda self: 0.0)
        monkeypatch.setattr(psutil, "pid_exists", lambda pid: False)
        lab = Lab(tmp_path)
        assert lab.runs.view(RUN).status == "queued"
        assert lab.store.index.worker(RUN) == "elsewhere"
        assert lab.store.index.claim(RUN, CONFIG.to_dict()) is False
        assert list((tmp_path / "runs").glob("*.partial-*"))
        process.kill()
        process.wait()
        assert lab.store.index.worker(RUN) == "gone"
        assert lab.runs.view(RUN).status == "interrupted"
        assert lab.store.index.claim(RUN, CONFIG.to_dict()) is True
        Store(tmp_path)
        assert not list((tmp_path / "runs").glob("*.partial-*"))
        assert [path.stem for path in (tmp_path / "owners").iterdir()] == [owners.own_token()]


def test_a_process_that_ends_leaves_no_lock_behind(tmp_path):
    with another_process(tmp_path) as process:
        process.communicate("end\n")
        assert list((tmp_path / "owners").iterdir()) == []
    assert Lab(tmp_path).runs.view(RUN).status == "interrupted"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_is_a_process_of_its_own(tmp_path):
    store = Store(tmp_path)
    store.index.claim(RUN, CONFIG.to_dict())
    child = os.fork()
    if child == 0:
        os._exit(0 if Store(tmp_path).index.claim(RUN, CONFIG.to_dict()) is False else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with another_process(tmp_path) as process:
        process.communicate("end\n")
    assert store.index.worker(RUN) == "here"  # the other process did not get it


def test_a_missing_folder_of_locks_is_made_again(tmp_path):
    store = Store(tmp_path)
    owners_folder = tmp_path / "owners"
    for path in owners_folder.iterdir():
        path.unlink()
    owners_folder.rmdir()
    store.index.claim(RUN, CONFIG.to_dict())
    assert [path.stem for path in owners_folder.iterdir()] == [owners.own_token()]


def test_a_home_may_have_several_names(tmp_path, monkeypatch):
    store = Store(tmp_path / "home")
    store.index.claim(RUN, CONFIG.to_dict())
    monkeypatch.chdir(tmp_path)
    names = [Path("home"), tmp_path / "home" / ".." / "home"]
    if os.name != "nt":  # links need a special privilege on Windows
        (tmp_path / "link").symlink_to(tmp_path / "home")
        names.append(tmp_path / "link")
    for name in names:
        assert Store(name).index.worker(RUN) == "here"


def test_a_process_of_an_earlier_version_is_known_by_number_and_start(tmp_path):
    myself = psutil.Process()
    alive = owners.numbered(myself.pid, myself.create_time())
    assert not owners.is_gone(tmp_path, alive)
    assert owners.is_gone(tmp_path, owners.numbered(myself.pid, myself.create_time() - 100))
    assert owners.is_gone(tmp_path, owners.numbered(2**22 + 1, myself.create_time()))


@pytest.mark.parametrize("token", [None, "", "..", "pid", "pid x y", "pid -1 1", "pid 1e9 nan", "f" * 32])
def test_an_odd_token_belongs_to_nobody(tmp_path, token):
    assert owners.is_gone(tmp_path, token)


def test_a_run_is_handed_over_whole(tmp_path):
    """A process that takes over a killed process's run saves it as if nothing had happened."""
    with another_process(tmp_path):
        pass
    store = Store(tmp_path)
    save(store)
    assert store.row(RUN)["status"] == "finished"
