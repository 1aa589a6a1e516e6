"""The figure of a study: a heat map of two axes, a line with bands along one, and the same as a table."""

from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd

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
from kd.text.study_words import (
    difference,
    in_sentence,
    seeds_needed,
    signed,
    study_sentence,
    tendency,
    where,
)
from kd.text.translation import _
from kd.text.words import accuracy
from ui.shared.figure import figure
from ui.sweep import studies
from ui.sweep.studies import Shown, cells, in_steps, made_once, named

FIGURE = "sweep-map"


Drawing = tuple[pd.DataFrame, dict[str, Any]]
"""What a figure shows: its rows, and the arguments of its chart."""


@made_once
def labels(study: Study) -> list[str]:
    """Returns each cell in words, in their order."""
    return [where(in_steps(study, cell)) for cell in cells(study)]


@made_once
def sentence(shown: Shown) -> str:
    """Says what the study shows over all."""
    places = {tuple(cell.values()): in_sentence(in_steps(shown.study, cell)) for cell in cells(shown.study)}
    rows = [{**row, "where": places[cell]} for cell, row in studies.rows(shown).items()]
    whole = len(shown.table) == len(places) and not shown.table["difference"].isna().any()
    tends = tendency(rows, shown.study.axes) if whole else ""
    return study_sentence(rows, len(places), over(shown), tends)


def over(shown: Shown) -> str:
    """Names the cell that the others are compared with; "" where each is compared with scratch."""
    other = shown.study.baseline
    return "" if isinstance(other, str) else where(in_steps(shown.study, other))


def draw(shown: Shown, chosen: int | None, *, on_select: Callable[[], None]) -> None:
    """Draws the figure.

    chosen: the number of the cell that stands out; on_select: called when another is clicked.
    """
    axes = list(shown.study.axes)
    if len(axes) == 2:
        rows, arguments = _map(shown)
        marked = rows.assign(chosen=rows["cell"] == chosen)
        figure(FIGURE, heat_map, marked, sentence(shown), on_select=on_select, **arguments)
    elif len(axes) == 1:
        draw_slice(FIGURE, axes[0], sentence(shown), _line(shown))


def draw_slice(name: str, axis: str, words: str, one: Drawing) -> None:
    """Draws the figure of a slice."""
    rows, arguments = one
    figure(name, slice_lines, rows, words, file_note=axis, **arguments, height=300)


def slice_of(data: pd.DataFrame, axis: str, values: Any) -> Drawing:
    """Returns what `draw_slice` draws: of verdicts the gain, of runs both students."""
    rows = slice_rows(data, axis)
    return rows, slice_axes(rows, axis, values, gains="verdict" in data.columns)


@made_once
def _line(shown: Shown) -> Drawing:
    (axis,) = shown.study.axes
    return slice_of(shown.frame, axis, shown.study.axes[axis])


@made_once
def _map(shown: Shown) -> Drawing:
    values = dict(shown.study.axes)
    rows = heat_map_rows(shown.table, list(values), values, shown.failed)
    axes = heat_map_axes({axis: in_order(values[axis]) for axis in values})
    return rows, {**axes, "over_scratch": shown.study.baseline == SCRATCH}


@made_once
def table(shown: Shown) -> str:
    """Returns the study as a table in HTML, which the keyboard can scroll."""
    words, rows_of, found = verdict_words(not over(shown)), studies.rows(shown), []
    for number, cell in enumerate(cells(shown.study)):
        row, reason = rows_of.get(tuple(cell.values())), shown.failed.get(number, "")
        row = row if row and row["seeds"] else None
        verdict = row["verdict"] if row else "failed" if reason else "missing"
        found.append(
            {
                # a label begins with the sign, where there is one: “T, temperature”
                **{label.partition(",")[0]: value for label, value in named(cell).values()},
                _("Verdict"): words[verdict],
                **({_("Failed"): reason or "–"} if shown.failed else {}),
                _("Gain (points)"): signed(difference(row)) if row else "–",
                _("Likely between"): _("{low} and {high}", low=signed(row["low"]), high=signed(row["high"]))
                if row and not pd.isna(row["low"])
                else "–",
                _("Repeats"): str(row["seeds"]) if row else "0",
                _("p, all cells"): p_cell(row["p_corrected"]) if row else "–",
                _("Repeats to show 0.2 points"): seeds_needed(row) if row else "",
                _("Distilled"): accuracy(row["distilled_accuracy"]) if row else "–",
                _("Scratch"): accuracy(row["scratch_accuracy"]) if row else "–",
            }
        )
    rows = pd.DataFrame(found).to_html(index=False, border=0, classes="kd-cells")
    label = escape(_("The cells of the study"))
    return f'<div class="kd kd-table" role="region" tabindex="0" aria-label="{label}">{rows}</div>'


@made_once
def notes(shown: Shown) -> str:
    """Says what the verdicts of the table rest on."""
    return " ".join(study_notes(shown.study, shown.table))
