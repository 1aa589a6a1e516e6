"""Experiments: each a question with studies that answer it. The classics and the mistakes are such.

An experiment is a file with an EXPERIMENT in it, and its name in the list of its room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from kd.studies import classics, mistakes
from kd.studies.experiments.experiment import Experiment, nearest

__all__ = ["EXPERIMENTS", "Experiment", "experiment"]

_ROOMS = (classics, mistakes)


class _Experiments(Mapping[str, Experiment]):
    """Every experiment by its name, in the order in which they are shown; loaded when it is asked for."""

    def __init__(self) -> None:
        self._files = {name: f"{room.__name__}.{name}" for room in _ROOMS for name in room.NAMES}

    def __getitem__(self, name: str) -> Experiment:
        found: Experiment = import_module(self._files[name]).EXPERIMENT
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


EXPERIMENTS: Mapping[str, Experiment] = _Experiments()


def experiment(name: str, **options: Any) -> Experiment:
    """An experiment by its name, with what is chosen of its options.

    Raises:
        ValueError: when there is none of this name, or it does not allow these options.
    """
    if name not in EXPERIMENTS:
        raise nearest(name, list(EXPERIMENTS))
    return EXPERIMENTS[name].choose(**options)
