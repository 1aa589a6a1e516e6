"""StudyHandle: one study of a lab, to start, to wait for, and to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kd.config import FIELD_TYPES, FIELDS
from kd.studies.kept.view import StudyView
from kd.studies.study import SCRATCH, Study
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import altair as alt
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

    def chart(self, **at: Any) -> alt.LayerChart:
        """The study as a figure: a heat map of the gain over two axes, or both students' accuracy along one.

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
            raise ValueError(no_run_has_finished(self.study_id))
        from kd.charts.study_charts import heat_map_chart, slice_chart

        if len(axes) == 2:
            return heat_map_chart(table, axes, self.study.baseline == SCRATCH)
        return slice_chart(runs, axes[0])

    def _on_axis(self, name: str, value: Any) -> Any:
        """One of an axis' values, in its field's type."""
        values = self.study.axes.get(name)
        if values is None:
            raise ValueError(
                _(
                    "{name} is not an axis of this study: choose of {axes}.",
                    name=name,
                    axes=", ".join(self.study.axes) or "–",
                )
            )
        checked = FIELDS[name].checked(name, value, FIELD_TYPES[name])
        if checked not in values:
            raise ValueError(
                _(
                    "{value} is not a value on the axis {name}: choose of {values}.",
                    value=quoted(value),
                    name=name,
                    values=", ".join(map(str, values)),
                )
            )
        return checked

    def __repr__(self) -> str:
        return f"StudyHandle({self.study_id!r}, {self.study.size} runs)"


def no_run_has_finished(study_id: str) -> str:
    """Why nothing can be shown or written of a study."""
    return _("No run of study {study} has finished: start it, and wait.", study=study_id)


def _no_figure(left: list[str]) -> str:
    if not left:
        return _("A figure needs an axis with two values or more, and this one has none: see verdicts().")
    return _(
        "A figure has one axis or two, and this one would have {axes}: give a value of the others, such as "
        "chart({name}=…).",
        axes=", ".join(left),
        name=left[-1],
    )
