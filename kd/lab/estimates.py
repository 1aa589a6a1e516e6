"""Estimates: how long runs and studies will take on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kd.config import RunConfig
from kd.engine import Engine, EngineLost
from kd.run_fields import FRESH
from kd.runs.estimate import RUNS_MEASURED, TYPICAL, Estimate, Speed, measured_speed
from kd.runs.state import RunView
from kd.store.store import Store
from kd.studies.kept.pace import Pace, costs_of
from kd.studies.study import Study


class Estimates:
    """Judges by the newest finished runs, which are read again whenever a run ends. Thread-safe."""

    def __init__(self, store: Store, engine: Engine, stored: Callable[[str], RunView | None]):
        """
        Args:
            stored: a finished run by its id, None if there is none.
        """
        self._store, self._engine, self._stored = store, engine, stored
        self._speed: Speed | None = None
        self._is_read = False

    def read(self) -> None:
        """Read the finished runs; takes a moment."""
        self._speed = measured_speed(self._newest())
        self._is_read = True

    def run(self, config: RunConfig) -> Estimate | None:
        """Seconds that a run takes; None if nothing has been measured on this machine yet."""
        if not self._is_read:
            self.read()
        return None if self._speed is None else self._speed.estimate(config, self._trains_teacher(config))

    def seconds(self, config: RunConfig) -> float | None:
        """The total of `run`, from what was read last: for callers that must not wait."""
        speed = self._speed
        return None if speed is None else speed.estimate(config, self._trains_teacher(config)).total

    def guess(self, config: RunConfig) -> float:
        """The same, which is that of a typical machine while nothing has been measured on this one."""
        return self._speed_here().estimate(config, self._trains_teacher(config)).total

    def studies(self, *studies: Study) -> float:
        """About how many seconds studies take side by side, without what is stored."""
        return self.runs(self._missing(studies))

    def pace(self, *studies: Study) -> Pace:
        """How fast studies go that begin now."""
        return Pace(costs_of(list(dict.fromkeys(self._missing(studies))), self.runs))

    def runs(self, runs: list[RunConfig]) -> float:
        """About how long these runs take: each of their models is trained once, as many at once as can be."""
        speed = self._speed_here()
        models = {
            model_id: speed.model_seconds(config, name)
            for config in runs
            for name, model_id in config.model_ids.items()
            if name != "teacher" or config.teacher == FRESH
            if not self._store.has_model(model_id)
        }
        longest = max(models.values(), default=0.0)
        return max(longest, sum(models.values()) / self._workers())

    def count_workers(self) -> int:
        """How many models train at once. A cluster of one's own is asked, which may take a while.

        Until then, or until something has been trained there, it is as many as this machine would train.
        """
        with contextlib.suppress(EngineLost):  # whoever trains something there will say so
            self._engine.look_for_workers()
        return self._workers()

    def _workers(self) -> int:
        return self._engine.workers()["student"]

    def _speed_here(self) -> Speed:
        if not self._is_read:
            self.read()
        return self._speed or TYPICAL

    def _trains_teacher(self, config: RunConfig) -> bool:
        return config.teacher == FRESH and not self._store.has_model(config.teacher_id)

    def _missing(self, studies: Iterable[Study]) -> list[RunConfig]:
        runs = [config for study in studies for _cell, config in study.runs()]
        return [config for config in runs if not self._store.is_usable(config.run_id)]

    def _newest(self) -> Iterator[tuple[RunConfig, dict[str, Any]]]:
        """Config and result of this machine's newest finished runs."""
        finished: list[str] = []
        with contextlib.suppress(OSError):
            finished = [row["run_id"] for row in self._store.index.rows() if row["status"] == "finished"]
        for run_id in finished[:RUNS_MEASURED]:
            with contextlib.suppress(ValueError, OSError):  # whoever shows that run will say so
                view = self._stored(run_id)
                if view is not None and view.result is not None:
                    yield view.config, view.result
