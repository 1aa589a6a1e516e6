"""The benchmarks still work, each with tiny sizes. Nothing here says how fast anything is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from importlib import import_module

import pytest

from tests import PROJECT
from tests.app_process import app_process


def run(name: str, *arguments: str, **environment: str) -> dict:
    """The JSON that a benchmark prints when run as documented."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--json", "--small", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture
def run_here(capsys, monkeypatch):
    """As `run`, but in this process: what one of its own adds is tested with the others."""

    def run_here(name: str, *arguments: str) -> dict:
        assert import_module(f"benchmarks.{name}").main(["--json", "--small", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    return run_here


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with app_process(tmp_path_factory.mktemp("app"), KD_WORKERS="1") as app:
        yield app


@pytest.fixture
def run_on_one_app(run_here, app, monkeypatch):
    """As `run_here`, with the one app of these tests in place of a new one."""
    for name in ("classroom", "memory", "clicks"):
        monkeypatch.setattr(f"benchmarks.{name}.app_process", lambda *_, **__: nullcontext(app))
    return run_here


def test_the_recipe_measures_every_way_and_both_students():
    results = run(
        "recipe", "--ways", "a", "b", "d", "--rounds", "1", "--teacher-rounds", "1", KD_WORKERS="1"
    )["results"]
    assert {way: set(models) for way, models in results["students"].items()} == {
        "a": {"distilled", "scratch"},
        "b": {"distilled"},
        "d": {"run", "distilled", "scratch"},
    }
    assert {way: set(models) for way, models in results["teacher"].items()} == {
        "a": {"teacher"},
        "d": {"run", "teacher", "distilled", "scratch"},
    }
    for seconds, epoch, accuracy in (
        results["students"]["a"]["distilled"] + results["students"]["d"]["scratch"]
    ):
        assert 0 < epoch <= seconds
        assert 0 < accuracy < 1
    assert len(results["students"]["d"]["run"]) == 1


def test_the_recipes_tables_and_ratios_are_of_medians():
    from benchmarks.recipe import Timed, in_words, mean_difference

    def timed(*values: tuple[float, float, float]) -> list[Timed]:
        return [Timed(*each) for each in values]

    scratch, run = timed((2.0, 1.0, 0.9), (2.0, 1.0, 0.8)), timed((1.0, 1.0, 0.9), (2.0, 1.0, 0.8))
    notebook = {"distilled": timed((8.0, 2.0, 0.9), (12.0, 4.0, 0.8)), "scratch": scratch}
    distilled = timed((1.0, 0.3, 0.9), (1.0, 0.3, 0.8))
    ours = {"run": run, "distilled": distilled, "scratch": timed((1.0, 0.2, 0.9), (1.0, 0.2, 0.91))}
    students = {"a": notebook, "d": ours}
    text = "\n".join(in_words({"students": students, "teacher": {}}))
    assert "(a)'s two students: 1.50 s / 12.00 s = 0.125" in text
    assert "a scratch epoch: 0.300 s / 0.200 s = 1.500" in text
    assert "Accuracy of distilled, (d) − (a): +0.00 points" in text
    difference, low, high = mean_difference(students["d"]["distilled"], students["a"]["distilled"])
    assert difference == pytest.approx(0)
    assert low < 0 < high


@pytest.mark.usefixtures("shared_engine")
def test_runs_and_studies_are_timed(run_here, monkeypatch):
    from benchmarks import studies

    two = {name: studies.OBJECTIVES[name] for name in ("soft_targets", "attention")}
    monkeypatch.setattr(studies, "OBJECTIVES", two)
    monkeypatch.setattr(studies, "WARM_UPS", 0)
    found = run_here("studies", "--rounds", "1")
    assert found["run"].keys() == {"steps of distilled", "steps of scratch", "run"}
    assert found["objectives"].keys() == two.keys()
    for way in ("idle", "busy"):
        (trains,), (stored,) = found["person"][f"trains, {way}"], found["person"][f"is stored, {way}"]
        assert 0 < trains <= stored
    assert found["workers"].keys() == {"one per core", "one worker"}


@pytest.mark.parametrize("model", ["teacher", "student"])
def test_a_training_step_is_timed_as_keras_writes_it_and_as_kd_lab_runs_it(model):
    found = run("step", model)
    for clock in ("wall clock", "processor"):
        assert {"plain", "float32"} <= found[clock].keys()
        assert all(seconds[0] > 0 for seconds in found[clock].values())


def test_what_people_wait_for_is_timed_in_a_browser():
    seconds = run("pages", "--rounds", "1", "--runs", "6", KD_WORKERS="1")["seconds"]
    assert len(seconds) == 10
    assert min(min(each) for each in seconds.values()) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_memory_of_the_app_and_all_its_processes_is_measured(run_on_one_app):
    measured = run_on_one_app("memory", "--workers", "1")
    assert measured["students"] == 25 + 1
    found = measured["bytes"]["1"]
    for sizes in (found["fresh"], found["after"]):
        assert {kind: len(each) for kind, each in sizes.items()} == {
            "app": 1,
            "engine": 1,
            "resource tracker": 1,
            "forkserver and its workers": 2,
        }
        assert 300e6 < sum(map(sum, sizes.values())) < 3e9


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_memory_of_the_app_is_measured_while_visitors_click(run_on_one_app):
    found = run_on_one_app("clicks", "--minutes", "0.2", "--people", "1")
    assert found["errors"] == []
    assert found["clicks"] > 0
    assert sum(found["ends"].values()) > 0
    anonymous, all_of_it = (sum(map(sum, found["most"][each].values())) for each in ("Pss_Anon", "Pss"))
    assert 50e6 < anonymous < all_of_it < 3e9


def test_a_class_is_measured(run_on_one_app):
    found = run_on_one_app("classroom", "--people", "3", "--seconds", "1", "--as-they-move")
    assert found["errors"] == []
    assert {"open", "slider", "drawing"} <= found["requests"].keys()
    assert len(found["requests"]["open"]) == 3


def test_a_class_of_phones_is_measured(run_on_one_app):
    found = run_on_one_app("classroom", "--class", "--people", "3")
    assert (found["errors"], found["drawings"]) == ([], 3)
    assert [len(found[what]) for what in ("join", "own result", "drawing")] == [3, 3, 3]
    assert 0 < max(found["own result"]) < found["on the wall"]
    assert min(found["bytes"].values()) > 50e6


def test_the_pages_say_what_the_screenshots_look_for():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("kd", "ui", "pages")
        for path in (PROJECT / folder).rglob("*.py")
    )
    script = (PROJECT / "docs" / "screenshots.py").read_text(encoding="utf-8")
    words = re.findall(r'\b_\("(.+?)"', script)
    assert len(words) >= 3
    assert [one for one in words if one not in code] == []
