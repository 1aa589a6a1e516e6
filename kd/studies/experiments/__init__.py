"""Experiments: each a question with studies that answer it. The classics and the mistakes are such.

A classic is a file with an EXPERIMENT in it, a mistake one of the CARDS of kd/studies/mistakes/cards.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any

from kd.base.unusable import Unusable
from kd.studies.experiments.experiment import Experiment
from kd.text.words import quoted

__all__ = ["EXPERIMENTS", "FIRST", "MISTAKES", "TOPICS", "Experiment", "experiment", "following"]

# In the order in which they are shown
FIRST = ("how_many_images", "never_saw_it", "wrong_labels")
"""To begin with."""
TOPICS = {
    "images": (
        "only_sevens_and_eights", "hundred_labels", "born_alike", "same_size_same_answers", "robustness",
    ),
    "temperature": (
        "notebook_as_it_was", "temperature_and_size", "which_objective", "which_way_round",
        "smoothed_teacher",
    ),
    "teachers": (
        "no_teacher_at_all", "teacher_or_regulariser", "too_good_a_teacher", "two_teachers", "born_again",
        "does_it_copy",
    ),
    "students": ("how_small", "how_long_is_long_enough", "longer_and_longer"),
}  # fmt: skip
"""What the other classics are about."""
CLASSICS = (*FIRST, *(name for names in TOPICS.values() for name in names))
MISTAKES = (
    "no_t_squared",
    "mean_reduction",
    "alpha_reversed",
    "reversed_divergence",
    "one_temperature",
    "probabilities_for_logits",
    "log_probabilities",
    "teacher_in_training",
    "cached_answers",
    "same_network",
    "best_of_many",
    "keras_default",
)


class _Experiments(Mapping[str, Experiment]):
    """All experiments by name, in the order in which they are shown; loads one when it is asked for."""

    def __init__(self) -> None:
        # Name → its module
        self._files = {name: f"kd.studies.classics.{name}" for name in CLASSICS}
        self._files |= dict.fromkeys(MISTAKES, "kd.studies.mistakes.cards")

    def __getitem__(self, name: str) -> Experiment:
        return _loaded(name, self._files[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@cache
def _loaded(name: str, module: str) -> Experiment:
    """Returns one of a module's CARDS, or its EXPERIMENT, which has the name of its file."""
    found = import_module(module)
    return found.CARDS[name] if hasattr(found, "CARDS") else replace(found.EXPERIMENT, name=name)


EXPERIMENTS: Mapping[str, Experiment] = _Experiments()


def following(name: str) -> list[Experiment]:
    """Returns the three experiments to try after one: those that come next."""
    names = [*EXPERIMENTS]
    after = names.index(name) + 1
    return [EXPERIMENTS[each] for each in (names * 2)[after : after + 3]]


def experiment(name: str, **options: Any) -> Experiment:
    """Returns an experiment with these options; raises ValueError when there is none, or it has no such."""
    if name not in EXPERIMENTS:
        (nearest,) = get_close_matches(str(name), EXPERIMENTS, n=1, cutoff=0.0)
        raise Unusable(
            "There is no experiment {name}: did you mean {nearest}?", name=quoted(name), nearest=nearest
        )
    return EXPERIMENTS[name].choose(**options)
