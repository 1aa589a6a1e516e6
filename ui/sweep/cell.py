"""One cell of a study: its verdict, the slices through it, the curves of its seeds, and the way to Train."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from kd.config import FIELDS, RunConfig
from kd.lab import Lab
from kd.studies.study import Study
from kd.studies.sure.near import near_note, other_length_note
from kd.studies.verdicts import HELPS
from kd.text.study_words import cell_words, in_sentence
from kd.text.translation import _, language
from kd.text.words import sentence_case
from ui.shared.guard import guarded
from ui.sweep import curves
from ui.sweep import map as study_map
from ui.sweep.studies import Shown, cells, in_steps

CELL = "sweep_cell"
_MOST_KEPT = 200


def chosen(shown: Shown) -> int | None:
    """The number of the cell that is looked at: the one that was touched, else where it helps most."""
    kept = st.session_state.get(CELL)
    number = shown.study.size // shown.study.seeds
    if isinstance(kept, int) and kept < number:
        return kept
    if (shown.view is not None and shown.view.active) or not len(shown.table):
        return None
    helps = shown.table[shown.table["verdict"] == HELPS]
    best = (helps if len(helps) else shown.table)["difference"].astype(float)
    if best.isna().all():
        return None
    values = shown.table.loc[best.idxmax(), list(shown.study.axes)].to_dict()
    return cells(shown.study).index(values)


def looked_at(study: Study) -> int | None:
    """The number of the cell of this study that was drawn last here."""
    cell = st.session_state.get(f"{CELL}_choice")
    return cell if isinstance(cell, int) and cell < study.size // study.seeds else None


def touched() -> None:
    """A cell of the figure has been clicked."""
    points = st.session_state[study_map.FIGURE]["selection"].get("opened") or []
    if points:
        st.session_state[CELL] = int(points[0]["cell"])


def look_into(
    lab: Lab, shown: Shown, cell: int | None, open_in_train: Callable[[RunConfig, str | None], None]
) -> None:
    """Draw what there is to see of a cell."""
    names = study_map.labels(shown)
    st.session_state[f"{CELL}_choice"] = cell
    with st.container(horizontal=True, vertical_alignment="bottom", key="sweep_cell_row"):
        st.selectbox(
            _("Cell"),
            range(len(names)),
            key=f"{CELL}_choice",
            format_func=names.__getitem__,
            placeholder=_("Choose a cell"),
            help=_("The cell that is shown below. A click on the map does the same."),
            on_change=guarded(_choose),
            width="stretch",
        )
        if cell is not None:
            config = shown.config(cell)
            run_id = config.run_id if lab.store.runs.has(config.run_id) else None
            if st.button(
                _("Open in Train"),
                key="sweep_open",
                icon=":material/model_training:",
                help=_("Shows this cell's run with its first seed on Train, or its setting, ready to start."),
            ):
                open_in_train(config, run_id)
    if cell is None:
        how = _("Touch a cell of the map to look into it.")
        st.html(f'<p class="kd kd-quiet">{escape(how)}</p>')
        return
    said = cell_words(names[cell], shown.row(cell), shown.failed.get(cell, ""), study_map.over(shown))
    st.html(f'<p class="kd kd-sentence">{escape(said)}</p>')
    if shown.view is None and (note := other_length_note(shown.config(cell))):
        st.html(f'<p class="kd kd-quiet">{escape(note)}</p>')
    row = shown.row(cell)
    if row is not None and row["seeds"] == 1 and not study_map.over(shown):
        st.html(f'<p class="kd kd-quiet">{escape(near_note(shown.config(cell)))}</p>')
    _slices(shown, cell)
    curves.draw(lab, shown, cell)


def _choose() -> None:
    st.session_state[CELL] = st.session_state[f"{CELL}_choice"]


def _slices(shown: Shown, cell: int) -> None:
    """The gain along each of two axes, through the cell."""
    axes = list(shown.study.axes)
    if len(axes) < 2:
        return
    slices = _slices_through(shown.name, language(), cell, shown)
    for place, axis, (words, here, one) in zip(st.columns(2, gap="large"), axes, slices, strict=True):
        with place:
            st.html(f'<p class="kd kd-quiet">{escape(here)}</p>')
            study_map.draw_slice(f"sweep-slice-{axis}", axis, words, one)


@st.cache_resource(max_entries=_MOST_KEPT, show_spinner=False)
def _slices_through(
    name: str, language: str, cell: int, _shown: Shown
) -> list[tuple[str, str, study_map.Drawing]]:
    """Of each axis: what the slice shows, where it is, and what is drawn."""
    found, values = [], cells(_shown.study)[cell]
    for axis in values:
        (other,) = (name for name in values if name != axis)
        data = _shown.table[_shown.table[other] == values[other]]
        fixed = in_sentence(in_steps(_shown.study, {other: values[other]}))
        words = _("Gain along {field}, {where}.", field=_(FIELDS[axis].label), where=fixed)
        here = f"{sentence_case(fixed)}."
        found.append((words, here, study_map.slice_of(data, axis, _shown.study.axes[axis])))
    return found
