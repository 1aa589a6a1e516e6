"""Whatever goes wrong on a page gets one sentence, and pages need no TensorFlow."""

import ast
import os
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


def test_no_traceback_reaches_the_page(caplog):
    def page():
        from ui.shared.guard import guard

        with guard():
            raise KeyError("a secret of the server")

    app = AppTest.from_function(page).run()
    assert not app.exception
    (error,) = app.error
    assert "secret" not in error.value
    assert "reload" in error.value
    assert "a secret of the server" in caplog.text


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("KD_LIMIT", "much", "KD_LIMIT must be a size such as 500MB or 2GB, got 'much'."),
        ("KD_WORKERS", "0", "KD_WORKERS must be a whole number between 1 and 256, got '0'."),
        ("KD_WORKERS", "²", "KD_WORKERS must be a whole number between 1 and 256, got '²'."),
        ("KD_AHEAD", "perhaps", "KD_AHEAD must be 0 or 1, got 'perhaps'."),
        ("KD_HOME", __file__, "cannot be written"),
    ],
)
def test_an_unusable_server_setting_is_named(monkeypatch, tmp_path, variable, value, sentence):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setenv(variable, value)
    server.forget_lab()
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    for page in ("app.py", "pages/train.py", "pages/runs.py"):
        app.switch_page(page).run()
        assert not app.exception
        (error,) = errors_of(app)
        assert sentence in error
    server.forget_lab()


def test_damaged_data_is_named_with_the_remedy(monkeypatch, tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(b"no data")
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setattr("kd.pictures.mnist.MNIST_FILE", path)
    load_mnist.cache_clear()
    server.forget_lab()
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    app.switch_page("pages/draw.py").run()
    assert not app.exception
    (error,) = errors_of(app)
    assert "truncated or not an npz of MNIST. Make it again with: python data/make_mnist.py" in error
    load_mnist.cache_clear()
    server.forget_lab()


def test_the_laboratory_outlives_streamlits_caches(lab):
    """A second one would start a second engine, and Stop would never reach the runs of the first."""
    st.cache_resource.clear()
    st.cache_data.clear()
    assert server.lab() is lab


def test_visitors_who_arrive_together_share_one_laboratory(monkeypatch, tmp_path):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    server.forget_lab()
    with ThreadPoolExecutor(20) as people:
        labs = set(people.map(lambda _: server.lab(), range(20)))
    server.forget_lab()
    assert len(labs) == 1
    labs.pop().close()


def test_a_callback_that_fails_leaves_a_sentence_and_a_log(caplog):
    def page():
        import streamlit as st

        from ui.shared import notices
        from ui.shared.guard import guarded

        def fails():
            raise KeyError("a secret of the server")

        st.button("Press", on_click=guarded(fails))
        notices.show()

    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert not app.exception
    (warning,) = warnings_of(app)
    assert warning.startswith("That did not work")
    assert "secret" not in warning
    assert "a secret of the server" in caplog.text


def _calls(path):
    """Every (name, value) that a file of the interface passes to a function or stores to pass on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield from ((keyword.arg, keyword.value) for keyword in node.keywords)
        elif isinstance(node, ast.Dict):
            yield from ((getattr(k, "value", None), v) for k, v in zip(node.keys, node.values, strict=True))


SOURCES = sorted([PROJECT / "app.py", *PROJECT.glob("pages/*.py"), *PROJECT.glob("ui/**/*.py")])
CALLBACKS = ("on_click", "on_change", "on_select", "on_submit")


def _is_guarded(name: str, value: ast.expr) -> bool:
    match value:
        case ast.Constant(value="ignore" | "rerun" | None):
            return True
        case ast.Call(func=ast.Name(id="guarded")):
            return True
        case (
            ast.Name(id=passed_on) | ast.BoolOp(values=[ast.Name(id=passed_on), ast.Constant(value="ignore")])
        ):
            return passed_on == name  # passed on from an argument of that name, and checked there
    return False


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_every_callback_is_guarded(path):
    unguarded = [ast.unparse(v) for name, v in _calls(path) if name in CALLBACKS and not _is_guarded(name, v)]
    assert unguarded == []


def test_the_callbacks_are_found():
    assert sum(name in CALLBACKS for path in SOURCES for name, _ in _calls(path)) >= 25


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_an_alert_shows_our_own_text_or_shows_text_literally(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="warning" | "error" | "info" | "success" | "toast")) if (
                node.func.value.id != "_log"
            ):
                match node.args[0]:
                    case ast.Call(func=ast.Name(id="_"), args=[ast.Constant()], keywords=[]):
                        pass
                    case said:
                        assert said.func.id == "literal"


def test_streamlits_own_signals_pass():
    def page():
        import streamlit as st

        from ui.shared.guard import guard

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
