"""The benchmarks of the app still work, with tiny sizes, on the app and in the browser of all these tests."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from benchmarks import pages
from tests.app_process import app_process
from tests.test_benchmarks import run_here


@pytest.fixture
def run_on_the_app(site, capsys, monkeypatch):
    """A function that runs a benchmark on the one app; in a thread, as this one has Playwright's loop."""
    for name in ("classroom", "memory"):
        monkeypatch.setattr(f"benchmarks.{name}.app_process", lambda *_, **__: nullcontext(site))

    def run_on_the_app(name: str, *arguments: str) -> dict:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run_here, name, capsys, *arguments).result()

    return run_on_the_app


def test_what_people_wait_for_is_timed_in_a_browser(site, playwright, chromium, capsys, monkeypatch):
    def app(home, command=(), **environment):
        own = command and not command[-1].endswith("app.py")
        return app_process(home, command, **environment) if own else nullcontext(site)

    monkeypatch.setattr(pages, "app_process", app)
    monkeypatch.setattr(pages, "sync_playwright", lambda: nullcontext(playwright))
    monkeypatch.setattr(pages, "bring", lambda: chromium)
    monkeypatch.setattr(pages, "DRAGGED", {"draw?view=targets": {"T on Draw": "T, temperature"}})
    seconds = run_here("pages", capsys, "--rounds", "1", "--runs", "6")["seconds"]
    assert len(seconds) == 7
    assert min(min(each) for each in seconds.values()) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_memory_of_the_app_and_all_its_processes_is_measured(run_on_the_app):
    measured = run_on_the_app("memory", "--workers", "1")
    assert measured["students"] == 4 + 1
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
def test_the_memory_of_the_app_is_measured_while_visitors_click(run_on_the_app):
    # which starts an app of its own: whoever clicks at random may delete runs
    found = run_on_the_app("clicks", "--minutes", "0.05", "--people", "1")
    assert found["errors"] == []
    assert found["uses"]["click"] > 0
    assert sum(found["ends"].values()) > 0
    anonymous, all_of_it = (sum(map(sum, found["most"][each].values())) for each in ("Pss_Anon", "Pss"))
    assert 50e6 < anonymous < all_of_it < 3e9


def test_a_class_is_measured(run_on_the_app):
    found = run_on_the_app("classroom", "--people", "3", "--seconds", "1", "--as-they-move")
    assert found["errors"] == []
    assert {"open", "slider", "drawing"} <= found["requests"].keys()
    assert len(found["requests"]["open"]) == 3
    assert min(found["epoch alone"] + found["epoch"]) > 0


def test_a_class_of_phones_is_measured(run_on_the_app):
    found = run_on_the_app("classroom", "--class", "--people", "3")
    assert (found["errors"], found["drawings"]) == ([], 3)
    assert [len(found[what]) for what in ("join", "own result", "drawing")] == [3, 3, 3]
    assert 0 < max(found["own result"]) < found["on the wall"]
    assert min(found["bytes"].values()) > 50e6
