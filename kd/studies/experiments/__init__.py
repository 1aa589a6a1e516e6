"""Experiments: each a question with studies that answer it. The classics and the mistakes are such.

A classic is a file with an EXPERIMENT in it, a mistake one of the CARDS of a file; their names are listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from kd.studies import classics, mistakes
from kd.studies.experiments.experiment import Experiment
from kd.text.translation import _
from kd.text.words import quoted

__all__ = ["EXPERIMENTS", "Experiment", "experiment"]

# Name → its module
_FILES = {
    **{name: f"{classics.__name__}.{name}" for name in classics.NAMES},
    **dict.fromkeys(mistakes.NAMES, f"{mistakes.__name__}.cards"),
}


class _Experiments(Mapping[str, Experiment]):
    """All experiments by name, in the order in which they are shown; loads one when it is asked for."""

    def __init__(self) -> None:
        self._files = dict(_FILES)

    def __getitem__(self, name: str) -> Experiment:
        module = import_module(self._files[name])
        found: Experiment = module.CARDS[name] if hasattr(module, "CARDS") else module.EXPERIMENT
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


EXPERIMENTS: Mapping[str, Experiment] = _Experiments()


def experiment(name: str, **options: Any) -> Experiment:
    """Returns an experiment by its name, with what is chosen of its options.

    Raises:
        ValueError: when there is none of this name, or it does not allow these options.
    """
    if name not in EXPERIMENTS:
        (nearest,) = get_close_matches(str(name), EXPERIMENTS, n=1, cutoff=0.0)
        raise ValueError(
            _("There is no experiment {name}: did you mean {nearest}?", name=quoted(name), nearest=nearest)
        )
    return EXPERIMENTS[name].choose(**options)
