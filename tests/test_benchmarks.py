"""The benchmarks still work, each with tiny sizes. Nothing here says how fast anything is."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest

from tests import PROJECT


def run(name: str, *arguments: str) -> dict:
    """The JSON that a benchmark prints when run as documented."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--json", "--small", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def run_here(name: str, capsys, *arguments: str) -> dict:
    """As `run`, but in this process, which has loaded TensorFlow already."""
    assert import_module(f"benchmarks.{name}").main(["--json", "--small", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


class ThisProcess:
    """In place of a pool with a process of its own, from and to which everything is pickled."""

    def __init__(self, _processes, _context, begin, arguments):
        begin(*arguments)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, *call):
        function, *arguments = pickle.loads(pickle.dumps(call))
        answer = pickle.dumps(function(*arguments))
        return SimpleNamespace(result=lambda: pickle.loads(answer))


def test_the_recipe_measures_every_way_and_both_students(lab, capsys, monkeypatch):
    from benchmarks import recipe, recipe_lab

    for name in ("KD_HOME", "KD_TEACHER_PRECISION"):  # each way sets its own
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(recipe, "ProcessPoolExecutor", ThisProcess)
    monkeypatch.setattr(recipe_lab, "lab", lambda: lab)
    config, narrow = (
        recipe_lab.config,
        {"teacher_width": 4, "student_width": 4},
    )  # sooner done
    monkeypatch.setattr(recipe_lab, "config", lambda *asked: config(*asked).replace(**narrow))
    ways = ("--ways", "a", "b", "d", "--rounds", "1", "--teacher-rounds", "1")
    results = run_here("recipe", capsys, *ways)["results"]
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
def test_runs_and_studies_are_timed(capsys, monkeypatch):
    from benchmarks import studies

    two = {name: studies.OBJECTIVES[name] for name in ("soft_targets", "attention")}
    monkeypatch.setattr(studies, "OBJECTIVES", two)
    monkeypatch.setattr(studies, "WARM_UPS", 0)
    found = run_here("studies", capsys, "--rounds", "1")
    assert found["run"].keys() == {"steps of distilled", "steps of scratch", "run"}
    assert found["objectives"].keys() == two.keys()
    for way in ("idle", "busy"):
        (trains,), (stored,) = found["person"][f"trains, {way}"], found["person"][f"is stored, {way}"]
        assert 0 < trains <= stored
    assert found["workers"].keys() == {"one per core", "one worker"}


def test_a_students_training_step_is_timed_as_keras_writes_it_and_as_kd_lab_runs_it():
    expect_timed(run("step", "student"))


def test_a_teachers_training_step_is_timed(capsys, monkeypatch):
    from kd.engine import tasks

    monkeypatch.setenv("KD_THREADS", "")  # it sets its own
    monkeypatch.setattr(tasks, "prepare", lambda: None)  # TensorFlow is in use here, with its threads
    found = run_here("step", capsys, "teacher")
    expect_timed(found)
    assert "mixed_bfloat16" in found["processor"]


def expect_timed(found: dict) -> None:
    for clock in ("wall clock", "processor"):
        assert {"plain", "float32"} <= found[clock].keys()
        assert all(seconds[0] > 0 for seconds in found[clock].values())


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
