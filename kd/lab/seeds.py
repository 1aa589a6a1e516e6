"""Seeds: a setting with several seeds, what they say of it together, and more of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kd.base.once import computed_once
from kd.config import NOBODY, Preset, RunConfig, config_of
from kd.lab.ahead import SEEDS, Ahead, with_seeds
from kd.lab.studies import Studies
from kd.runs.in_progress import RunsInProgress
from kd.store.store import Store
from kd.studies.over_seeds import MOST_SEEDS
from kd.studies.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SeedsView:
    """What is stored of a setting with several seeds.

    runs: the id of each finished run, by seed. differences: distilled minus scratch, as a fraction of the
    test images, by seed. verdict: the row of kd.studies.verdicts.verdicts, with the mean accuracies of these
    seeds; None with fewer than two. training: whether more seeds are under way. wanted: how many there will
    be, if nothing comes between.
    """

    runs: dict[int, str]
    differences: dict[int, float]
    verdict: dict[str, Any] | None
    training: bool
    wanted: int


class Seeds:
    """The settings of a lab with several seeds. Methods raise ValueError when there is no such setting."""

    def __init__(
        self,
        store: Store,
        runs: RunsInProgress,
        ahead: Ahead,
        studies: Studies,
        result: Callable[[RunConfig], dict[str, Any] | None],
    ):
        self._store, self._runs, self._ahead, self._studies = store, runs, ahead, studies
        self._result = result
        self._compared = computed_once(maxsize=64)(self._compare)
        self._states = computed_once(maxsize=256)(
            lambda config, most, version: tuple(map(store.runs.state, _ids(config, most)))
        )
        self._more: dict[str, tuple[str, str, int]] = {}  # person → study, run of the first seed, seeds

    def view(self, config: RunConfig | Preset | str, most: int = MOST_SEEDS) -> SeedsView:
        """Returns what is stored of a setting with its seed and the next ones, `most` in all; cheap."""
        config = config_of(config)
        ids, states = _ids(config, most), self._states(config, most, self._store.runs.version())
        runs, differences, verdict = self._compared(config, most, states)
        missing = [run_id for run_id, state in zip(ids, states, strict=True) if state is None]
        asked = [seeds for _study, run_id, seeds in self._more.values() if run_id == config.run_id]
        by_itself = SEEDS if self._ahead.goes_on_with(config) else 1
        return SeedsView(
            runs=dict(runs),
            differences=dict(differences),
            verdict=verdict and dict(verdict),
            training=any(view is not None and view.active for view in map(self._runs.view, missing)),
            wanted=min(len(ids), max(by_itself, *asked, len(runs))),
        )

    def frame(self, config: RunConfig | Preset | str, most: int = MOST_SEEDS) -> pd.DataFrame:
        """Returns the stored runs of a setting and its next seeds, as `kd.studies.verdicts.study_frame`."""
        from kd.studies.verdicts import study_frame

        config = config_of(config)
        return study_frame(Study(config, {}, len(_ids(config, most))), self._compared_result)

    def more(self, config: RunConfig | Preset | str, seeds: int, person: str = NOBODY) -> str:
        """Trains a setting with so many seeds, its own the first; returns the study's id at once.

        It takes the place of what this person last asked for here, unless others have asked for that too;
        what is stored by then is kept. Raises ValueError when so many seeds are not allowed, or its teacher
        is not stored; OSError when the study cannot be recorded.
        """
        study = Study(config_of(config), {}, seeds)
        study_id = self._studies.start(study, person)
        before = self._more.get(person)
        self._more[person] = study_id, study.base.run_id, seeds
        if before is not None and before[0] not in {wanted for wanted, *_run in list(self._more.values())}:
            self._studies.stop(before[0], person)
        return study_id

    def asked(self, config: RunConfig | Preset | str, person: str = NOBODY) -> int:
        """Returns with how many seeds this person has asked for a setting last; 0 for another one."""
        _study, run_id, seeds = self._more.get(person, ("", "", 0))
        return seeds if run_id == config_of(config).run_id else 0

    def stop(self, person: str = NOBODY) -> None:
        """Ends what this person asked for with `more`; what is stored by then is kept."""
        study_id, *_run = self._more.pop(person, ("",))
        if study_id:
            self._studies.stop(study_id, person)

    def _compare(
        self, config: RunConfig, most: int, states: Sequence[Any]
    ) -> tuple[dict[int, str], dict[int, float], dict[str, Any] | None]:
        """Returns runs, differences and verdict of a SeedsView, which change with the runs' states alone."""
        from kd.studies.verdicts import verdicts

        found = self.frame(config, most)
        pairs = zip(found["seed"], found["distilled_accuracy"] - found["scratch_accuracy"], strict=True)
        verdict = verdicts(found, ()).to_dict("records")[0] if len(found) > 1 else None
        return dict(zip(found["seed"], found["run"], strict=True)), dict(pairs), verdict

    def _compared_result(self, config: RunConfig) -> dict[str, Any] | None:
        """Returns the result of a run that compares its students, or None."""
        result = self._result(config)
        return result if result is not None and "comparison" in result else None


@computed_once(maxsize=256)
def _ids(config: RunConfig, most: int) -> tuple[str, ...]:
    return tuple(run.run_id for run in with_seeds(config, most))
