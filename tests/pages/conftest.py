"""Pages in AppTest, with the real Lab on a home of its own, and the included run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partialmethod
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime import context
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest, local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner, require_widgets_deltas

from kd.config import RunConfig
from kd.lab import Lab
from tests import PROJECT
from ui.shared import server
from ui.train import controls, trail, train_button


def wait_without_looking(runner: LocalScriptRunner, timeout: float = 3) -> None:
    """As Streamlit's `require_widgets_deltas`, which goes through all events of a page every millisecond."""
    runner._script_thread.join(timeout)
    if runner._script_thread.is_alive():
        require_widgets_deltas(runner, 0)  # ends it, and says so


@pytest.fixture(scope="package", autouse=True)
def no_work_around_a_page() -> Iterator[None]:
    """What Streamlit's test bench does around each run of a page, and a server once or never.

    It reads what every installed package says of its components: five times the work of a page. Where tests
    have loaded Keras, which the app never does, it clears that. Its browser is a mock with cookies and
    headers that differ each time, so nothing cached for a reader's language is found again.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        patch.setattr(context, "_get_client_context", lambda: None)  # a browser that sends neither
        patch.setattr(local_script_runner, "require_widgets_deltas", wait_without_looking)
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
    trail.forget_everybody()

    def open_page(name: str, session: Mapping[str, Any] | None = None, **query: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
        if name != "home":
            app.switch_page(f"pages/{name}.py")
        for key, value in query.items():
            app.query_params[key] = value
        if name == "train":
            app.session_state[controls.DRAWER] = True
            if train_button.SWITCH not in query:
                app.session_state[train_button.SWITCH] = False  # nothing is trained unless a test says so
        for key, value in (session or {}).items():
            app.session_state[key] = value
        app.run()
        assert not app.exception
        return app

    return open_page


@pytest.fixture
def shipped(lab):
    """The included run."""
    return lab.runs.view(RunConfig().run_id)
