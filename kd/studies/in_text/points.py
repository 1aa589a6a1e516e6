"""What an experiment's chart shows, as lines of text: a row for each place, a column for each measure."""

from __future__ import annotations

import math

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from kd.studies.experiments.experiment import Chart
from kd.studies.in_text.lines import WIDTH, lines_of
from kd.studies.measures import value
from kd.text.experiment_words import number_words, place_words
from kd.text.translation import _


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
