"""A run in a few words: its setting, and when it was asked for."""

from __future__ import annotations

import time

from kd.config import RunConfig
from kd.runs.state import RunView
from kd.text.words import plain

_TEACHERS = {"strong": "strong teacher", "notebook": "the notebook's teacher", "fresh": "fresh teacher"}


def setting(config: RunConfig) -> str:
    """A run's setting in one line."""
    parts = [
        f"α {plain(config.alpha)}",
        f"T {plain(config.temperature)}" + (" with T²" if config.temperature_squared else " without T²"),
        _TEACHERS[config.teacher] + _its_training(config),
        f"{config.epochs} epoch{'s' if config.epochs > 1 else ''}",
        f"{config.train_size:,} images",
    ]
    if config.batch_size != RunConfig().batch_size:
        parts.append(f"batches of {config.batch_size}")
    if config.seed:
        parts.append(f"seed {config.seed}")
    return " · ".join(parts)


def _its_training(config: RunConfig) -> str:
    """How a fresh teacher is trained, where it is not as usual: else two runs would read alike."""
    usual, parts = RunConfig(), []
    if config.teacher_epochs != usual.teacher_epochs:
        parts.append(f"{config.teacher_epochs} epoch{'s' if config.teacher_epochs > 1 else ''}")
    if config.teacher_train_size != usual.teacher_train_size:
        parts.append(f"{config.teacher_train_size:,} images")
    return f" ({', '.join(parts)})" if parts and config.teacher == "fresh" else ""


def when(view: RunView) -> str:
    """When a run was asked for, or that it came with the app."""
    if view.shipped:
        return "came with the app"
    return time.strftime("%d %B %Y, %H:%M", time.localtime(view.created))
