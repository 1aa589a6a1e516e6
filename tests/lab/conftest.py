"""Fixtures of the tests of the inside of a lab."""

import pytest

from tests.house import House


@pytest.fixture
def house(tmp_path):
    """One run at a time, on an engine that computes nothing."""
    house = House(tmp_path)
    yield house
    house.close()
