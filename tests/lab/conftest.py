"""Fixtures of the tests of the inside of a lab."""

import pytest

from kd.lab import Lab
from tests.house import House


@pytest.fixture
def house(tmp_path):
    """One run at a time, on an engine that computes nothing."""
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def lab(tmp_path):
    """A Lab for one test alone, whose engine never starts."""
    with Lab(tmp_path) as lab:
        yield lab
