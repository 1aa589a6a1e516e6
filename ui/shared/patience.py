"""How long people will wait: may a run start by itself, or does the page ask first?"""

from __future__ import annotations

from kd.config import RunConfig
from kd.lab import Lab
from kd.lab.ahead import MOST_SECONDS

SECONDS_OF_A_LONG_RUN = 300


def is_quick(lab: Lab, config: RunConfig) -> bool:
    """Whether a run is stored, or takes under 3 seconds; a guess before the first run on a machine."""
    return lab.store.is_usable(config.run_id) or lab.estimates.seconds(config) < MOST_SECONDS


def is_long(lab: Lab, config: RunConfig) -> bool:
    """Whether a run would keep the machine busy for minutes; not if it is stored or in progress already."""
    if lab.store.runs.has(config.run_id) or lab.runs.in_progress.view(config.run_id) is not None:
        return False
    return lab.estimates.seconds(config) > SECONDS_OF_A_LONG_RUN


def anybody_else_waits(lab: Lab, person: str) -> bool:
    """Whether somebody other than this person waits for a run to start."""
    return lab.runs.in_progress.anybody_else_waits(person)
