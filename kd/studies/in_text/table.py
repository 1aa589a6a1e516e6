"""Tables in text: a study's, with a row for each cell, and what an experiment's chart shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from kd.studies.experiments.experiment import Chart
from kd.studies.in_text.picture import WIDTH, lines_of
from kd.studies.measures import value
from kd.text.experiment_words import number_words, place_words
from kd.text.study_words import axis_value, flag, seeds_needed, signed, verdict_word
from kd.text.translation import _
from kd.text.words import NAMES, accuracy


def table_text(table: pd.DataFrame, axes: Sequence[str], width: int = WIDTH) -> str:
    """The verdicts of a study as lines of text.

    Args:
        table: of kd.studies.verdicts.verdicts.
        axes: its columns that make a cell.
        width: in characters; cells that do not fit are folded.

    Returns:
        Lines without trailing spaces. The column ± is half the 95 % interval.
    """
    drawn = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    for axis in axes:
        numeric = pd.api.types.is_numeric_dtype(table[axis])
        drawn.add_column(
            Text(flag(axis).replace("-", "-\n")), justify="right" if numeric else "left", overflow="fold"
        )
    for title in (
        _("seeds"),
        _(NAMES["distilled"]),
        _(NAMES["scratch"]),
        _("points"),
        "±",
    ):
        drawn.add_column(Text(title), justify="right", overflow="fold")
    drawn.add_column(Text(_("verdict")), overflow="fold")
    drawn.add_column(Text(_("seeds for\n0.2\npoints")), justify="right", overflow="fold")
    over_scratch = not any(table["verdict"] == "baseline")
    for row in table.to_dict("records"):
        drawn.add_row(
            *(Text(axis_value(row[axis])) for axis in axes),
            f"{row['seeds']:,}",
            *(_known(row[f"{name}_accuracy"], accuracy) for name in ("distilled", "scratch")),
            _known(row["difference"], signed),
            _known((row["high"] - row["low"]) / 2, "{:.2f}".format),
            Text(verdict_word(row["verdict"], over_scratch)),
            seeds_needed(row),
        )
    return lines_of(drawn, width)


def _known(number: float, words: Callable[[float], str]) -> str:
    return "" if math.isnan(number) else words(number)


def points_text(points: pd.DataFrame, chart: Chart, width: int = WIDTH) -> str:
    """The points of a chart as lines of text without trailing spaces, each with half its 95 % interval.

    Args:
        points: of kd.studies.experiments.rows.points.
        width: in characters; cells that do not fit are folded.
    """
    drawn = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    titles = [_(chart.x_label), *([_(chart.series_label)] if chart.series else [])]
    for title in titles:
        drawn.add_column(Text(title), overflow="fold")
    for measure in chart.y:
        drawn.add_column(Text(_(value(measure).label)), justify="right", overflow="fold")
    for key, cell in points.groupby(["series", "x"], sort=False, dropna=False):
        series, x = key
        places = [x, *([series] if chart.series else [])]
        by_measure = {point.measure: point for point in cell.itertuples(index=False)}
        drawn.add_row(
            *(Text(place_words(place, chart.names)) for place in places),
            *(Text(_mean(by_measure[measure], value(measure).unit)) for measure in chart.y),
        )
    return lines_of(drawn, width)


def _mean(point: object, unit: str) -> str:
    mean, low, high = (float(getattr(point, name)) for name in ("mean", "low", "high"))
    words = number_words(mean, unit, digits=2)
    if math.isnan(low):
        return words
    return _("{mean} ± {half}", mean=words, half=f"{(high - low) / 2:.2f}")
