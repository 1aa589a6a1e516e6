"""Pace: how long what is left of many runs takes, judging by those that are done."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from kd.config import RunConfig

# Before this, how long the first runs took says little about the others.
_SECONDS_BEFORE_A_PACE = 5.0


class Pace:
    """Began when it was made. costs: seconds that each run was estimated to take, by its id."""

    def __init__(self, costs: dict[str, float]):
        self._costs, self._began = costs, time.monotonic()

    def seconds_left(self, done: Collection[str], seconds_paused: float = 0.0) -> float:
        """At the pace so far, as soon as there is one; done: the ids of the runs that are."""
        total = sum(self._costs.values())
        left = sum(seconds for run_id, seconds in self._costs.items() if run_id not in done)
        elapsed = time.monotonic() - self._began - seconds_paused
        return left * (elapsed / (total - left) if total > left and elapsed > _SECONDS_BEFORE_A_PACE else 1.0)


def costs_of(runs: list[RunConfig], seconds: Callable[[list[RunConfig]], float]) -> dict[str, float]:
    """The seconds of each run, so that they add up to those of all: models that several have count once.

    Args:
        seconds: about how long runs would take together.
    """
    total, alone = seconds(runs), {run.run_id: seconds([run]) for run in runs}
    share = total / sum(alone.values()) if any(alone.values()) else 0.0
    return {run_id: cost * share for run_id, cost in alone.items()}
