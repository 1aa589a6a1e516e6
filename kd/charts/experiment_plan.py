"""What the chart of an experiment has: its lines, places and axes before anything is known, then its rows."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kd.config import FIELDS
from kd.studies.axes import are_numbers, in_order, is_logarithmic
from kd.studies.experiments import Experiment
from kd.studies.experiments.judging import PERCENT, POINTS
from kd.studies.experiments.rows import points
from kd.studies.measures import value
from kd.text.experiment_words import place_words
from kd.text.study_words import axis_value, signed
from kd.text.translation import _, numeral
from kd.text.words import MODELS

# Around what is known, so that an empty chart does not give away where the result is.
_ROOM = 0.35
_MOST_STEPS, _LEAST_STEP = 6, 0.05


@dataclass(frozen=True)
class Values:
    """An axis of values: where it ends, and the step between its numbers."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> list[float]:
        """The values at which the axis has numbers."""
        count = round((self.high - self.low) / self.step)
        return [round(self.low + number * self.step, 6) for number in range(count + 1)]

    @property
    def finest(self) -> float:
        """The step in which one guesses."""
        return self.step / 10


def values_axis(values: Iterable[float], unit: str) -> Values:
    """Returns an axis with round ends that has room for these values; without any, from 0 to 1.

    Only differences (POINTS) are below 0, and nothing is above 100 PERCENT.
    """
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = 0.08 * (high - low) or 0.5
    low = low - room if unit == POINTS else max(low - room, 0.0)
    high = min(high + room, 100.0) if unit == PERCENT else high + room
    step = round_step((high - low) / _MOST_STEPS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Values(round(first * step, 6), round(last * step, 6), step)


def round_step(least: float) -> float:
    """Returns the smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power = 10 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def ticks_with_zero(numbers: Collection[float]) -> list[float]:
    """Returns the ticks of an axis with round ends that has room for 0 and these numbers."""
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    step = round_step(max((high - low) / _MOST_STEPS, _LEAST_STEP))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * at, 2) for at in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True)
class Series:
    """One line of a chart: its code and name, whose colour it has, and the column of its values."""

    code: str
    name: str
    role: str
    value: str
    of: Any = None


@dataclass(frozen=True)
class Plan:
    """A chart without its results.

    is_line: whether it goes along numbers. x: the column it goes along; places: its values in order, None
    where they are measured. unit: of its values. names: what places are called, by their text. when: how long
    was trained, where a chart of another length is beside it.
    """

    is_line: bool
    title: str
    x: str
    x_title: str
    places: tuple[Any, ...] | None
    log: bool
    series: tuple[Series, ...]
    axis: Values
    unit: str
    names: Mapping[str, str]
    when: str = ""

    @property
    def signed(self) -> bool:
        """Whether its values are differences."""
        return self.unit == POINTS

    @property
    def heading(self) -> tuple[str, list[str]]:
        """The title, and what stands first below it."""
        return (self.when, [f"{self.title}."]) if self.when else (self.title, [])

    @property
    def names_itself(self) -> bool:
        """Whether a row is named by its setting alone, because the series are of it, too."""
        return len(self.series) > 1 and [one.of for one in self.series] == list(self.places or ())

    @property
    def by_role(self) -> bool:
        """Whether a line is known by its model alone."""
        return len({one.role for one in self.series}) == len(self.series)

    def in_words(self, place: Any) -> str:
        """Returns a place as a person reads it."""
        return _called(self.x, place, self.names)

    def with_room_for(self, rows: pd.DataFrame) -> Plan:
        """Returns the same chart with an axis that holds these rows as well."""
        axis = self.axis
        values = [*rows["value"], axis.low, axis.high]
        if min(values) < axis.low or max(values) > axis.high:
            axis = values_axis(values, self.unit)
        log = self.log if self.places is not None else _is_log(rows["x"].tolist())
        return replace(self, axis=axis, log=log)


def planned(experiment: Experiment, known: pd.DataFrame) -> Plan:
    """Returns the chart of an experiment before it has results; `known` rows decide its axis of values."""
    chart = experiment.chart
    cells = [
        {**config.to_dict(), **part.labels, **cell}
        for part in experiment.parts(1)
        for cell, config in part.study.runs()
    ]
    values = {name: value(name) for name in chart.y}
    lines = list(dict.fromkeys(cell[chart.series] for cell in cells)) if chart.series else [None]
    series = tuple(
        Series(
            f"{name} {axis_value(of)}" if chart.series else name,
            _line_name(experiment, of, _(each.label)),
            next((model for model in MODELS if name.startswith(model)), "distilled"),
            name,
            of,
        )
        for of in lines
        for name, each in values.items()
    )
    unit = next(iter(values.values())).unit
    places = None
    if all(chart.x in cell for cell in cells):
        places = tuple(in_order(list(dict.fromkeys(cell[chart.x] for cell in cells))))
    return Plan(
        is_line=chart.kind == "line",
        title=_(chart.y_label),
        x=chart.x,
        x_title=_(chart.x_label),
        places=places,
        log=_is_log(places or ()),
        series=series,
        axis=_axis(known, [one.value for one in series], unit),
        unit=unit,
        names=chart.names,
    )


def _is_log(places: Sequence[Any]) -> bool:
    return bool(places) and is_logarithmic(places)


def _line_name(experiment: Experiment, of: Any, label: str) -> str:
    chart = experiment.chart
    if not chart.series:
        return label
    called = _called(chart.series, of, chart.names)
    if chart.series_label and axis_value(of) not in chart.names:
        called = _("{setting} {what}", setting=_(chart.series_label), what=called)
    return called if len(chart.y) == 1 else _("{setting}: {what}", setting=called, what=label)


def _called(column: str, value: Any, names: Mapping[str, str]) -> str:
    """Returns a value of a column as a person reads it. names: what some are called, by their text."""
    if column in FIELDS and axis_value(value) not in names:
        return FIELDS[column].in_words(value)
    return place_words(value, names)


def _axis(known: pd.DataFrame, columns: Iterable[str], unit: str) -> Values:
    """Returns an axis with room around what is known, and with 0 for differences."""
    values = [float(value) for name in columns if name in known for value in known[name].dropna()]
    values = [value for value in values if math.isfinite(value)] or [0.0, 100.0 if unit == PERCENT else 10.0]
    if unit == POINTS:
        values.append(0.0)
    around = _ROOM * (max(values) - min(values) or 1.0)
    return values_axis([min(values) - around, max(values) + around], unit)


def is_drawable(plan: Plan) -> bool:
    """Says whether a curve can be drawn on the empty chart: it goes along numbers that are known before."""
    return plan.is_line and plan.places is not None and are_numbers(plan.places)


YOURS, INCLUDED, GUESS, CROWD = "yours", "included", "guess", "crowd"
"""Whose a row is: the visitor's runs, those that come with the project, the visitor's guess, or others'."""

COLUMNS = (
    "source", "series", "role", "name", "x", "setting", "value", "low", "high", "seeds", "label", "interval",
)  # fmt: skip


def result_rows(plan: Plan, experiment: Experiment, runs: pd.DataFrame, source: str = YOURS) -> pd.DataFrame:
    """Makes COLUMNS: the mean over seeds with Student's 95 % interval, in numbers and in words.

    Without an interval, low and high are the mean. runs: of the experiment at one length, one row each.
    """
    found = points(runs, experiment) if len(runs) else None
    rows = (
        []
        if found is None
        else [
            _row(plan, one, source, point)
            for one in plan.series
            for point in _from_left_to_right(plan, line_of(one, found))
            if not math.isnan(point["mean"])
        ]
    )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def guess_rows(plan: Plan, guess: Sequence[float]) -> pd.DataFrame:
    """Makes the rows of a guess that was drawn: a value for each of the places."""
    line = Series(GUESS, _("Your guess"), GUESS, GUESS)
    unknown = {"low": math.nan, "high": math.nan, "seeds": 0}
    rows = [
        _row(plan, line, GUESS, {"x": place, "mean": value, **unknown})
        for place, value in zip(plan.places or (), guess, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def line_of(one: Series, found: pd.DataFrame) -> pd.DataFrame:
    """Returns the points of one line. found: of `kd.studies.experiments.rows.points`."""
    own = found[found["measure"] == one.value]
    return own if one.of is None else own[own["series"] == one.of]


def _from_left_to_right(plan: Plan, points: pd.DataFrame) -> list[dict[str, Any]]:
    rows = points.to_dict("records")
    if plan.places is not None:
        return sorted(rows, key=lambda row: (plan.places or ()).index(row["x"]))
    return sorted(rows, key=lambda row: row["x"]) if plan.is_line else rows


def _row(plan: Plan, one: Series, source: str, point: Mapping[str, Any]) -> dict[str, Any]:
    mean, low, high = (float(point[name]) for name in ("mean", "low", "high"))
    is_known = not math.isnan(low)
    return {
        "source": source,
        "series": one.code,
        "role": one.role,
        "name": one.name,
        "x": point["x"] if plan.is_line else plan.in_words(point["x"]),
        "setting": plan.in_words(point["x"]),
        "value": mean,
        "low": low if is_known else mean,
        "high": high if is_known else mean,
        "seeds": int(point["seeds"]),
        "label": number(mean, plan.signed),
        "interval": _("{low} to {high}", low=number(low, plan.signed), high=number(high, plan.signed))
        if is_known
        else "–",
    }


def number(value: float, signs: bool) -> str:
    """Returns a value as a chart writes it. signs: whether a positive one has its sign."""
    return signed(value) if signs else numeral(value, ",.4g")
