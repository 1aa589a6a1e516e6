"""The ways to learn from a teacher, one a file. A new one is a file, and its name in this list."""

from importlib import import_module

from kd.distillation.objectives.objective import Objective, Outputs

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


def _class_of(name: str) -> type[Objective]:
    """Returns the objective of this name, from the module of this name."""
    values = vars(import_module(f"{__name__}.{name}")).values()
    classes = [value for value in values if isinstance(value, type) and issubclass(value, Objective)]
    return next(found for found in classes if getattr(found, "name", None) == name)


OBJECTIVES: dict[str, type[Objective]] = {name: _class_of(name) for name in _NAMES}
