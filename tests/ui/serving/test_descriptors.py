"""The limit on descriptors is raised as far as possible, and threads that have ended hold none."""

from __future__ import annotations

import gc
import sys
import threading
from types import SimpleNamespace

import psutil
import pytest

from kd.store.store import Store
from ui.serving import descriptors

INFINITE = -1


def system(soft: int, hard: int, kernel: int) -> SimpleNamespace:
    """A `resource` module whose kernel refuses limits beyond its own."""
    limits = [soft, hard]

    def setrlimit(_, wanted: tuple[int, int]) -> None:
        if wanted[0] > kernel:
            raise ValueError("current limit exceeds maximum limit")
        limits[:] = wanted

    return SimpleNamespace(
        RLIMIT_NOFILE=7, RLIM_INFINITY=INFINITE, setrlimit=setrlimit, getrlimit=lambda _: tuple(limits)
    )


@pytest.mark.parametrize(
    ("soft", "hard", "kernel", "raised"),
    [
        (1024, 4096, 4096, 4096),
        (1024, 524_288, 524_288, descriptors.ENOUGH),
        (1024, 1024, 1024, 1024),
        (256, INFINITE, 12_288, 10_240),  # macOS
        (256, 200_000, 100, 256),
        (INFINITE, INFINITE, 10_240, descriptors.ENOUGH),
        (100_000, 100_000, 100_000, descriptors.ENOUGH),  # is left unchanged
    ],
)
def test_the_limit_is_raised_as_far_as_it_goes(monkeypatch, soft, hard, kernel, raised):
    resource = system(soft, hard, kernel)
    monkeypatch.setitem(sys.modules, "resource", resource)
    assert descriptors.raise_limit() == raised
    assert soft == INFINITE or resource.getrlimit(7)[0] >= soft


def test_a_system_without_such_a_limit_needs_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert descriptors.raise_limit() == descriptors.ENOUGH


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no descriptors")
def test_a_thread_that_has_ended_holds_no_connection_to_the_database(tmp_path):
    store, process, held = Store(tmp_path), psutil.Process(), []
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            reader = threading.Thread(target=store.runs.rows)
            reader.start()
            reader.join()
            held.append(process.num_fds())
    finally:
        gc.enable()
    assert held[-1] == held[0]
