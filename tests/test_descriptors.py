"""The limit on descriptors is raised as far as each system lets it be."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from ui.serving import descriptors

INFINITE = -1


def system(soft: int, hard: int, kernel: int) -> SimpleNamespace:
    """A `resource` module whose kernel refuses more than it has room for."""
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
        (100_000, 100_000, 100_000, descriptors.ENOUGH),  # is left as it is
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
