"""The figure of a study: a heat map of two axes, a line with bands along one, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import streamlit as st

from kd.charts.study_charts import (
    heat_map,
    heat_map_axes,
    heat_map_rows,
    p_cell,
    slice_axes,
    slice_lines,
    slice_rows,
    verdict_words,
)
from kd.studies.axes import in_order
from kd.studies.study import SCRATCH, Study
from kd.studies.sure.near import study_notes
from kd.text.study_words import after, in_sentence, seeds_needed, signed, study_sentence, where
from kd.text.translation import _, language
from kd.text.words import accuracy
from ui.shared.figure import figure
from ui.sweep.studies import Shown, cells, in_steps, named

FIGURE = "sweep-map"


class Drawing(NamedTuple):
    """What a figure shows: its rows, the same as they are sent, and the arguments of its chart."""

    rows: pd.DataFrame
    sent: pa.Table
    arguments: dict[str, Any]


def drawing(rows: pd.DataFrame, arguments: dict[str, Any]) -> Drawing:
    """Made once for everybody who looks."""
    return Drawing(rows, pa.Table.from_pandas(rows), arguments)


def labels(shown: Shown) -> list[str]:
    """Each cell in words, in their order."""
    return _labels(shown.study.study_id, language(), shown.study)


@st.cache_resource(max_entries=50, show_spinner=False)
def _labels(study_id: str, language: str, _study: Study) -> list[str]:
    return [where(in_steps(_study, cell)) for cell in cells(_study)]


def sentence(shown: Shown) -> str:
    """What the study shows over all."""
    return _sentence(shown.name, language(), shown)


@st.cache_resource(max_entries=200, show_spinner=False)
def _sentence(name: str, language: str, _shown: Shown) -> str:
    places = {tuple(cell.values()): in_sentence(in_steps(_shown.study, cell)) for cell in cells(_shown.study)}
    rows = [{**row, "where": places[cell]} for cell, row in _shown.rows.items()]
    said = study_sentence(rows, len(places), over(_shown))
    return after(_shown.length, said) if rows else said


def over(shown: Shown) -> str:
    """The cell that the others are compared with, in words; "" where each is compared with scratch."""
    other = shown.study.baseline
    return "" if isinstance(other, str) else where(in_steps(shown.study, other))


def draw(shown: Shown, chosen: int | None, *, on_select: Callable[[], None]) -> None:
    """The figure.

    chosen: the number of the cell that stands out; on_select: called when another is clicked.
    """
    axes = list(shown.study.axes)
    if len(axes) == 2:
        one = _map(shown.name, language(), chosen, shown)
        figure(
            FIGURE, heat_map, one.rows, sentence(shown), on_select=on_select, sent=one.sent, **one.arguments
        )
    elif len(axes) == 1:
        draw_slice(FIGURE, axes[0], sentence(shown), _line(shown.name, language(), shown))


def draw_slice(name: str, axis: str, words: str, one: Drawing) -> None:
    """The figure of a slice."""
    figure(name, slice_lines, one.rows, words, file_note=axis, sent=one.sent, **one.arguments, height=300)


def slice_of(data: pd.DataFrame, axis: str, values: Any) -> Drawing:
    """What `draw_slice` draws: of verdicts the gain, of runs both students."""
    rows = slice_rows(data, axis)
    return drawing(rows, slice_axes(rows, axis, values, gains="verdict" in data.columns))


@st.cache_resource(max_entries=50, show_spinner=False)
def _line(name: str, language: str, _shown: Shown) -> Drawing:
    (axis,) = _shown.study.axes
    return slice_of(_shown.frame, axis, _shown.study.axes[axis])


@st.cache_resource(max_entries=200, show_spinner=False)
def _map(name: str, language: str, chosen: int | None, _shown: Shown) -> Drawing:
    rows, arguments = _cells_of_map(name, language, _shown)
    return drawing(rows.assign(chosen=rows["cell"] == chosen), arguments)


@st.cache_resource(max_entries=50, show_spinner=False)
def _cells_of_map(name: str, language: str, _shown: Shown) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What the map of everybody is made of, whichever cell they look at."""
    values = {axis: _shown.study.axes[axis] for axis in _shown.study.axes}
    rows = heat_map_rows(_shown.table, list(values), values, _shown.failed)
    axes = heat_map_axes({axis: in_order(values[axis]) for axis in values})
    return rows, {**axes, "over_scratch": _shown.study.baseline == SCRATCH}


@st.cache_resource(max_entries=200, show_spinner=False)
def table(name: str, language: str, _shown: Shown) -> str:
    """The study as a table in HTML, for whoever does not see the figure; the keyboard can scroll it."""
    words, rows_of, found = verdict_words(not over(_shown)), _shown.rows, []
    for number, cell in enumerate(cells(_shown.study)):
        row, reason = rows_of.get(tuple(cell.values())), _shown.failed.get(number, "")
        row = row if row and row["seeds"] else None
        verdict = row["verdict"] if row else "failed" if reason else "missing"
        found.append(
            {
                # a label begins with the sign, where there is one: “T, temperature”
                **{label.partition(",")[0]: value for label, value in named(cell).values()},
                _("Verdict"): words[verdict],
                **({_("Failed"): reason or "–"} if _shown.failed else {}),
                _("Gain (points)"): signed(row["difference"]) if row else "–",
                _("95 % interval"): _("{low} to {high}", low=signed(row["low"]), high=signed(row["high"]))
                if row and not pd.isna(row["low"])
                else "–",
                _("Seeds"): str(row["seeds"]) if row else "0",
                _("p, all cells"): p_cell(row["p_corrected"]) if row else "–",
                _("Seeds to show 0.2 points"): seeds_needed(row) if row else "",
                _("Distilled"): accuracy(row["distilled_accuracy"]) if row else "–",
                _("Scratch"): accuracy(row["scratch_accuracy"]) if row else "–",
            }
        )
    rows = pd.DataFrame(found).to_html(index=False, border=0, classes="kd-cells")
    label = escape(_("The cells of the study"))
    return f'<div class="kd kd-table" role="region" tabindex="0" aria-label="{label}">{rows}</div>'


@st.cache_resource(max_entries=200, show_spinner=False)
def notes(name: str, language: str, _shown: Shown) -> str:
    """What the verdicts of the table rest on."""
    return " ".join(study_notes(_shown.study, _shown.table))
