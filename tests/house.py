"""The inside of a lab on an engine that computes nothing: runs and studies in progress, and their store."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kd.config import RunConfig
from kd.lab import Lab
from kd.runs.run import Wish
from kd.runs.scheduler import PERSON
from kd.runs.state import RunView
from kd.studies.study import Study
from tests.fake_engine import FakeEngine

PATIENCE = 240
_T = TypeVar("_T")


class House:
    """The parts of a lab; runs: those in progress."""

    def __init__(self, home: Path):
        self.engine = FakeEngine(1, seconds_an_epoch=0.002)
        lab = self.lab = Lab(home, self.engine)
        self.store, self.upkeep, self.estimates = lab.store, lab.upkeep, lab.estimates
        self.runs, self.studies, self.classes = lab._in_progress, lab.studies, lab.classes
        self.ahead, self.close = lab.ahead, lab.close

    def start(self, config: RunConfig, person: str = "ann") -> str:
        self.ahead.let_go()
        self.runs.want(config, person, Wish(PERSON), is_followed=True, person=person)
        return config.run_id

    def view(self, run_id: str) -> RunView | None:
        return self.runs.view(run_id)

    def status(self, run_id: str) -> str | None:
        """From the process that computes it, or from the store once it has ended."""
        view, row = self.runs.view(run_id), self.store.runs.row(run_id)
        return view.status if view is not None else row and row.status

    def finished(self, *asked: str | Study) -> None:
        """Wait until runs, or studies that are started now, have ended with all that they were to have."""
        for one in asked:
            if isinstance(one, Study):
                view = self.studies.wait(self.studies.start(one), PATIENCE)
                assert view.status == "finished", view
            else:
                until(lambda one=one: self.view(one) is None)
                assert self.store.runs.has(one), self.store.runs.row(one)

    def epochs(self, config: RunConfig, model: str) -> list[int]:
        """How often each epoch of a model was trained, in order."""
        trained = self.engine.trained.items()
        return [times for (key, _epoch), times in sorted(trained) if key == config.model_ids[model]]


def until(condition: Callable[[], _T]) -> _T:
    """What the condition returns once it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
    return value
