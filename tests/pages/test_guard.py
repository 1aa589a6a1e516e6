"""What goes wrong on a page is said in one sentence, and pages need no TensorFlow."""

import os
import subprocess
import sys

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import PROJECT


def test_no_traceback_reaches_the_page(caplog):
    def page():
        from ui.guard import guard

        with guard():
            raise KeyError("a secret of the server")

    app = AppTest.from_function(page).run()
    assert not app.exception
    (error,) = app.error
    assert "secret" not in error.value
    assert "reload" in error.value
    assert "a secret of the server" in caplog.text


def test_streamlits_own_signals_pass():
    def page():
        import streamlit as st

        from ui.guard import guard

        with guard():
            st.write("before")
            st.stop()
        st.write("after")

    app = AppTest.from_function(page).run()
    assert [element.value for element in app.markdown] == ["before"]
    assert not app.error


def test_opening_every_page_imports_no_tensorflow(tmp_path):
    script = """
import sys
from streamlit.testing.v1 import AppTest
from kd.lab import Lab
Lab.warm_up = lambda self: None
app = AppTest.from_file("app.py", default_timeout=60).run()
for name in ("train", "draw", "runs"):
    assert not app.switch_page(f"pages/{name}.py").run().exception
heavy = {"tensorflow", "keras", "torch"} & set(sys.modules)
assert not heavy, heavy
"""
    environment = {**os.environ, "KD_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
