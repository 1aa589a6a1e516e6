"""Fixtures of the tests of studies."""

import pytest

from kd.lab import ahead
from tests.studies.fake_lab import FakeLab


@pytest.fixture(autouse=True)
def thinks_ahead(monkeypatch):
    """As it is unless somebody says otherwise."""
    monkeypatch.delenv("KD_AHEAD")


@pytest.fixture
def fake_lab(tmp_path, monkeypatch):
    """A Lab that computes nothing and begins what may be wanted next without delay."""
    monkeypatch.setattr(ahead, "SECONDS_OF_CALM", 0.02)
    monkeypatch.setattr(ahead, "SECONDS_OF_PATIENCE", 0.02)
    with FakeLab(tmp_path) as fake_lab:
        yield fake_lab
