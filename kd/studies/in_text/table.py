"""The table of a study in text: a row for each cell, in columns that line up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from kd.studies.in_text.lines import WIDTH, lines_of
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
