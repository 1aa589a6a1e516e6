"""Fixtures of the tests of studies."""

from __future__ import annotations

import pytest

from kd.studies import ahead
from tests.studies.ahead_lab import FakeLab
from tests.studies.house import House


@pytest.fixture(autouse=True)
def thinks_ahead(monkeypatch):
    """As it is unless somebody says otherwise."""
    monkeypatch.delenv("KD_AHEAD")


@pytest.fixture
def fake_lab(tmp_path, monkeypatch):
    """A Lab that computes nothing and begins what may be wanted next without delay."""
    monkeypatch.setattr(ahead, "SECONDS_OF_CALM", 0.02)
    monkeypatch.setattr(ahead, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(ahead, "SECONDS_BETWEEN_CHOICES", 0.01)
    fake_lab = FakeLab(tmp_path)
    yield fake_lab
    fake_lab.close()


@pytest.fixture
def house(tmp_path):
    """A Conductor with its store, on an engine that computes nothing."""
    house = House(tmp_path)
    yield house
    house.dispatch.close()
