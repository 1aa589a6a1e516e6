"""How the tests are shared among processes: what is named there exists, and files stay together."""

from __future__ import annotations

from types import SimpleNamespace

from tests import PROJECT
from tests.sharing import LONGEST, STARTING, WITH_OTHER_PROCESSES, part, place, pytest_collection_modifyitems


def test_every_file_that_begins_early_exists():
    longest = [path for names in LONGEST for path in ([names] if isinstance(names, str) else names)]
    paths = (*longest, *WITH_OTHER_PROCESSES, *STARTING)
    assert [path for path in paths if not (PROJECT / path).exists()] == []


def test_a_file_stays_together_and_so_do_the_browser_tests():
    assert part("tests/test_config.py::test_x[a::b]") == "tests/test_config.py"
    assert part("tests/browser/test_runs.py::test_x") == part("tests/browser/test_canvas.py::test_y")
    assert part("tests/store/test_upkeep.py::test_x") != part("tests/store/test_deleting.py::test_y")
    # and what takes long begins first
    assert place("tests/engine/test_faults.py::test_y") < place("tests/test_config.py::test_x")


def marks_of(name: str, *fixtures: str) -> list[str]:
    """The marks that a test of this name gets."""
    marks: list = []
    item = SimpleNamespace(nodeid=name, fixturenames=fixtures, add_marker=marks.append)
    pytest_collection_modifyitems(SimpleNamespace(), [item])
    return [mark.name for mark in marks]


def test_what_waits_for_others_is_tried_once_more_and_what_computes_is_not():
    assert "flaky" in marks_of("tests/browser/test_x.py::test_y")
    assert marks_of("tests/distillation/test_x.py::test_y") == []


def test_make_check_leaves_out_what_starts_an_engine_or_a_browser():
    assert "processes" in marks_of("tests/browser/test_x.py::test_y")
    assert "processes" in marks_of("tests/docs/test_x.py::test_y", "shared_engine")
    assert "processes" not in marks_of("tests/pages/test_x.py::test_y", "lab", "engine")
