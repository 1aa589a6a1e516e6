"""The studies of a lab: started, watched and stopped by whoever has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kd.config import RunConfig
from kd.engine import Engine
from kd.run_fields import FRESH
from kd.runs.estimate import Estimator
from kd.runs.queue import NOBODY
from kd.runs.work.piece import STUDY
from kd.store.store import Store
from kd.studies.ahead import Ahead
from kd.studies.conductor import Conductor
from kd.studies.kept.pace import Pace, costs_of
from kd.studies.kept.view import StudyView, study_id_of
from kd.studies.progress import moment
from kd.studies.study import Study
from kd.terminal.progress import show
from kd.terminal.watching import views

if TYPE_CHECKING:
    import pandas as pd

SECONDS_BETWEEN_LOOKS = 0.2


class Studies:
    """The part of Lab that carries out studies."""

    store: Store
    _engine: Engine
    _conductor: Conductor
    _ahead: Ahead
    _estimator: Estimator

    def start_study(
        self, study: Study, urgency: int = STUDY, person: str = NOBODY, experiment: str = ""
    ) -> str:
        """Begin a study, or go on with one; returns its id at once. What is stored is not computed again.

        Studies that go on at the same time share the workers evenly.

        Args:
            person: who asks, by a name of their own; the study is theirs if nobody asked for it before.
            urgency: STUDY, or AHEAD for what may be needed soon: its runs are not listed until somebody asks
                for them. A person's run goes before both.
            experiment: of which it is a part, if it is part of one.

        Raises:
            ValueError: when the study's teacher is not stored.
            OSError: when the study cannot be recorded.
        """
        for config in {config.teacher: config for _cell, config in study.runs()}.values():
            self._check_teacher(config)
        study_id = self._conductor.start(study, urgency, person, experiment)
        self._ahead.let_go()
        return study_id

    def watch_study(self, study: str | StudyView) -> StudyView:
        """The study as it is now; cheap.

        Raises:
            ValueError: when there is no such study.
        """
        return self._conductor.view(study_id_of(study))

    def studies(self) -> list[StudyView]:
        """The studies that anybody has asked for, newest first: those that vary more than the seed; cheap.

        Of one that is not under way, `done` is as it was when it ended.
        """
        return self._conductor.views()

    def pause_study(self, study: str | StudyView) -> None:
        """Let a study rest, also in the middle of a run; `start_study` goes on from there.

        Raises:
            ValueError: when there is no such study.
        """
        self._conductor.pause(study_id_of(study))

    def stop_study(self, study: str | StudyView) -> None:
        """Stop a study; what it has computed is kept, and `start_study` goes on from there.

        Raises:
            ValueError: when there is no such study.
        """
        self._conductor.stop(study_id_of(study))

    def wait_study(
        self, study: str | StudyView, timeout: float | None = None, progress: bool = False
    ) -> StudyView:
        """Wait until the study ends or `timeout` seconds pass; returns the study as it is then.

        Args:
            progress: show its progress on standard error meanwhile, as `kd sweep` does.

        Raises:
            ValueError: when there is no such study.
        """
        if progress:
            return show(views(lambda: self.watch_study(study), SECONDS_BETWEEN_LOOKS, timeout), moment)
        return self._conductor.wait(study_id_of(study), timeout)

    def study_frame(self, study: str | StudyView | Study) -> pd.DataFrame:
        """The finished runs of a study, one row each (`kd.studies.frame.study_frame`).

        Args:
            study: also one that was never started, some runs of which may be stored all the same.

        Raises:
            ValueError: when there is no such study.
        """
        from kd.studies.frame import study_frame

        asked = study if isinstance(study, Study) else self._conductor.study(study_id_of(study))
        return study_frame(asked, self._result)

    def estimate_study(self, *studies: Study) -> float:
        """About how many seconds studies take side by side, without what is stored."""
        runs = [config for study in studies for _cell, config in study.runs()]
        return self._study_seconds([config for config in runs if not self._is_usable(config)])

    def pace(self, *studies: Study) -> Pace:
        """How fast studies go that begin now."""
        runs = {config for study in studies for _cell, config in study.runs() if not self._is_usable(config)}
        return Pace(costs_of(list(runs), self._study_seconds))

    def _study_seconds(self, runs: list[RunConfig]) -> float:
        """About how long these runs take: each of their models is trained once, as many at once as can be."""
        speed = self._estimator.speed()
        models = {
            model_id: speed.model_seconds(config, name)
            for config in runs
            for name, model_id in config.model_ids.items()
            if name != "teacher" or config.teacher == FRESH
            if not self.store.models.has(model_id)
        }
        longest = max(models.values(), default=0.0)
        return max(longest, sum(models.values()) / self._engine.workers()["student"])

    def _check_teacher(self, config: RunConfig) -> None:
        raise NotImplementedError

    def _is_usable(self, config: RunConfig) -> bool:
        raise NotImplementedError

    def _result(self, config: RunConfig) -> dict[str, Any] | None:
        raise NotImplementedError
