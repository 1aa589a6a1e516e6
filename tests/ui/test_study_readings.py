"""What Sweep reads of a study that fills: once for everybody, a large one in steps, all at the end."""

from __future__ import annotations

import pandas as pd
import pytest

from kd.config import RunConfig
from kd.studies.study import Study, StudyView
from tests.studies.rows import runs
from ui.sweep import studies

ACCURACIES = ([0.85, 0.86, 0.87], [0.83, 0.83, 0.83])


class FakeLab:
    """A lab and its studies: so many runs of a study have finished. It counts how often they are read."""

    def __init__(self, temperatures: int) -> None:
        self.studies = self
        self.study = Study(
            RunConfig(), {"temperature": tuple(map(float, range(1, temperatures + 1)))}, seeds=3
        )
        self.rows = runs([({"temperature": value}, *ACCURACIES) for value in self.study.axes["temperature"]])
        self.done, self.status, self.read = 1, "running", 0

    def view(self, study_id: str) -> StudyView:
        return StudyView(study_id, self.study, self.status, self.study.size, self.done, 0)

    def frame(self, study: StudyView) -> pd.DataFrame:
        self.read += 1
        return self.rows.head(self.done)

    def seen(self) -> int:
        """Returns how many finished runs a person sees who looks now."""
        shown = studies.read(self, self.study.study_id)
        assert shown.table["seeds"].sum() == len(shown.frame)
        return len(shown.frame)


@pytest.fixture(autouse=True)
def nothing_read():
    studies._stored.clear()


@pytest.mark.parametrize("status", ["finished", "stopped", "paused", "unfinished"])
def test_a_study_is_read_once_for_everybody_and_whole_when_it_has_come_to_rest(status):
    lab = FakeLab(temperatures=2)
    assert [lab.seen() for _person in range(30)] == [1] * 30
    lab.done = 2
    assert [lab.seen() for _person in range(30)] == [2] * 30
    assert lab.read == 2
    lab.done, lab.status = 5, status
    assert lab.seen() == 5
    lab.status, lab.done = "running", 6
    assert lab.seen() == 6


def test_a_large_study_is_read_every_few_runs_while_it_fills(monkeypatch):
    monkeypatch.setattr(studies, "_READINGS", 5)
    lab, seen = FakeLab(temperatures=10), []
    for lab.done in range(1, 31):
        seen.append(lab.seen())
    assert seen[-3:] == [28, 28, 28]
    assert lab.read == 5
    lab.status = "finished"
    assert lab.seen() == 30
