"""The run that Home starts: the standard setting with a seed that nobody has trained here yet."""

from __future__ import annotations

from itertools import count

from kd.config import RunConfig
from kd.lab import Lab


def next_setting(lab: Lab) -> RunConfig:
    """The standard setting with the first seed after its own whose run is not stored."""
    standard = RunConfig()
    settings = (standard.replace(seed=seed) for seed in count(standard.seed + 1))
    return next(config for config in settings if not lab.store.is_usable(config.run_id))
