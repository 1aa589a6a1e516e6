"""Study: a run, what varies about it, and over how many seeds, as its cells; and a study at one moment."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kd.base.data_sets import MNIST
from kd.base.unusable import Unusable
from kd.config import FIELD_TYPES, FIELDS, Preset, RunConfig, config_of, has_teaching, not_a_field
from kd.config.run_config import RECIPE_VERSION, content_hash
from kd.terminal.progress import Moment
from kd.text.endings import Ending
from kd.text.translation import N_, _, ngettext, numeral
from kd.text.words import quoted

SCRATCH = "scratch"
"""The usual baseline: the scratch student of the same cell and seed."""

MOST_RUNS = 2_000
MOST_SEEDS = 1_000

Cell = dict[str, Any]
"""The values of the axes, by field."""


@dataclass(frozen=True)
class Study:
    """Many runs: each cell, a combination of the axes' values, with each of several seeds.

    base: the setting of whatever does not vary, for which a preset's name will do; its seed is the first.
    What it says of an axis does not count; afterwards it has the first cell's values there.
    axes: field → its values, in order. baseline: what a cell's distilled student is compared with at the same
    seed: "scratch", the cell's own scratch student, or the values of another cell, whose distilled student it
    is then.

    Raises:
        ValueError: in one sentence, for a field or value that is not allowed, an axis without values or with
            one twice, an axis that makes no difference, or too many runs.
    """

    base: RunConfig
    axes: Mapping[str, Sequence[Any]]
    seeds: int = 1
    baseline: str | Cell = SCRATCH

    if TYPE_CHECKING:  # the setting is always a RunConfig afterwards

        def __init__(
            self,
            base: RunConfig | Preset | str,
            axes: Mapping[str, Sequence[Any]],
            seeds: int = 1,
            baseline: str | Cell = SCRATCH,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", config_of(self.base))
        if "omitted_digits" in self.axes and self.base.data != MNIST:
            raise Unusable(
                "omitted_digits is an axis for MNIST alone: names of classes have commas between them, as "
                "values have, so leave out the same classes in all cells."
            )
        object.__setattr__(self, "axes", {name: _axis(name, self.axes[name]) for name in self.axes})
        checked_seeds(self.seeds)
        if self.size > MOST_RUNS:
            raise Unusable(
                "This study has {count} runs, and {most} are the most allowed: "
                "take fewer values or fewer seeds.",
                count=numeral(self.size),
                most=numeral(MOST_RUNS),
            )
        cells = list(self.cells())
        configs = [self.config(cell) for cell in cells]
        self.config(cells[0], self.seeds - 1)  # refuses a last seed that is too high
        for name in self.axes:
            if not any(config.counts(name) for config in configs):
                raise ValueError(_no_difference(name, configs[0]))
        object.__setattr__(self, "base", configs[0])
        object.__setattr__(self, "baseline", self._cell_of_baseline(cells))

    @property
    def study_id(self) -> str:
        """The study's name: twelve hexadecimal digits of the SHA-256 of what it asks."""
        asked = {"axes": {name: list(values) for name, values in self.axes.items()}, "seeds": self.seeds}
        base = {name: value for name, value in self.base.to_dict().items() if name not in self.axes}
        return content_hash({"recipe": RECIPE_VERSION, "base": base, "baseline": self.baseline, **asked})

    def cells(self) -> Iterator[Cell]:
        """Yields every combination of the axes' values; the last axis varies fastest."""
        for values in itertools.product(*self.axes.values()):
            yield dict(zip(self.axes, values, strict=True))

    def config(self, cell: Cell, number: int = 0) -> RunConfig:
        """Returns a cell's run with the seed of this number, counted from 0."""
        return self.base.replace(**cell, seed=self.base.seed + number)

    def runs(self) -> Iterator[tuple[Cell, RunConfig]]:
        """Yields every run with its cell; all cells with one seed before any with the next."""
        for number in range(self.seeds):
            for cell in self.cells():
                yield cell, self.config(cell, number)

    @property
    def size(self) -> int:
        """The number of runs."""
        return self.seeds * math.prod(map(len, self.axes.values()))

    def to_dict(self) -> dict[str, Any]:
        """Returns a dictionary for JSON, which `from_mapping` reads."""
        axes = {name: list(values) for name, values in self.axes.items()}
        return {"base": self.base.to_dict(), "axes": axes, "seeds": self.seeds, "baseline": self.baseline}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Study:
        """Returns the study of what `to_dict` returned."""
        return cls(**{**values, "base": RunConfig.from_record(values["base"])})

    def _cell_of_baseline(self, cells: list[Cell]) -> str | Cell:
        if self.baseline == SCRATCH:
            return SCRATCH
        if not isinstance(self.baseline, Mapping):
            raise Unusable(
                "The baseline must be scratch or a cell, such as temperature=1, got {value}.",
                value=quoted(self.baseline),
            )
        chosen = {name: _value(name, value) for name, value in self.baseline.items()}
        found = [cell for cell in cells if chosen.items() <= cell.items()]
        if len(found) != 1 or not chosen:
            raise Unusable(
                "The baseline must be one cell of the study, got {value}: give a value of each of {axes}.",
                value=quoted(", ".join(f"{name}={value}" for name, value in chosen.items())),
                axes=", ".join(self.axes) or "—",
            )
        return found[0]


