"""What is known of a setting after shorter or longer training, from a made-up long part."""

from __future__ import annotations

import pytest

from kd.config import RunConfig
from kd.studies import shipped
from kd.studies.shipped import LONG, SHORT, TIMES, near, nearest
from kd.studies.sure import other_length
from kd.studies.sure.other_length import at_other_length, other_length_note
from tests.studies.two_lengths import GAIN, with_long_part


@pytest.fixture(autouse=True)
def two_lengths(tmp_path, monkeypatch):
    with with_long_part(tmp_path, monkeypatch):
        yield


@pytest.mark.parametrize(
    ("changes", "length"), [({}, LONG), ({"temperature": 4.0}, LONG), ({"epochs": 200}, SHORT)]
)
def test_the_other_length_is_asked_near_the_setting(changes, length):
    cell, row = at_other_length(RunConfig(**changes))
    assert cell.epochs == TIMES[length] * 40
    assert (cell.temperature, cell.train_size) == (changes.get("temperature", 10.0), 500)
    if length == LONG:
        assert row["difference"] == pytest.approx(GAIN)
    assert other_length_note(RunConfig(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": 50.0},  # a value of the short part alone
        {"alpha": 0.5},
        {"alpha": 1.0},
        {"student": "dense"},
        {"pictures": "first"},
        {"train_size": 60_000, "epochs": 1},
    ],
)
def test_nothing_is_said_where_no_cell_is_near(changes):
    assert other_length_note(RunConfig(**changes)) == ""


def test_each_length_is_near_itself():
    assert near(RunConfig(epochs=180), "temperature")["temperature"].tolist() == [1, 4, 10, 20]
    assert near(RunConfig(), "temperature")["temperature"].tolist() == [1, 2, 4, 10, 20, 50]
    setting, runs = nearest(RunConfig(epochs=180, temperature=4.0))
    assert (setting.epochs, len(runs)) == (200, 5)
    assert near(RunConfig(epochs=5), "temperature") is None
    assert near(RunConfig(epochs=5), "temperature", LONG) is not None


def test_without_a_long_part_nothing_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(other_length, "nearest", lambda config, length: None)
    assert other_length_note(RunConfig()) == ""
    assert shipped.shipped_study(LONG).size
