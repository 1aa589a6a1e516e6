"""What the chart of an experiment has before anything is known: its lines, its places, and its axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kd.charts.experiments.axes import Values, values_axis
from kd.config import FIELDS
from kd.studies.axes import are_numbers, in_order, is_logarithmic
from kd.studies.experiments import Experiment
from kd.studies.measures import value
from kd.text.experiment_words import place_words
from kd.text.study_words import axis_value
from kd.text.translation import _
from kd.text.words import MODELS

POINTS, PERCENT = "points", "percent"
# Around what is known, so that an empty chart does not give away where the result is.
_ROOM = 0.35


@dataclass(frozen=True)
class Series:
    """One line of a chart: its code, what it is called, in whose colour it is, and where its values are.

    value: the column of its values. of: what the chart's column of series says there, if there is one.
    """

    code: str
    name: str
    role: str
    value: str
    of: Any = None


@dataclass(frozen=True)
class Plan:
    """A chart without its results.

    is_line: whether it goes along numbers. x: the column it goes along, and x_title what that is; places: its
    values, in order, None where they are measured and so not known; log: whether that axis is logarithmic.
    signed: whether its values are differences. names: what places are called, by their text. when: how long
    was trained, where there is another chart beside it that is of another length.
    """

    is_line: bool
    title: str
    x: str
    x_title: str
    places: tuple[Any, ...] | None
    log: bool
    series: tuple[Series, ...]
    axis: Values
    signed: bool
    names: Mapping[str, str]
    when: str = ""

    @property
    def heading(self) -> tuple[str, list[str]]:
        """Its title, and what stands first below that."""
        return (self.when, [f"{self.title}."]) if self.when else (self.title, [])

    @property
    def names_itself(self) -> bool:
        """Whether a row is named by its setting alone, because that is also what the series are of."""
        return len(self.series) > 1 and [one.of for one in self.series] == list(self.places or ())

    @property
    def by_role(self) -> bool:
        """Whether a line is known by its model alone."""
        return len({one.role for one in self.series}) == len(self.series)

    def in_words(self, place: Any) -> str:
        """A place as a person reads it."""
        return _called(self.x, place, self.names)

    def with_room_for(self, rows: pd.DataFrame) -> Plan:
        """The same chart with an axis that holds these rows as well, of `kd.charts.experiments.rows`."""
        values = [*rows["value"], self.axis.low, self.axis.high]
        axis = self.axis
        if min(values) < axis.low or max(values) > axis.high:
            axis = values_axis(values, axis.title, *_limits(self.signed, axis))
        log = self.log if self.places is not None else _is_log(rows["x"].tolist())
        return replace(self, axis=axis, log=log)


def planned(experiment: Experiment, known: pd.DataFrame) -> Plan:
    """The chart of an experiment.

    Args:
        known: rows of it by which the axis of values is chosen, such as the included ones.
    """
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
            role(name),
            name,
            of,
        )
        for of in lines
        for name, each in values.items()
    )
    unit = next(iter(values.values())).unit
    signed = unit == POINTS
    places = None
    if all(chart.x in cell for cell in cells):
        places = tuple(in_order(list(dict.fromkeys(cell[chart.x] for cell in cells))))
    title = _(chart.y_label)
    return Plan(
        chart.kind == "line",
        title,
        chart.x,
        _(chart.x_label),
        places,
        _is_log(places or ()),
        series,
        _axis(known, [one.value for one in series], title, unit),
        signed,
        chart.names,
    )


def _is_log(places: Sequence[Any]) -> bool:
    return bool(places) and is_logarithmic(places)


def role(name: str) -> str:
    """The model in whose colour a measure is drawn, by the beginning of its name."""
    return next((model for model in MODELS if name.startswith(model)), "distilled")


def _line_name(experiment: Experiment, of: Any, label: str) -> str:
    chart = experiment.chart
    if not chart.series:
        return label
    called = _called(chart.series, of, chart.names)
    if chart.series_label and axis_value(of) not in chart.names:
        called = _("{setting} {what}", setting=_(chart.series_label), what=called)
    return called if len(chart.y) == 1 else _("{setting}: {what}", setting=called, what=label)


def _called(column: str, value: Any, names: Mapping[str, str]) -> str:
    """A value of a column as a person reads it. names: what some are called, by their text."""
    if column in FIELDS and axis_value(value) not in names:
        return FIELDS[column].in_words(value)
    return place_words(value, names)


def _axis(known: pd.DataFrame, columns: Iterable[str], title: str, unit: str) -> Values:
    """An axis with room around what is known, and with 0 for differences."""
    names = [name for name in columns if name in known.columns]
    values = [float(value) for name in names for value in known[name].dropna()]
    values = [value for value in values if math.isfinite(value)] or [0.0, 100.0 if unit == PERCENT else 10.0]
    if unit == POINTS:
        values.append(0.0)
    around = _ROOM * (max(values) - min(values) or 1.0)
    floor, ceiling = _limits(unit == POINTS, None)
    ceiling = 100.0 if unit == PERCENT else ceiling
    return values_axis([min(values) - around, max(values) + around], title, floor, ceiling)


def _limits(signed: bool, axis: Values | None) -> tuple[float | None, float | None]:
    """What no value is below or above: differences have no floor."""
    return (None if signed else 0.0), (100.0 if axis is not None and axis.high == 100 else None)


def is_drawable(plan: Plan) -> bool:
    """Whether a curve can be drawn on the empty chart: it goes along numbers that are known before."""
    return plan.is_line and plan.places is not None and are_numbers(plan.places)
