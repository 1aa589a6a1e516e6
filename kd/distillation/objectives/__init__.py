"""The ways to learn from a teacher, one a file. A new one is a file, and a line of this list."""

from kd.distillation.objectives.attention import Attention
from kd.distillation.objectives.decoupled import Decoupled
from kd.distillation.objectives.logit_matching import LogitMatching
from kd.distillation.objectives.objective import Objective, Outputs
from kd.distillation.objectives.relations import Relations
from kd.distillation.objectives.soft_targets import SoftTargets
from kd.distillation.objectives.standardized import Standardized
from kd.distillation.objectives.virtual_teacher import VirtualTeacher

__all__ = ["OBJECTIVES", "Objective", "Outputs"]

OBJECTIVES: dict[str, type[Objective]] = {
    objective.name: objective
    for objective in (
        SoftTargets,
        LogitMatching,
        Decoupled,
        Relations,
        Standardized,
        VirtualTeacher,
        Attention,
    )
}
