"""Whatever goes wrong on a page gets one sentence, and pages need no TensorFlow."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kd.pictures.mnist import load_mnist
from tests import PROJECT
from tests.pages.on_page import errors_of, warnings_of
from ui.shared import server


def test_what_fails_on_a_page_or_in_a_callback_leaves_a_sentence_and_a_log(caplog):
    def page():
        import streamlit as st

        from ui.shared import notices
        from ui.shared.guard import guard, guarded

        def fails():
            raise KeyError("a secret of the server")

        st.button("Press", on_click=guarded(fails))
        notices.show()
        with guard():
            st.write("before")
            raise KeyError("another secret of the server")
        with guard():
            st.stop()  # Streamlit's own signals pass
        st.write("after")

    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert not app.exception
    (error,) = app.error
    assert "secret" not in error.value
    assert "reload" in error.value
    (warning,) = warnings_of(app)
    assert warning.startswith("That did not work")
    assert "secret" not in warning
    assert "a secret of the server" in caplog.text
    assert "another secret of the server" in caplog.text
    assert [element.value for element in app.markdown] == ["before"]


@pytest.fixture
def own_home(monkeypatch, tmp_path):
    """A lab that is made by what a test does, in a folder of its own."""
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    server.forget_lab()
    yield tmp_path
    server.forget_lab()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("KD_LIMIT", "much", "KD_LIMIT must be a size such as 500MB or 2GB, got 'much'."),
        ("KD_WORKERS", "0", "KD_WORKERS must be a whole number between 1 and 256, got '0'."),
        ("KD_AHEAD", "perhaps", "KD_AHEAD must be 0 or 1, got 'perhaps'."),
        ("KD_HOME", __file__, "cannot be written"),
    ],
)
def test_an_unusable_server_setting_is_named(monkeypatch, own_home, variable, value, sentence):
    monkeypatch.setenv(variable, value)
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    for page in ("app.py", "pages/train.py"):
        app.switch_page(page).run()
        assert not app.exception
        (error,) = errors_of(app)
        assert sentence in error


def test_damaged_data_is_named_with_the_remedy(monkeypatch, own_home):
    path = own_home / "mnist.npz"
    path.write_bytes(b"no data")
    monkeypatch.setattr("kd.pictures.mnist.MNIST_FILE", path)
    load_mnist.cache_clear()
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    app.switch_page("pages/draw.py").run()
    assert not app.exception
    (error,) = errors_of(app)
    assert "truncated or not an npz of MNIST. Make it again with: python data/make_mnist.py" in error
    load_mnist.cache_clear()


def test_the_laboratory_outlives_streamlits_caches(lab):
    """A second one would start a second engine, and Stop would never reach the runs of the first."""
    st.cache_resource.clear()
    st.cache_data.clear()
    assert server.lab() is lab


def test_visitors_who_arrive_together_share_one_laboratory(own_home):
    with ThreadPoolExecutor(20) as people:
        labs = set(people.map(lambda _: server.lab(), range(20)))
    assert len(labs) == 1
    labs.pop().close()


SOURCES = [PROJECT / "app.py", *PROJECT.glob("pages/*.py"), *PROJECT.glob("ui/**/*.py")]
UNGUARDED = re.compile(
    r'\bon_(?:click|change|select|submit)(?:=|": )(?!guarded\(|acts\(|"(?:ignore|rerun)"|on_).*'
)
# an alert says a sentence of ours without anything filled in, or shows a text literally
ALERT = re.compile(
    r'\bst\.(?:warning|error|info|success|toast)\((?!\s*(?:literal\(|_\((?:\s*"[^"]*")+\s*\))).*'
)


def test_every_callback_is_guarded_and_every_alert_shows_text_literally():
    texts = [path.read_text(encoding="utf-8") for path in SOURCES]
    assert sum(text.count("=guarded(") + text.count("=acts(") for text in texts) >= 25
    assert [found for text in texts for found in (*UNGUARDED.findall(text), *ALERT.findall(text))] == []


def test_opening_every_page_imports_no_tensorflow(tmp_path):
    script = """
import sys
from streamlit.testing.v1 import AppTest
from kd.lab import Lab
from ui.shared.frame import PAGES
Lab.warm_up = lambda self: None
app = AppTest.from_file("app.py", default_timeout=60).run()
for path, _label, _icon in PAGES:
    assert not app.switch_page(path).run().exception
heavy = {"tensorflow", "keras", "torch"} & set(sys.modules)
assert not heavy, heavy
"""
    environment = {**os.environ, "KD_HOME": str(tmp_path)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
