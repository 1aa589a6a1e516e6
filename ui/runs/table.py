"""The table of runs, and which of its lines are ticked: the address says it too."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from kd.notebook.folding import Line
from kd.text.translation import _
from ui.runs.listing import Listing, owners
from ui.runs.search import COLUMNS, TICKED, columns
from ui.shared import address, notices
from ui.shared.guard import guarded

HEIGHT = 320
_ROW = 35
_TICKED, _SHOWN, _TABLES = "ticked", "shown_runs", "tables_of_runs"


def ticked(listed: Listing) -> list[Line]:
    """The lines that are ticked, in the order of the table; also those that a search leaves out."""
    ids = set(st.session_state.get(_TICKED, []))
    if not ids:
        return []
    return [line for line in listed.lines if any(entry.run_id in ids for entry in line.entries)]


def untick() -> None:
    """Tick no line any more."""
    _tick([])
    st.session_state[_SHOWN] = None


def table(listed: Listing, places: Sequence[int]) -> None:
    """Draw the lines at these places."""
    shown = [listed.lines[place] for place in places]
    ids = [line.first.run_id for line in shown]
    chosen = {line.first.run_id for line in ticked(listed)}
    st.dataframe(
        listed.frame.iloc[list(places)].assign(whose=owners(shown)),
        key=_key(ids),
        height=min(HEIGHT, _ROW * (len(shown) + 1) + 2),
        hide_index=True,
        column_order=columns(listed),
        column_config=_config(),
        on_select=guarded(_note_ticks),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [at for at, run_id in enumerate(ids) if run_id in chosen]}},
        alt=_("Saved runs: tick some to compare, name, keep or delete them."),
        placeholder="",
    )
    address.keep(_TICKED, TICKED, st.session_state.get(_TICKED, []))


def _key(ids: list[str]) -> str:
    """Another one whenever the lines are others: a tick is a place, and would be another line's."""
    number, before = st.session_state.get(_SHOWN) or (0, None)
    if before != ids:
        number = st.session_state.get(_TABLES, 0) + 1
        st.session_state[_TABLES] = number
        st.session_state[_SHOWN] = number, ids
    return f"runs_table_{number}"


def _note_ticks() -> None:
    """A line was ticked, or is no longer; those that the search leaves out stay as they are."""
    notices.clear()
    number, ids = st.session_state[_SHOWN]
    rows = st.session_state[f"runs_table_{number}"]["selection"]["rows"]
    shown = set(ids)
    others = [run_id for run_id in st.session_state.get(_TICKED, []) if run_id not in shown]
    _tick([*others, *(ids[row] for row in rows if row < len(ids))])


def _tick(ids: list[str]) -> None:
    st.session_state[_TICKED] = ids
    address.keep(_TICKED, TICKED, ids)


def _config() -> dict[str, ColumnConfig]:
    of = st.column_config
    config: dict[str, ColumnConfig] = {name: of.TextColumn(_(label)) for name, label in COLUMNS.items()}
    for name in ("distilled", "scratch", "of_teacher"):
        config[name] = of.NumberColumn(_(COLUMNS[name]), format="%.2f")
    return {
        **config,
        "setting": of.TextColumn(_(COLUMNS["setting"]), width=205),
        "name": of.TextColumn(_(COLUMNS["name"]), width=150),
        "gain": of.NumberColumn(
            _(COLUMNS["gain"]),
            format="%+.2f",
            help=_("Distilled minus scratch, in points of test accuracy; the mean over the seeds."),
        ),
        "interval": of.TextColumn(
            _(COLUMNS["interval"]),
            help=_("Over the seeds; for a single seed, over the 10,000 test pictures alone."),
        ),
        "seeds": of.NumberColumn(_(COLUMNS["seeds"])),
        "when": of.DatetimeColumn(_(COLUMNS["when"]), format="D MMM YYYY, HH:mm"),
        "tags": of.ListColumn(_(COLUMNS["tags"])),
        "kept": of.CheckboxColumn(_(COLUMNS["kept"])),
    }
