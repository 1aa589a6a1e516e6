"""StudyHandle: one study of a lab, to start, to wait for, and to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kd.config import FIELD_TYPES, FIELDS, NOBODY
from kd.studies.study import SCRATCH, Study
from kd.studies.view import StudyView
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from kd.lab.studies import Studies


class StudyHandle:
    """One study of a lab, from `Lab.study`. What is stored of it can be read before it starts.

    study: what is asked. id: its name, the same for everybody who asks the same.
    """

    def __init__(self, studies: Studies, study: Study):
        self._studies = studies
        self.study, self.id = study, study.study_id

    def start(self, person: str = NOBODY) -> StudyHandle:
        """Begins it, or goes on with it; returns the handle at once. What is stored is not trained again.

        Args:
            person: who asks, by a name of their own.

        Raises:
            ValueError: when the study's teacher is not stored.
            OSError: when the study cannot be recorded.
        """
        self._studies.start(self.study, person)
        return self

    def view(self) -> StudyView:
        """Returns the study as it is now; cheap.

        Raises:
            ValueError: when it was never started.
        """
        return self._studies.view(self.id)

    def wait(self, timeout: float | None = None, progress: bool = False) -> StudyView:
        """Waits until it ends or `timeout` seconds pass; returns it as it is then.

        Args:
            progress: show its progress on standard error meanwhile, as `kd sweep` does.

        Raises:
            ValueError: when it was never started.
        """
        return self._studies.wait(self.id, timeout, progress)

    def pause(self, person: str | None = None) -> bool:
        """Lets it rest, also in the middle of a run, until `start`; returns whether it rests.

        Args:
            person: who lets it rest; it goes on while others want it. None for everybody.

        Raises:
            ValueError: when it was never started.
        """
        return self._studies.pause(self.id, person)

    def stop(self, person: str | None = None) -> bool:
        """Stops it; what it has computed is kept, and `start` goes on from there. Returns whether it ends.

        Args:
            person: who no longer wants it; it goes on while others want it. None for everybody.

        Raises:
            ValueError: when it was never started.
        """
        return self._studies.stop(self.id, person)

    def to_frame(self) -> pd.DataFrame:
        """Returns its finished runs, one row each (`kd.studies.verdicts.study_frame`)."""
        return self._studies.frame(self.study)

    def verdicts(self) -> pd.DataFrame:
        """Returns a verdict on each cell with a finished run (`kd.studies.verdicts.verdicts`)."""
        from kd.studies.verdicts import verdicts

        return verdicts(self.to_frame(), list(self.study.axes), self.study.baseline)

    def chart(self, **at: Any) -> alt.LayerChart:
        """Draws a heat map of the gain over two axes, or both students' accuracy along one.

        Args:
            at: a value on each axis that is not to be in the figure, where there are more than two.

        Raises:
            ValueError: when no run has finished, `at` names no axis or none of its values, or no axis or more
                than two are left.
        """
        at = {name: self._on_axis(name, value) for name, value in at.items()}
        axes = [name for name, values in self.study.axes.items() if len(values) > 1 and name not in at]
        if len(axes) not in (1, 2):
            raise ValueError(_no_figure(axes))
        runs, table = self.to_frame(), self.verdicts()
        for name, value in at.items():
            runs, table = runs[runs[name] == value], table[table[name] == value]
        if runs.empty:
            raise ValueError(no_run_has_finished(self.id))
        from kd.charts.study.slices import heat_map_chart, slice_chart

        if len(axes) == 2:
            return heat_map_chart(table, axes, self.study.baseline == SCRATCH)
        return slice_chart(runs, axes[0])

    def _on_axis(self, name: str, value: Any) -> Any:
        """Returns one of an axis' values, in its field's type."""
        axes = self.study.axes
        if name not in axes:
            raise ValueError(f"{name} is not an axis of this study: choose of {', '.join(axes) or '–'}.")
        checked = FIELDS[name].checked(name, value, FIELD_TYPES[name])
        if checked not in axes[name]:
            values = ", ".join(map(str, axes[name]))
            raise ValueError(f"{quoted(value)} is not a value on the axis {name}: choose of {values}.")
        return checked

    def __repr__(self) -> str:
        return f"StudyHandle({self.id!r}, {self.study.size} runs)"


def no_run_has_finished(study_id: str) -> str:
    """Says why nothing can be shown or written of a study."""
    return _("No run of study {study} has finished: start it, and wait.", study=study_id)


def _no_figure(left: list[str]) -> str:
    if not left:
        return "A figure needs an axis with two values or more, and this one has none: see verdicts()."
    return (
        f"A figure has one axis or two, and this one would have {', '.join(left)}: give a value of the "
        f"others, such as chart({left[-1]}=…)."
    )


StudyName = str | StudyView | StudyHandle
"""A study, named by its id, a view of it or a handle on it."""


def study_id_of(study: StudyName) -> str:
    """Returns the id of the study."""
    if isinstance(study, StudyHandle):
        return study.id
    name = study.study_id if isinstance(study, StudyView) else str(study)
    return name.encode(errors="backslashreplace").decode()  # no id has half a character
