"""The fields of a run: what each is called, what it allows, when it counts and which models it decides."""

from dataclasses import dataclass

from kd.config.rarer import RarerFields
from kd.config.usual import UsualFields


@dataclass(frozen=True, kw_only=True)
class RunFields(RarerFields, UsualFields):
    """All fields but an objective's own and a student's size."""

    @property
    def steps(self) -> int:
        """How many steps a student takes that learns from all of so many images."""
        return self.epochs * -(-self.train_size // self.batch_size)
