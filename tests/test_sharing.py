"""How the tests are shared among processes: what is named there exists, and files stay together."""

from __future__ import annotations

from types import SimpleNamespace

from tests import PROJECT
from tests.sharing import LONGEST, WITH_OTHER_PROCESSES, part, place, pytest_collection_modifyitems


def test_every_file_that_begins_early_exists():
    assert [path for path in (*LONGEST, *WITH_OTHER_PROCESSES) if not (PROJECT / path).exists()] == []


def test_a_file_stays_together_and_so_do_the_browser_tests():
    assert part("tests/test_config.py::test_x[a::b]") == "tests/test_config.py"
    assert part("tests/browser/test_runs.py::test_x") == part("tests/browser/test_canvas.py::test_y")
    assert part("tests/store/test_upkeep.py::test_x") != part("tests/store/test_deleting.py::test_y")


def test_what_takes_long_begins_first():
    order = sorted(["tests/test_config.py::test_x", "tests/engine/test_faults.py::test_y"], key=place)
    assert order[0].startswith("tests/engine/test_faults.py")


def test_what_waits_for_others_is_tried_once_more_and_what_computes_is_not():
    marks: dict[str, list] = {
        "tests/browser/test_x.py::test_y": [],
        "tests/distillation/test_x.py::test_y": [],
    }
    items = [SimpleNamespace(nodeid=name, add_marker=found.append) for name, found in marks.items()]
    pytest_collection_modifyitems(SimpleNamespace(), items)
    (waits, computes) = marks.values()
    assert [(mark.name, mark.kwargs) for mark in waits] == [("flaky", {"reruns": 1})]
    assert computes == []
