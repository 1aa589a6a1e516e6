"""Which tests start processes, and how `pytest -n auto` shares the tests: by files, which share an engine.

Tests spend much of their time waiting, so there is one process more than there are cores; but never many,
as each may start engines and a browser.
"""

from __future__ import annotations

import pytest

from kd.engine.processes import available_cores

MOST = 4
# These begin first, so that none of them is left alone at the end. What begins with a name, or with one of
# those in brackets, runs in one process: browser tests share an app, and those that train its engine, too;
# those of exports and of the wheel share what was made for them, the others an engine.
LONGEST: tuple[str | tuple[str, ...], ...] = (
    tuple(
        f"tests/browser/test_{name}.py"
        for name in ("pages", "a_persons_way", "experiments", "keyboard", "moves", "sweep")
    ),
    "tests/browser/",
    "tests/test_benchmarks.py",
    "tests/runs/",
    "tests/export/",
    "tests/test_types.py",
    "tests/wiring/test_runs.py",
    "tests/engine/test_faults.py",
    "tests/docs/",
    "tests/engine/test_cluster.py",
    "tests/pages/test_address.py",
    "tests/install/",
    "tests/engine/test_workers.py",
    "tests/engine/test_frozen.py",
    "tests/cli/test_sweep.py",
)
# Tests in these places, and all that use one of these fixtures, start an engine, a server or a browser, or
# programs that take long. They are marked "processes", as some others are, and `make check` leaves them out.
# In all other tests an engine refuses to start (tests/conftest.py).
STARTING = (
    "tests/browser/",
    "tests/cli/test_cli.py",
    "tests/cli/test_cli_surroundings.py",
    "tests/cli/test_sweep.py",
    "tests/distillation/test_objectives_guide.py",
    "tests/docs/test_site.py",
    "tests/engine/",
    "tests/export/",
    "tests/install/",
    "tests/store/test_killed.py",
    "tests/test_benchmarks.py",
    "tests/test_guest.py",
    "tests/ui/serving/",
    "tests/wiring/",
)
STARTERS = {"engine", "shared_engine"}
# Tests of browsers, of clocks, and of processes that are killed: a machine that stalls for a moment can fail
# one that is right. It is tried once more, and pytest's summary counts it. What only computes gets one try.
WITH_OTHER_PROCESSES = (
    "tests/browser/",
    "tests/cli/",
    "tests/engine/",
    "tests/runs/",
    "tests/store/",
    "tests/studies/",
    "tests/test_benchmarks.py",
    "tests/ui/serving/",
)


def starts_processes(item: pytest.Item) -> bool:
    """Whether a test is marked "processes", by its place or a fixture."""
    if item.nodeid.startswith("tests/pages/"):  # they share an engine, and few train anything
        return False
    return item.nodeid.startswith(STARTING) or not STARTERS.isdisjoint(getattr(item, "fixturenames", ()))


def place(nodeid: str) -> int:
    """Returns when a test begins: the lower, the sooner."""
    return next((n for n, names in enumerate(LONGEST) if nodeid.startswith(names)), len(LONGEST))


def part(nodeid: str) -> str:
    """Names what one process runs as a whole: a line of LONGEST, or else the file."""
    n = place(nodeid)
    return str(LONGEST[n]) if n < len(LONGEST) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return min(available_cores() + 1, MOST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadFileScheduling

    class ByParts(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return part(nodeid)

    config.option.loadscopereorder = False
    return ByParts(config, log)


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(config, items) -> None:
    for item in items:
        if starts_processes(item):
            item.add_marker(pytest.mark.processes)
        if item.nodeid.startswith(WITH_OTHER_PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: place(item.nodeid))
