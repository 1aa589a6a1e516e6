"""The ways to learn from a teacher, one a file. A new one is a file, and a line of this list."""

from kd.distillation.objectives.objective import Objective, Outputs
from kd.distillation.objectives.soft_targets import SoftTargets

__all__ = ["OBJECTIVES", "Objective", "Outputs"]

OBJECTIVES: dict[str, type[Objective]] = {objective.name: objective for objective in (SoftTargets,)}
