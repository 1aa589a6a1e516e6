"""A process is alive as long as it holds its lock, whatever the clock and process numbers say."""

import os
import subprocess
import sys

import pytest

from kd.base import owners
from kd.store.store import Store
from tests import PROJECT
from tests.stored_runs import CONFIG, RUN


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_is_a_process_of_its_own(tmp_path):
    store = Store(tmp_path)
    store.runs.claim(RUN, CONFIG)
    child = os.fork()
    if child == 0:
        os._exit(0 if Store(tmp_path).runs.claim(RUN, CONFIG) is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    look = "import sys; from kd.store.store import Store; Store(sys.argv[1])"
    subprocess.run([sys.executable, "-c", look, str(tmp_path)], cwd=PROJECT, check=True)
    assert store.runs.worker(RUN) == "here"
    locks = [path.stem for path in (tmp_path / "owners").iterdir()]
    assert locks == [owners.own_token()]  # one that ends leaves none behind
    for token in (None, "", "..", "f" * 32):
        assert owners.is_gone(tmp_path, token)
