"""What Sweep reads of a study that fills: anew once a second for everybody, and at once when it has ended."""

from __future__ import annotations

import time
from dataclasses import replace

import pandas as pd
import pytest

from kd.config import RunConfig
from kd.studies.study import Study
from kd.studies.verdicts import verdicts
from kd.studies.view import StudyView
from tests.studies.rows import runs
from ui.sweep import map as study_map
from ui.sweep import studies

STUDY = Study(RunConfig(), {"temperature": (1.0, 4.0)}, seeds=3)
ACCURACIES = ([0.85, 0.86, 0.87], [0.83, 0.83, 0.83])
RUNS = runs([({"temperature": value}, *ACCURACIES) for value in STUDY.axes["temperature"]])
WIDE = Study(RunConfig(), {"alpha": (0.1, 0.5), "temperature": (1.0, 4.0)})
WIDE_RUNS = runs([(cell, *ACCURACIES) for cell in WIDE.cells()])


class FakeLab:
    """A lab and its studies: so many runs of STUDY have finished. It counts how often they are read."""

    def __init__(self) -> None:
        self.studies = self
        self.done, self.status, self.read, self.seconds_to_read = 1, "running", 0, 0.0

    def view(self, study_id: str) -> StudyView:
        return StudyView(study_id, STUDY, self.status, STUDY.size, self.done, 0)

    def frame(self, study: StudyView) -> pd.DataFrame:
        self.read += 1
        clock.now += self.seconds_to_read
        return RUNS.head(self.done)


class clock:
    now = 0.0


@pytest.fixture
def lab(monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(studies, "_readings", {})
    studies._stored.clear()
    clock.now = 0.0
    return FakeLab()


def seen(lab: FakeLab) -> int:
    """How many finished runs somebody sees who looks now."""
    shown = studies.read(lab, STUDY.study_id)
    assert shown.table["seeds"].sum() == len(shown.frame)
    return len(shown.frame)


def test_a_study_that_fills_is_judged_once_a_second_for_everybody(lab):
    assert seen(lab) == 1
    lab.done = 2
    clock.now = 0.9
    assert [seen(lab) for _person in range(30)] == [1] * 30
    assert lab.read == 1
    clock.now = 1.1
    assert [seen(lab) for _person in range(30)] == [2] * 30
    assert lab.read == 2


@pytest.mark.parametrize("status", ["finished", "stopped", "paused", "unfinished"])
def test_what_it_shows_when_it_has_come_to_rest_is_seen_at_once(lab, status):
    assert seen(lab) == 1
    lab.done, lab.status = 5, status
    assert seen(lab) == 5
    lab.status, lab.done = "running", 6
    assert seen(lab) == 6


def test_a_study_that_takes_long_to_judge_is_judged_less_often(lab):
    lab.seconds_to_read = 0.2
    assert seen(lab) == 1
    lab.done, clock.now = 4, 3.0
    assert seen(lab) == 1
    clock.now = 4.3
    assert seen(lab) == 4


def test_the_cell_that_somebody_looks_at_stands_out_and_nobody_elses(lab):
    lab.done, lab.status = STUDY.size, "finished"
    wide = replace(studies.read(lab, STUDY.study_id), study=WIDE, table=verdicts(WIDE_RUNS, list(WIDE.axes)))
    for chosen in (1, 3, None):
        rows = study_map._map(wide, chosen).rows
        assert rows["chosen"].tolist() == [number == chosen for number in range(4)]