def checked_seeds(seeds: Any) -> int:
    """Returns a number of seeds; raises ValueError when there cannot be so many."""
    if type(seeds) is not int or not 1 <= seeds <= MOST_SEEDS:
        raise Unusable(
            "seeds must be a whole number between 1 and {most}, got {value}.",
            most=numeral(MOST_SEEDS),
            value=quoted(seeds),
        )
    return seeds


def _axis(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Returns the values of an axis in their field's type."""
    if name == "seed":
        raise Unusable("seed is no axis: say how many seeds each cell gets.")
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise Unusable("The values of {name} must be a list, got {value}.", name=name, value=quoted(values))
    if name not in FIELDS:
        raise not_a_field(name)
    if not values:
        raise Unusable("The axis {name} has no values: give at least one.", name=name)
    checked = tuple(_value(name, value) for value in values)
    for number, value in enumerate(checked):
        if value in checked[:number]:
            raise Unusable(
                "The axis {name} has {value} twice: give each value once.", name=name, value=quoted(value)
            )
    return checked


def _value(name: str, value: Any) -> Any:
    if name not in FIELDS:
        raise not_a_field(name)
    return FIELDS[name].checked(name, value, FIELD_TYPES[name])


def _no_difference(name: str, config: RunConfig) -> str:
    """Says why an axis makes no difference to any cell."""
    if not has_teaching(config) and FIELDS[name].group == "objective":
        reason = N_("alpha is 1, so the student learns from the labels alone")
    elif FIELDS[name].group == "objective":
        reason = N_("the objective {objective} does not use it")
    elif FIELDS[name].group == "teacher":
        reason = N_("the teacher {teacher} is not trained for this study")
    else:
        reason = N_("it does not apply to this student or this number of images")
    values = {"objective": config.objective, "teacher": config.teacher}
    return _("{name} has no effect here: {reason}.", name=name, reason=_(reason, **values))


@dataclass(frozen=True)
class StudyView:
    """A study at one moment.

    status: running, waiting for room (on a full disk), paused, finished, stopped, interrupted (its process
    ended before it did), or unfinished: some runs failed. done: how many of the runs are stored; reused: how
    many of these were stored before. failed: run id → why. seconds_left: an estimate, None while nothing is
    known. person: who asked for it first; people: everybody who has asked for it; wanting: who wants it now.
    created: when, in seconds since 1970. elsewhere: another process carries it out. experiment: of which it
    is a part; "" for one that somebody composed.
    """

    study_id: str
    study: Study
    status: str
    runs: int
    done: int
    reused: int
    failed: dict[str, Ending] = field(default_factory=dict)
    seconds_left: float | None = None
    person: str = ""
    people: frozenset[str] = frozenset()
    wanting: frozenset[str] = frozenset()
    created: float = 0.0
    elsewhere: bool = False
    experiment: str = ""

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ("running", "waiting for room", "paused")


def moment(view: Any) -> Moment:
    """Returns what to show of the progress of a StudyView or an ExperimentView."""
    if view.status == "waiting for room":
        doing = _("The disk is full: waiting for room")
    else:
        doing = ngettext("{done} of {count} run", "{done} of {count} runs", view.runs, done=view.done)
    return Moment(doing, view.done / view.runs, view.seconds_left)
