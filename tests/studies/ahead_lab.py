"""A Lab on an engine that computes nothing, for what is computed ahead and for seeds."""

from __future__ import annotations

import time

from kd.studies.ahead import SEEDS, neighbours, with_seeds

from kd.config import RunConfig
from kd.lab import Lab
from kd.studies import ahead
from tests.fake_engine import FakeEngine

PATIENCE = 240
BASE = RunConfig(teacher="notebook", train_size=320, epochs=5, alpha=0.5, temperature=4.0)
SEEDED = [config.run_id for config in with_seeds(BASE, SEEDS)]
NEIGHBOURS = [config.run_id for name in ahead.NEIGHBOURING for config in neighbours(BASE, name)]
OTHER = BASE.replace(seed=77)


class FakeLab(Lab):
    """A Lab on a FakeEngine."""

    def __init__(self, home, seconds_an_epoch: float = 0.002):
        self.engine = FakeEngine(1, seconds_an_epoch)
        super().__init__(home, self.engine)

    def finished(self, config: RunConfig, person: str = "ann") -> str:
        view = self.train(config, person).wait(PATIENCE)
        assert view.status == "finished", view
        return view.run_id

    def stored(self) -> set[str]:
        return {row.run_id for row in self.store.runs.rows(unasked=True) if row.status == "finished"}

    def listed(self) -> set[str]:
        return {view.run_id for view in self.runs.views() if not view.shipped}

    def is_resting(self) -> bool:
        """Whether it finds nothing to do, however long it has been calm."""
        until(lambda: self.ahead._round is None)
        self.ahead._restless = 0.0
        return self.ahead._chosen() is None


def until(condition):
    """What the condition returns once it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
    return value
