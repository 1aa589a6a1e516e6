"""Mistakes that people make with soft targets, one a file: for experiments that show what comes of them.

Each is soft targets with one thing wrong. None is offered as an objective.
"""

from kd.distillation.mistakes.mistake import Mistake
from kd.distillation.one_a_file import class_of

__all__ = ["MISTAKES", "Mistake"]

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

MISTAKES: dict[str, type[Mistake]] = {name: class_of(__name__, name, Mistake, "code") for name in _NAMES}
