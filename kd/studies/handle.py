"""StudyHandle: one study of a lab, to start, to wait for, and to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kd.studies.conductor import StudyView
from kd.studies.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from kd.studies.studies import Studies


class StudyHandle:
    """A study of a lab, from `Lab.study`. What is stored of it can be read before it starts.

    study: what is asked.
    """

    def __init__(self, lab: Studies, study: Study):
        self._lab = lab
        self.study = study

    @property
    def study_id(self) -> str:
        """The study's name: the same for whoever asks the same."""
        return self.study.study_id

    def start(self) -> StudyHandle:
        """Begin it, or go on with it; returns the handle at once. What is stored is not trained again.

        Raises:
            ValueError: when the study's teacher is not stored.
            OSError: when the study cannot be recorded.
        """
        self._lab.start_study(self.study)
        return self

    def watch(self) -> StudyView:
        """The study as it is now; cheap.

        Raises:
            ValueError: when it was never started.
        """
        return self._lab.watch_study(self.study_id)

    def wait(self, timeout: float | None = None, progress: bool = False) -> StudyView:
        """Wait until it ends or `timeout` seconds pass; returns it as it is then.

        Args:
            progress: show its progress on standard error meanwhile, as `kd sweep` does.

        Raises:
            ValueError: when it was never started.
        """
        return self._lab.wait_study(self.study_id, timeout, progress)

    def stop(self) -> None:
        """Stop it; what it has computed is kept, and `start` goes on from there.

        Raises:
            ValueError: when it was never started.
        """
        self._lab.stop_study(self.study_id)

    def to_frame(self) -> pd.DataFrame:
        """Its finished runs, one row each (`kd.studies.frame.study_frame`)."""
        return self._lab.study_frame(self.study)

    def verdicts(self) -> pd.DataFrame:
        """A verdict on each cell of which a run has finished (`kd.studies.verdicts.verdicts`)."""
        from kd.studies.verdicts import verdicts

        return verdicts(self.to_frame(), list(self.study.axes), self.study.baseline)

    def __repr__(self) -> str:
        return f"StudyHandle({self.study_id!r}, {self.study.size} runs)"
