"""The benchmarks still work, each with tiny sizes. Nothing here says how fast anything is."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests import PROJECT


def run(name: str, *arguments: str, **environment: str) -> dict:
    """The JSON that a benchmark prints when run as documented."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--json", *arguments],
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
    monkeypatch.setenv("KD_WORKERS", os.environ.get("KD_WORKERS", ""))  # some set it

    def run_here(name: str, *arguments: str) -> dict:
        assert import_module(f"benchmarks.{name}").main(["--json", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    return run_here


@pytest.fixture(scope="module")
def recipe() -> dict:
    sizes = ("--images", "64", "--test-images", "100", "--epochs", "1", "--rounds", "2")
    teacher = ("--teacher-images", "32", "--teacher-epochs", "1", "--teacher-rounds", "1")
    return run("recipe", "--ways", "a,b,d", *sizes, *teacher, KD_WORKERS="1")


def test_the_recipe_measures_every_way_and_both_students(recipe):
    students, teachers = recipe["results"]["students"], recipe["results"]["teacher"]
    assert {way: set(models) for way, models in students.items()} == {
        "a": {"distilled", "scratch"},
        "b": {"distilled"},
        "d": {"run", "distilled", "scratch"},
    }
    assert {way: set(models) for way, models in teachers.items()} == {
        "a": {"teacher"},
        "d": {"run", "teacher", "distilled", "scratch"},
    }
    for seconds, epoch, accuracy in students["a"]["distilled"] + students["d"]["scratch"]:
        assert 0 < epoch <= seconds
        assert 0 < accuracy < 1
    assert len(students["d"]["run"]) == 2
    assert all(size > 100e6 for size in recipe["memory"].values())


def test_the_recipes_tables_show_what_was_measured(recipe):
    from rich.console import Console

    from benchmarks.recipe_table import show

    console = Console(width=130, record=True, file=io.StringIO())
    show(recipe, console)
    text = console.export_text()
    for words in ("(b) Keras Distiller", "Warm run / (a)'s two students", "Peak memory", "95 % interval"):
        assert words in text


def test_the_ratios_are_medians_over_medians():
    from benchmarks.recipe_table import mean_difference, ratios

    students = {
        "a": {
            "distilled": [(8.0, 2.0, 0.9), (12.0, 4.0, 0.8)],
            "scratch": [(2.0, 1.0, 0.9), (2.0, 1.0, 0.8)],
        },
        "d": {
            "run": [(1.0, 1.0, 0.9), (2.0, 1.0, 0.8)],
            "distilled": [(1.0, 0.3, 0.9), (1.0, 0.3, 0.8)],
            "scratch": [(1.0, 0.2, 0.9), (1.0, 0.2, 0.91)],
        },
    }
    lines = ratios({"students": students, "teacher": {}})
    assert lines[0].endswith("1.50 s / 12.00 s = 0.125")
    assert lines[1].endswith("0.300 s / 0.200 s = 1.500")
    difference, low, high = mean_difference(students["d"]["distilled"], students["a"]["distilled"])
    assert difference == pytest.approx(0)
    assert low < 0 < high


@pytest.mark.usefixtures("shared_engine")
def test_the_sweep_measures_every_number_of_workers(run_here):
    found = run_here(
        "sweep", "--runs", "1", "--rounds", "1", "--workers", "1", "--epochs", "1", "--images", "64"
    )
    assert found["speed_up"] == {"1": 1.0}
    assert found["students"] == 2
    assert found["worker_bytes"]


@pytest.mark.usefixtures("shared_engine")
def test_runs_and_studies_are_compared_with_the_training_in_them(run_here, engine):
    from statistics import median

    from benchmarks.studies import in_words
    from kd.distillation.objectives import OBJECTIVES

    found = run_here("studies", "--small")
    alone, seconds = found["run"]["steps"], found["run"]["seconds"]
    assert found["run"]["ratio"] == pytest.approx(median(seconds) / median(alone["distilled"]))
    study, workers = found["study"], engine.workers()["student"]
    assert study["students"] == {"distilled": 4, "scratch": 2}
    of_one = {name: median(times) for name, times in study["alone"].items()}
    assert study["one_after_other"] == pytest.approx(4 * of_one["distilled"] + 2 * of_one["scratch"])
    assert study["ratio"] == pytest.approx(study["seconds"] / (study["one_after_other"] / workers))
    assert set(found["objectives"]["ratios"]) == set(OBJECTIVES)
    assert found["objectives"]["ratios"]["soft_targets"] == 1
    first, *later = found["first"]["seconds"]["decoupled"]
    assert found["first"]["more"]["decoupled"] == pytest.approx(first - median(later))
    for moments in (found["person"]["idle"], found["person"]["busy"]):
        assert all(0 < trains <= stored for trains, stored in zip(*moments.values(), strict=True))
    assert len(in_words(found)) == 2 + len(OBJECTIVES) + 1 + 2


def test_the_notebooks_benchmark_filters_on_the_server():
    found = run("notebook", "--rounds", "0", "--reruns", "2", "--runs", "6")
    assert found["runs"] == 6
    assert len(found["seconds"]["rerun"]) == 2


def test_the_pages_benchmark_reruns_every_page():
    found = run("pages", "--rounds", "0", "--reruns", "1")
    pages = {path.stem for path in (PROJECT / "pages").glob("*.py")}
    assert set(found["reruns"]) == {"home", *pages}


def test_moves_are_timed_in_a_browser():
    tiny = ("--images", "100", "--epochs", "2")
    moves = run("moves", "--rounds", "2", *tiny, KD_WORKERS="1")["moves"]
    assert {what: len(seconds) for what, seconds in moves.items()} == {"new": 2, "stored": 2}
    assert min(moves["new"] + moves["stored"]) > 0


def test_growth_tells_slopes_and_draws_them(tmp_path):
    path = tmp_path / "growth.svg"
    sizes = ("--images", "64,128", "--widths", "1,2", "--rounds", "1", "--chart", str(path))
    found = run("growth", *sizes)
    assert {(row["images"], row["width"]) for row in found["seconds"]} == {
        (64, 1),
        (64, 2),
        (128, 1),
        (128, 2),
    }
    assert len(found["slopes"]) == 3
    assert path.read_text(encoding="utf-8").startswith("<svg")


def test_a_slope_is_the_exponent():
    import pandas as pd

    from benchmarks.growth import slope

    sizes = pd.Series([1, 2, 4])
    assert slope(sizes, 3.0 * sizes**1.5) == pytest.approx(1.5)


def looked_for(path: Path) -> set[str]:
    """The words of the pages by which a script finds a control or knows that something is there."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="act" | "upload" | "get_by_text"), args=[words, *_]):
                found |= {one.value for one in ast.walk(words) if isinstance(one, ast.Constant)}
            case ast.Call(func=ast.Attribute(attr="get_by_role"), keywords=keywords):
                found |= {one.value.value for one in keywords if one.arg == "name"}
            case ast.Compare(left=ast.Constant(value=str(words)), ops=[ast.In()]) if " " in words:
                found.add(words)
    return {words for words in found if isinstance(words, str)}


def test_the_pages_say_what_benchmarks_and_screenshots_look_for():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("kd", "ui", "pages")
        for path in (PROJECT / folder).rglob("*.py")
    )
    scripts = [*(PROJECT / "benchmarks").rglob("*.py"), PROJECT / "docs" / "screenshots.py"]
    words = set().union(*map(looked_for, scripts))
    assert {"Train", "Both students are learning", "McNemar"} <= words
    assert {one for one in words if one not in code} == set()


def test_every_way_to_start_workers_is_timed():
    from benchmarks.workers import METHODS, STAGES

    medians = run("workers", "--rounds", "1")["medians"]
    assert set(medians) == set(METHODS)
    for seconds in medians.values():
        assert set(seconds) == set(STAGES)
        assert all(one > 0 for one in seconds.values())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_memory_of_the_app_and_all_its_processes_is_measured():
    measured = run("memory", "--workers", "1", "--seeds", "1", "--images", "64", "--epochs", "1")
    assert measured["students"] == 25 + 1
    found = measured["bytes"]["1"]
    for sizes in (found["fresh"], found["after"]):
        assert {kind: len(each) for kind, each in sizes.items()} == {
            "app": 1,
            "engine": 1,
            "resource tracker": 1,
            "forkserver and its workers": 3,
        }
        assert 300e6 < sum(map(sum, sizes.values())) < 3e9


def test_a_study_on_a_cluster_is_measured_and_reckoned_on_paper(run_here):
    sizes = ("--seeds", "1", "--images", "64", "--epochs", "1")
    found = run_here("cluster", "--workers", "1", *sizes)
    one = found["measured"]["1"]
    assert (one["runs"], one["students"]) == (4, 5)
    assert one["seconds"] > 0
    assert min(one["workers"], one["app"], one["scheduler"]) > 0
    paper = found["on_paper"]
    assert paper["8"]["training"] == pytest.approx(1050 * one["workers"] / 5 / 8)
    assert paper["1"]["app"] == paper["64"]["app"] == 1000 * max(one["app"], one["scheduler"]) / 4


def test_a_watched_study_is_measured():
    found = run("watched_study", "--people", "1", "--seconds", "1", KD_WORKERS="1", KD_AHEAD="0")
    assert found["errors"] == []
    assert found["opening"]["requests"] == 1
    assert found["cells"]["requests"] >= 1
