"""Paint the map: everyone trains a cell of a map of two settings; together they measure all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any, ClassVar, Self

from kd.base.unusable import Unusable
from kd.classes.activity import first_free, options_of, setting_of
from kd.config import RunConfig, epochs_for
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
    """axes: of PAIRS. setting: what does not vary; a cell's first repeat has its seed, the next the next.

    Where the number of images varies, epochs follow it, as in the included study: all see as many pictures.
    """

    kind: ClassVar[str] = "map"
    label: ClassVar[str] = N_("Paint the map: everyone trains a cell of it")
    takes_picture: ClassVar[bool] = False
    shows_taken: ClassVar[bool] = True

    axes: str = PAIRS[0]
    setting: RunConfig = field(default_factory=RunConfig)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        rest = dict(options)
        axes = rest.pop("axes", PAIRS[0])
        if axes not in PAIRS:
            raise Unusable(
                "There is no map of {axes}: choose of {allowed}.", axes=quoted(axes), allowed=", ".join(PAIRS)
            )
        made = cls(axes, setting_of(rest))
        made.study()  # raises where an axis makes no difference
        return made

    def options(self) -> dict[str, str]:
        own = {} if self.axes == PAIRS[0] else {"axes": self.axes}
        return own | options_of(self.setting)

    def title(self) -> str:
        return _("Take a cell and train it. Where on the map does the teacher help?")

    def study(self) -> Study:
        """Returns the study that the class measures."""
        return _study(self.axes, self.setting)

    @property
    def cells(self) -> Mapping[str, Cell]:
        """The cells by their names, such as "0.1,4"; the last axis varies fastest."""
        return _cells(self.axes, self.setting)

    def cell(self, name: str) -> Cell:
        """Returns the cell of this name; raises ValueError when there is none."""
        if name not in self.cells:
            raise Unusable("There is no cell {name} on this map: choose another one.", name=quoted(name))
        return self.cells[name]

    def cell_config(self, cell: Cell, number: int) -> RunConfig:
        """Returns a cell's run with the seed of this number, counted from 0."""
        config = self.study().config(cell, number)
        if "train_size" not in cell:
            return config
        return config.replace(
            epochs=epochs_for(config.train_size, self.setting.epochs * self.setting.train_size)
        )

    def checked(self, _value: Any, key: str, _number: int) -> str:
        """Returns the name of a cell, which is the answer's key: a pupil may take several cells."""
        return cell_name(self.cell(key))

    def config(self, value: Any, _number: int, others: Sequence[Answer]) -> RunConfig:
        """Returns the cell's first repeat that nobody has taken."""
        cell = self.cell(value)
        return first_free((self.cell_config(cell, number) for number in count()), others)

    def is_done(self, answers: Sequence[Answer]) -> bool:
        return bool(answers)


def cell_name(cell: Cell) -> str:
    """Returns the name of a cell: its values, with commas between them."""
    return ",".join(map(plain_value, cell.values()))


@lru_cache(maxsize=64)
def _study(axes: str, setting: RunConfig) -> Study:
    return Study(setting, {name: AXES[name] for name in axes.split("-")})


@lru_cache(maxsize=64)
def _cells(axes: str, setting: RunConfig) -> Mapping[str, Cell]:
    return {cell_name(cell): cell for cell in _study(axes, setting).cells()}
