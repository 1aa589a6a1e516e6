"""A process is alive as long as it holds its lock, whatever the clock and process numbers say."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from kd.base import owners
from kd.lab import Lab
from kd.store.store import Store
from tests import PROJECT
from tests.stored_runs import CONFIG, RUN

OWNER = """
import sys
from pathlib import Path
from kd.base import owners
from kd.store.store import Store
from tests.stored_runs import CONFIG
store = Store(Path(sys.argv[1]))
store.runs.claim(CONFIG.run_id, CONFIG)
(store.home / "models" / f"x.partial-{owners.own_token()}-1").touch()
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


def test_nobody_takes_the_run_of_a_live_process_and_anybody_that_of_a_dead_one(tmp_path):
    with another_process(tmp_path) as process:
        lab = Lab(tmp_path)
        assert lab.runs.view(RUN).status == "queued"
        assert lab.store.runs.worker(RUN) == "elsewhere"
        assert lab.store.runs.claim(RUN, CONFIG) is None
        assert list((tmp_path / "models").glob("*.partial-*"))
        process.kill()
        process.wait()
        assert lab.store.runs.worker(RUN) == "gone"
        assert lab.runs.view(RUN).status == "interrupted"
        assert lab.store.runs.claim(RUN, CONFIG) is not None
        Store(tmp_path)
        assert not list((tmp_path / "models").glob("*.partial-*"))
        assert [path.stem for path in (tmp_path / "owners").iterdir()] == [owners.own_token()]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_is_a_process_of_its_own(tmp_path):
    store = Store(tmp_path)
    store.runs.claim(RUN, CONFIG)
    child = os.fork()
    if child == 0:
        os._exit(0 if Store(tmp_path).runs.claim(RUN, CONFIG) is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with another_process(tmp_path) as process:
        process.communicate("end\n")
    assert store.runs.worker(RUN) == "here"  # the other process did not get it
    locks = [path.stem for path in (tmp_path / "owners").iterdir()]
    assert locks == [owners.own_token()]  # one that ends leaves none behind


def test_an_odd_token_belongs_to_nobody(tmp_path):
    for token in (None, "", "..", "f" * 32):
        assert owners.is_gone(tmp_path, token)
