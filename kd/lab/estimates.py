"""Estimates: how long runs and studies will take on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kd.config import FRESH, RunConfig
from kd.engine import Engine, EngineLost
from kd.runs.batch import Pace
from kd.runs.estimate import RUNS_MEASURED, TYPICAL, Estimate, Speed, measured_speed
from kd.store.store import Store
from kd.studies.study import Study


class Estimates:
    """Judges by the newest finished runs, which are read again whenever a run ends. Thread-safe."""

    def __init__(self, store: Store, engine: Engine):
        self._store, self._engine = store, engine
        self._speed: Speed | None = None
        self._is_read = False

    def read(self) -> None:
        """Reads the finished runs; takes a moment."""
        self._speed = measured_speed(self._newest())
        self._is_read = True

    def run(self, config: RunConfig) -> Estimate | None:
        """Returns the seconds of a run; None if nothing has been measured on this machine yet."""
        speed = self._speed_here()
        return None if self._speed is None else speed.estimate(config, self._trains_teacher(config))

    def seconds(self, config: RunConfig) -> float:
        """Returns the seconds of a run, on a typical machine while nothing has been measured on this one."""
        return self._speed_here().estimate(config, self._trains_teacher(config)).total

    def model(self, config: RunConfig, name: str) -> float | None:
        """Returns the seconds of one of a run's models, or None. Never waits: uses what was read last."""
        return None if self._speed is None else self._speed.model_seconds(config, name)

    def studies(self, *studies: Study) -> float:
        """Returns the seconds that studies take side by side, without what is stored."""
        return self.together(self._missing(studies))

    def pace(self, *studies: Study) -> Pace:
        """Returns the pace of studies that begin now."""
        return Pace(self.costs(list(dict.fromkeys(self._missing(studies)))))

    def together(self, configs: Iterable[RunConfig]) -> float:
        """Returns the seconds that runs take together, if each model is trained once on all workers."""
        speed = self._speed_here()
        models = {
            model_id: speed.model_seconds(config, name)
            for config in configs
            for name, model_id in config.model_ids.items()
            if name != "teacher" or config.teacher == FRESH
            if not self._store.models.has(model_id)
        }
        return max(max(models.values(), default=0.0), sum(models.values()) / self.workers())

    def costs(self, configs: Sequence[RunConfig]) -> dict[str, float]:
        """Splits the seconds of `together` among the runs; returns them by run id."""
        alone = {config.run_id: self.together([config]) for config in configs}
        total = sum(alone.values())
        share = self.together(configs) / total if total else 0.0
        return {run_id: cost * share for run_id, cost in alone.items()}

    def workers(self) -> int:
        """Returns how many students train at once, as far as is known."""
        return self._engine.workers()["student"]

    def count_workers(self) -> int:
        """Asks a cluster of one's own how many students train at once; may take a while.

        Until then, or until something has been trained there, it is as many as this machine would train.
        """
        with contextlib.suppress(EngineLost):  # whoever trains something there will say so
            self._engine.look_for_workers()
        return self.workers()

    def _speed_here(self) -> Speed:
        if not self._is_read:
            self.read()
        return self._speed or TYPICAL

    def _trains_teacher(self, config: RunConfig) -> bool:
        return config.teacher == FRESH and not self._store.models.has(config.teacher_id)

    def _missing(self, studies: Iterable[Study]) -> list[RunConfig]:
        runs = [config for study in studies for _cell, config in study.runs()]
        return [config for config in runs if not self._store.is_usable(config.run_id)]

    def _newest(self) -> Iterator[tuple[RunConfig, Mapping[str, Any]]]:
        """Yields config and result of this machine's newest finished runs."""
        with contextlib.suppress(OSError):
            finished = [row for row in self._store.runs.rows(unasked=True) if row.status == "finished"]
            for row in finished[:RUNS_MEASURED]:
                record = self._store.runs.record(row.run_id)
                if record is not None:
                    yield row.config, record["result"]
