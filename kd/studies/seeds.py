"""A setting with several seeds: what they say of it together, and more of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kd.config import Preset, RunConfig, config_of
from kd.once import computed_once
from kd.runs.dispatch import Dispatch
from kd.runs.queue import NOBODY
from kd.runs.work.piece import STUDY
from kd.store.store import Store
from kd.studies.ahead import SEEDS, Ahead, with_seeds
from kd.studies.kept.view import StudyView
from kd.studies.study import Study

if TYPE_CHECKING:
    import pandas as pd

MOST_SEEDS = 20


@dataclass(frozen=True)
class SeedsView:
    """What is stored of a setting with several seeds.

    runs: the id of each finished run, by seed. differences: distilled minus scratch, as a fraction of the
    test images, by seed. verdict: seeds, difference, judged_seeds, next_seeds, low, high, p and verdict, as
    kd.studies.verdicts has them (in points), None with fewer than two seeds. training: whether more seeds are
    under way. wanted: how many there will be, if nothing comes between.
    """

    runs: dict[int, str]
    differences: dict[int, float]
    verdict: dict[str, Any] | None
    training: bool
    wanted: int


_VERDICT = ("seeds", "difference", "judged_seeds", "next_seeds", "low", "high", "p", "verdict")


class Seeds:
    """The part of Lab that makes a verdict surer, and computes what may be wanted next."""

    store: Store
    _dispatch: Dispatch
    _ahead: Ahead

    def __init__(self) -> None:
        super().__init__()
        self._compared = computed_once(maxsize=64)(self._compare)
        self._more: dict[str, tuple[str, str, int]] = {}  # person → study, run of the first seed, seeds

    def look_at(self, config: RunConfig | Preset | str | None, person: str = NOBODY) -> None:
        """This person looks at this setting now, or at none any more; cheap. Call it again while that is so.

        Once its run is stored and nobody waits for anything, the lab goes on by itself with the next seeds,
        and then with the setting's neighbours (kd/studies/ahead.py). They are not listed among the runs until
        somebody asks for them.

        Raises:
            ValueError: when there is no such setting.
        """
        self._ahead.look_at(None if config is None else config_of(config), person)

    def seeds(self, config: RunConfig | Preset | str, most: int = MOST_SEEDS) -> SeedsView:
        """What is stored of a setting with its seed and the next ones, `most` in all; cheap.

        Raises:
            ValueError: when there is no such setting.
        """
        config = config_of(config)
        ids = _ids(config, most)
        states = tuple(map(self.store.runs.state, ids))
        runs, differences, verdict = self._compared(config, most, states)
        missing = [run_id for run_id, state in zip(ids, states, strict=True) if state is None]
        asked = [seeds for _study, run_id, seeds in self._more.values() if run_id == config.run_id]
        by_itself = SEEDS if self._ahead.goes_on_with(config) else 1
        return SeedsView(
            runs=dict(runs),
            differences=dict(differences),
            verdict=verdict and dict(verdict),
            training=any(view is not None and view.active for view in map(self._dispatch.view, missing)),
            wanted=min(len(ids), max(by_itself, *asked, len(runs))),
        )

    def seeds_frame(self, config: RunConfig | Preset | str, most: int = MOST_SEEDS) -> pd.DataFrame:
        """The stored runs of a setting with its seed and the next ones, `most` in all, one row a seed.

        Returns:
            The columns of `kd.studies.frame.study_frame`.

        Raises:
            ValueError: when there is no such setting.
        """
        from kd.studies.frame import study_frame

        config = config_of(config)
        return study_frame(Study(config, {}, len(_ids(config, most))), self._compared_result)

    def more_seeds(self, config: RunConfig | Preset | str, seeds: int, person: str = NOBODY) -> str:
        """Have a setting trained with so many seeds, its own the first; returns the id of the study at once.

        It takes the place of what this person last asked for here, unless others have asked for that too;
        what is stored by then is kept.

        Raises:
            ValueError: when there is no such setting, so many seeds are not allowed, or its teacher is not
                stored.
            OSError: when the study cannot be recorded.
        """
        study = Study(config_of(config), {}, seeds)
        study_id = self.start_study(study, person=person)
        before = self._more.get(person)
        self._more[person] = study_id, study.base.run_id, seeds
        if before is not None and before[0] not in {wanted for wanted, *_run in list(self._more.values())}:
            self.stop_study(before[0])
        return study_id

    def start_study(
        self, study: Study, urgency: int = STUDY, person: str = NOBODY, experiment: str = ""
    ) -> str:
        """Begin a study."""
        raise NotImplementedError

    def stop_study(self, study: str | StudyView) -> None:
        """Stop a study."""
        raise NotImplementedError

    def _result(self, config: RunConfig) -> dict[str, Any] | None:
        raise NotImplementedError

    def _compare(
        self, config: RunConfig, most: int, states: Sequence[Any]
    ) -> tuple[dict[int, str], dict[int, float], dict[str, Any] | None]:
        """The parts of a SeedsView, which stay the same as long as the runs' states do."""
        from kd.studies.verdicts import verdicts

        found = self.seeds_frame(config, most)
        pairs = zip(found["seed"], found["distilled_accuracy"] - found["scratch_accuracy"], strict=True)
        rows = verdicts(found, ()).to_dict("records") if len(found) > 1 else []
        verdict = {name: rows[0][name] for name in _VERDICT} if rows else None
        return dict(zip(found["seed"], found["run"], strict=True)), dict(pairs), verdict

    def _compared_result(self, config: RunConfig) -> dict[str, Any] | None:
        """A run's result, or None where there is none that compares its students."""
        result = self._result(config)
        return result if result is not None and "comparison" in result else None


@computed_once(maxsize=256)
def _ids(config: RunConfig, most: int) -> tuple[str, ...]:
    return tuple(run.run_id for run in with_seeds(config, most))
