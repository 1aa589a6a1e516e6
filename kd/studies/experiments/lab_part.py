"""The experiments of a lab, and what is measured of its runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kd.runs.state import RunView
from kd.studies.studies import Studies

if TYPE_CHECKING:
    import numpy as np

    from kd.networks.numpy_model import NumpyModel
    from kd.studies.experiments.running import ExperimentRun
    from kd.studies.measures import MeasuredRun

MOST_KEPT = 200


class Experiments(Studies):
    """The part of Lab that carries out studies and experiments."""

    def __init__(self) -> None:
        super().__init__()
        self._experiments: dict[Any, ExperimentRun] = {}
        self._experiments_lock = threading.Lock()

    def experiment(
        self, name: str, seeds: int | None = None, *, length: str | None = None, **options: Any
    ) -> ExperimentRun:
        """An experiment to start, to watch and to read; the same for whoever asks the same of this lab.

        Args:
            name: of kd.studies.experiments.EXPERIMENTS.
            seeds: by default as many as there is a first verdict with.
            length: "short" or "long", if it is to be run at one of the two alone.
            options: what is chosen of the experiment's options.

        Raises:
            ValueError: when there is no such experiment, or not with these options, so many seeds or at
                this length.
        """
        from kd.studies.experiments import experiment
        from kd.studies.experiments.running import ExperimentRun

        asked = experiment(name, **options)
        asked = asked if length is None else asked.at(length)
        number = asked.seeds if seeds is None else seeds
        key = name, number, length, tuple(sorted(asked.chosen.items()))
        with self._experiments_lock:
            if key not in self._experiments:
                self._experiments[key] = ExperimentRun(self, asked, number)
                self._forget_the_oldest(key)
            return self._experiments[key]

    def _forget_the_oldest(self, newest: Any) -> None:
        """Nobody's options fill the memory; what goes on is kept, and what is stored is not lost."""
        for key in list(self._experiments):
            if len(self._experiments) <= MOST_KEPT:
                return
            if key != newest and not self._experiments[key].is_going:
                del self._experiments[key]

    def measured(self, name: str, run_id: str) -> float:
        """What a measure (kd.studies.measures) gives of a finished run; computed once and kept.

        Raises:
            ValueError: when there is no such measure, or the run is not stored with all its models.
        """
        from kd.studies.measures import measure, measured

        measure(name)
        self.watch(run_id)
        kept = self.store.runs.measures(run_id)
        if name not in kept:
            kept[name] = measured(name, self.to_measure(run_id))
            self.store.runs.save_measures(run_id, kept)
        return kept[name]

    def to_measure(self, run_id: str) -> MeasuredRun:
        """A finished run as measures see it.

        Raises:
            ValueError: when there is no such run.
        """
        from kd.studies.measures import MeasuredRun

        view = self.watch(run_id)

        def logits() -> Mapping[str, np.ndarray]:
            second = self.store.models.logits(view.config.second_teacher)
            return {**self.test_logits(run_id), **({} if second is None else {"second_teacher": second})}

        return MeasuredRun(
            view.config,
            view.result or {},
            logits,
            lambda: self.models(run_id),
            view.history,
        )

    def watch(self, run: str | RunView) -> RunView:
        """The run as it is now."""
        raise NotImplementedError

    def test_logits(self, run: str | RunView) -> Mapping[str, np.ndarray]:
        """Logits of all test images by model."""
        raise NotImplementedError

    def models(self, run: str | RunView) -> Mapping[str, NumpyModel]:
        """The three trained networks of a finished run by name."""
        raise NotImplementedError
