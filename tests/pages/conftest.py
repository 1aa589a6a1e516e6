"""Pages in AppTest, with the real Lab on a home of its own, and the included run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partialmethod
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from kd.config import RunConfig
from kd.lab import Lab
from tests import PROJECT
from ui.shared import server
from ui.train import seen
from ui.train.form import moves


@pytest.fixture(scope="package", autouse=True)
def components_are_looked_for_once() -> Iterator[None]:
    """Each AppTest would read what every installed package says of itself: five times the work of a page."""
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture(scope="module")
def lab(tmp_path_factory, engine):
    """The Lab that the pages use, with the engine of all tests, which starts when something is trained."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KD_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(Lab, "warm_up", lambda self: None)
        server.forget_lab()
        with pytest.MonkeyPatch.context() as making:
            making.setattr(Lab, "__init__", partialmethod(Lab.__init__, engine=engine))
            lab = server.lab()
        yield lab
        lab.close()
        server.forget_lab()


@pytest.fixture
def open_page(lab):
    """A function that opens a page as a browser would, with query parameters; fails on any traceback.

    The session may have widgets' values already, as after a click. Nobody has looked at a run before.
    """
    seen.forget_everybody()

    def open_page(name: str, session: Mapping[str, Any] | None = None, **query: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
        if name != "home":
            app.switch_page(f"pages/{name}.py")
        for key, value in query.items():
            app.query_params[key] = value
        if name == "train" and moves.SWITCH not in query:
            app.session_state[moves.SWITCH] = False  # nothing is trained unless a test says so
        for key, value in (session or {}).items():
            app.session_state[key] = value
        app.run()
        assert not app.exception
        return app

    return open_page


@pytest.fixture
def shipped(lab):
    """The included run."""
    return lab.watch(RunConfig().run_id)
