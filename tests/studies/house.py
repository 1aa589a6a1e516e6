"""A house in which studies are carried out on an engine that computes nothing."""

from __future__ import annotations

import time

from kd.config import RunConfig
from kd.runs.dispatch import Dispatch
from kd.store.store import Store
from kd.studies.conductor import Conductor
from kd.studies.study import Study
from tests.fake_engine import FakeEngine

PATIENCE = 240
BASE = RunConfig(teacher="notebook", train_size=320, epochs=5)
STUDY = Study(BASE, {"alpha": [0.1, 0.5], "temperature": [1, 4, 20]}, seeds=2)


class House:
    """A Conductor with its store, on an engine that computes nothing."""

    def __init__(self, home, seconds_an_epoch: float = 0.002):
        self.engine, self.store = FakeEngine(1, seconds_an_epoch), Store(home)
        self.dispatch = Dispatch(self.store, self.engine, lambda config: None, ended=lambda run_id: None)
        self.conductor = Conductor(
            self.store,
            self.dispatch,
            lambda: self.engine.workers()["student"],
            lambda config: self.store.is_usable(config.run_id),
            lambda runs: float(len(runs)),
        )

    def finished(self, study: Study) -> None:
        view = self.conductor.wait(self.conductor.start(study), PATIENCE)
        assert view.status == "finished", view

    def computed(self) -> dict[str, int]:
        """How often each model was trained to its end, by id."""
        return {model: times for (model, epoch), times in self.engine.trained.items() if epoch == BASE.epochs}


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
    return value
