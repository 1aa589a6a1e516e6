"""The ways to learn from a teacher, one a file. A new one is a file, and its name in this list."""

from kd.distillation.objectives.objective import Objective, Outputs
from kd.distillation.one_a_file import class_of

__all__ = ["OBJECTIVES", "Objective", "Outputs"]

# In the order in which they are offered
_NAMES = (
    "soft_targets",
    "logit_matching",
    "decoupled",
    "relations",
    "standardized",
    "virtual_teacher",
    "attention",
)

OBJECTIVES: dict[str, type[Objective]] = {
    name: class_of(__name__, name, Objective, "name") for name in _NAMES
}
