"""A Lab on an engine that computes nothing."""

from __future__ import annotations

from kd.config import RunConfig
from kd.lab import Lab
from tests.fake_engine import FakeEngine
from tests.house import PATIENCE, until

__all__ = ["BASE", "OTHER", "PATIENCE", "FakeLab", "until"]

BASE = RunConfig(teacher="notebook", train_size=320, epochs=5, alpha=0.5, temperature=4.0)
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
