"""The address that says whether the server can do its work."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from kd.engine import Engine
from kd.lab import Lab
from ui.serving import readiness
from ui.shared import server


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_HOME", str(tmp_path / "home"))
    server.forget_lab()
    yield server.lab
    server.lab().close()
    server.forget_lab()


def told() -> tuple[int, str]:
    answer = readiness.ready(None)
    return answer.status_code, answer.body.decode()


def test_it_is_ready_before_anybody_came_and_leaves_nothing_behind(lab):
    assert told() == (200, "Ready.")  # and no engine was started: tests/conftest.py refuses that
    assert list((lab().store.home / "models").iterdir()) == []


def test_it_is_not_while_the_home_cannot_be_written(lab):
    models = lab().store.home / "models"
    shutil.rmtree(models)
    models.write_text("in the way")
    status, sentence = told()
    assert (status, str(models.parent) in sentence) == (503, True)
    models.unlink()
    assert told() == (200, "Ready.")


def test_it_is_not_where_no_lab_can_be(monkeypatch):
    monkeypatch.setenv("KD_HOME", "/dev/null/home")
    server.forget_lab()
    status, sentence = told()
    assert (status, "/dev/null/home cannot be written" in sentence) == (503, True)


def test_it_is_not_when_the_engine_has_died_which_then_starts_again(tmp_path, monkeypatch):
    engine, begun = Engine(), []
    monkeypatch.setattr("kd.engine.engine.Connection", lambda *given: begun.append(given) or alive)
    alive, dead = (SimpleNamespace(is_alive=lambda is_=is_: is_, close=list) for is_ in (True, False))
    with Lab(tmp_path, engine=engine) as lab:
        monkeypatch.setattr(server, "_lab", lab)
        engine._connection = alive
        assert told() == (200, "Ready.")
        engine._connection = dead
        status, sentence = told()
        assert (status, "training processes" in sentence) == (503, True)
        assert told() == (200, "Ready.")
        assert [given[-1] for given in begun] == [dead]  # closed before another is started
