"""Paint the map: everyone trains a cell of a map of two settings; together they measure all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from kd.base.unusable import Unusable
from kd.classes.activity import options_of, setting_of
from kd.config import RunConfig
from kd.store.classes import Answer
from kd.studies.study import Cell, Study
from kd.text.study_words import plain_value
from kd.text.translation import N_, _
from kd.text.words import quoted

AXES = {
    "alpha": (0.0, 0.1, 0.5, 0.9),
    "train_size": (200, 500, 1000, 2000, 10000),
    "temperature": (1.0, 2.0, 4.0, 10.0, 20.0, 50.0),
}
"""What a map may have on its axes, and the values there."""
PAIRS = ("alpha-temperature", "train_size-temperature")


@dataclass(frozen=True)
class Map:
    """axes: of PAIRS. setting: what does not vary; a cell's first repeat has its seed, the next the next."""

    kind: ClassVar[str] = "map"
    label: ClassVar[str] = N_("Paint the map: everyone trains a cell of it")
    takes_picture: ClassVar[bool] = False

    axes: str = PAIRS[0]
    setting: RunConfig = field(default_factory=RunConfig)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        rest = dict(options)
        axes = rest.pop("axes", PAIRS[0])
        if axes not in PAIRS:
            raise Unusable(
                _(
                    "There is no map of {axes}: choose of {allowed}.",
                    axes=quoted(axes),
                    allowed=", ".join(PAIRS),
                )
            )
        return cls(axes, setting_of(rest, RunConfig()))

    def options(self) -> dict[str, str]:
        own = {} if self.axes == PAIRS[0] else {"axes": self.axes}
        return own | options_of(self.setting)

    def title(self) -> str:
        return _("Take a cell and train it. Where on the map does the teacher help?")

    def study(self, seeds: int = 1) -> Study:
        """Returns the study that the class measures, with so many repeats of each cell."""
        return Study(self.setting, {name: AXES[name] for name in self.axes.split("-")}, seeds)

    def cell(self, name: str) -> Cell:
        """Returns the cell of this name, such as "0.1,4"; raises ValueError when there is none."""
        for cell in self.study().cells():
            if cell_name(cell) == name:
                return cell
        raise Unusable(_("There is no cell {name} on this map: choose another one.", name=quoted(name)))

    def checked(self, value: Any, key: str, _number: int) -> str:
        """Returns the name of a cell, which is the answer's key, too: a pupil may take several cells."""
        cell = cell_name(self.cell(str(value)))
        if key != cell:
            raise Unusable(_("There is no cell {name} on this map: choose another one.", name=quoted(key)))
        return cell

    def config(self, value: Any, _number: int, others: Sequence[Answer]) -> RunConfig:
        before = sum(answer.value == value for answer in others)
        return self.study().config(self.cell(value), before)

    def is_done(self, answers: Sequence[Answer]) -> bool:
        return bool(answers)


def cell_name(cell: Cell) -> str:
    """Returns the name of a cell: its values, with commas between them."""
    return ",".join(map(plain_value, cell.values()))
