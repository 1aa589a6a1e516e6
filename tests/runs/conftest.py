"""Fixtures of the tests of runs in progress."""

from tests.lab.conftest import house  # noqa: F401
