"""Mistakes that people make with soft targets, one a file: for experiments that show what comes of them.

Each is soft targets with one thing wrong. None is offered as an objective.
"""

from importlib import import_module

from kd.distillation.mistakes.mistake import Mistake

__all__ = ["MISTAKES", "Mistake"]


def _mistake(name: str) -> type[Mistake]:
    """The mistake of this name, from the file of this name."""
    values = vars(import_module(f"{__name__}.{name}")).values()
    classes = [value for value in values if isinstance(value, type) and issubclass(value, Mistake)]
    return next(found for found in classes if getattr(found, "code", None) == name)


_NAMES = (
    "no_t_squared",
    "mean_reduction",
    "alpha_reversed",
    "reversed_divergence",
    "one_temperature",
    "teacher_probabilities",
    "both_probabilities",
    "log_probabilities",
    "teacher_in_training",
    "cached_answers",
    "same_network",
    "keras_default",
)

MISTAKES: dict[str, type[Mistake]] = {name: _mistake(name) for name in _NAMES}
