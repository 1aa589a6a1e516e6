"""What the first visitor needs is loaded as the server starts, and not before."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from types import SimpleNamespace

from streamlit.runtime import Runtime

from tests import PROJECT
from ui import serving
from ui.serving import ahead

BEFORE_AND_AFTER = """
import sys
import kd
import ui.serving
from ui.serving.ahead import LIBRARIES, load
print([name for name in LIBRARIES if name in sys.modules])
load().join()
print([name for name in LIBRARIES if name not in sys.modules])
"""


def test_it_is_loaded_in_the_background_alone():
    command = [sys.executable, "-c", BEFORE_AND_AFTER]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600)
    assert done.stdout.split("\n") == ["[]", "[]", ""], done.stderr


def test_a_server_that_starts_begins_to_load_it(monkeypatch):
    async def serve() -> list[str]:
        stopped = asyncio.get_running_loop().create_future()
        stopped.set_result(None)
        runtime = SimpleNamespace(stop=lambda: None, stopped=stopped)
        monkeypatch.setattr(Runtime, "instance", lambda: runtime)
        for guarding in (serving.messages, serving.sessions, serving.uploads):
            monkeypatch.setattr(guarding, "guard", lambda runtime: None)
        monkeypatch.setattr(serving.config, "get_option", lambda name: name == "server.headless")
        begun: list[str] = []
        monkeypatch.setattr(ahead, "load", lambda: begun.append("loading"))
        async with serving.lifespan(None):
            return begun

    assert asyncio.run(serve()) == ["loading"]
