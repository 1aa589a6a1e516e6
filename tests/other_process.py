"""A second process on the same home with a run of its own, such as a command line or another app."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kd.config import RunConfig
from tests import PROJECT

_CLAIM = """
import json, sys
from pathlib import Path
from kd.config import RunConfig
from kd.store.store import Store

runs = Store(Path(sys.argv[1])).runs
config = RunConfig.from_mapping(json.loads(sys.argv[2]))
assert runs.claim(config.run_id, config, asked=sys.argv[3] == "asked")
runs.set_running(config.run_id)
print("claimed", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def running_elsewhere(home: Path, config: RunConfig, asked: bool = True) -> Iterator[str]:
    """Inside, another live process has taken on this run, because somebody asked; it is killed at the end."""
    how = "asked" if asked else "ahead"
    process = subprocess.Popen(
        [sys.executable, "-c", _CLAIM, str(home), json.dumps(config.to_dict()), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    try:
        assert process.stdout.readline().strip() == "claimed"
        yield config.run_id
    finally:
        process.kill()
        process.communicate()
