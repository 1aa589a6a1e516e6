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


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("KD_LIMIT", "much", "KD_LIMIT must be a size such as 500MB or 2GB, got 'much'."),
        ("KD_WORKERS", "0", "KD_WORKERS must be a whole number between 1 and 256, got '0'."),
        ("KD_AHEAD", "perhaps", "KD_AHEAD must be 0 or 1, got 'perhaps'."),
        ("KD_HOME", __file__, "cannot be written"),
    ],
)
def test_an_unusable_server_setting_is_named(monkeypatch, tmp_path, variable, value, sentence):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setenv(variable, value)
    server.forget_lab()
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    for page in ("app.py", "pages/train.py"):
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


SOURCES = [PROJECT / "app.py", *PROJECT.glob("pages/*.py"), *PROJECT.glob("ui/**/*.py")]
CALLBACKS = ("on_click", "on_change", "on_select", "on_submit")
ALERTS = ("warning", "error", "info", "success", "toast")


def _passed(node: ast.AST):
    """Every (name, value) that is passed to a function, or stored to be passed on."""
    if isinstance(node, ast.Call):
        yield from ((keyword.arg, keyword.value) for keyword in node.keywords)
    elif isinstance(node, ast.Dict):
        yield from ((getattr(k, "value", None), v) for k, v in zip(node.keys, node.values, strict=True))


def _is_guarded(name: str, value: ast.expr) -> bool:
    match value:
        case ast.Constant(value="ignore" | "rerun" | None) | ast.Call(func=ast.Name(id="guarded" | "acts")):
            return True
        case ast.Name(id=given) | ast.BoolOp(values=[ast.Name(id=given), ast.Constant(value="ignore")]):
            return given == name  # passed on from an argument of that name, and checked there
    return False


def _is_literal(node: ast.AST) -> bool:
    """Whether an alert says a sentence of ours, or shows a text literally; so does what is no alert."""
    match node:
        case ast.Call(func=ast.Attribute(attr=attr, value=ast.Name(id=of)), args=[said, *_]) if (
            attr in ALERTS and of != "_log"
        ):
            ours = isinstance(said, ast.Call) and said.func.id == "_" and not said.keywords
            return ours or (isinstance(said, ast.Call) and said.func.id == "literal")
    return True


def test_every_callback_is_guarded_and_every_alert_shows_text_literally():
    nodes = [node for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    callbacks = [(name, value) for node in nodes for name, value in _passed(node) if name in CALLBACKS]
    assert len(callbacks) >= 25
    assert [ast.unparse(value) for name, value in callbacks if not _is_guarded(name, value)] == []
    assert [ast.unparse(node) for node in nodes if not _is_literal(node)] == []


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
