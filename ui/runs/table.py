"""The table of runs, and which of its lines are ticked: the address says it too."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from kd.lab.comparison import Line
from kd.text.translation import N_, NC_, _, number_marks, numeral
from ui.runs.listing import Listing, owners
from ui.runs.search import TICKED
from ui.shared import address, notices
from ui.shared.guard import guarded

COLUMNS = {
    "setting": N_("Differs from the default in"),
    "gain": N_("Gain (points)"),
    "interval": N_("Likely between"),
    "state": N_("State"),
    "name": N_("Name"),
    "seeds": N_("Repeats"),
    "teacher": N_("Teacher"),
    "when": N_("When"),
    "whose": N_("Whose"),
    "tags": N_("Tags"),
    "kept": N_("Kept"),
    "note": N_("Note"),
    "distilled": N_("Distilled (%)"),
    "scratch": N_("Scratch (%)"),
    "of_teacher": N_("Its teacher (%)"),
    "run": NC_("noun", "Run"),
}
_ALWAYS = ("setting", "gain", "interval", "seeds", "teacher", "when", "whose")
_FORMS = {"gain": "+.2f", **dict.fromkeys(("distilled", "scratch", "of_teacher"), ".2f")}
"""How numbers are written; Streamlit itself knows English only."""
# Shown once there is something in them.
_WITH_CONTENT = ("name", "state", "tags", "kept")

_TICKED, _TABLE, _SHOWN = "ticked", "runs_table", "shown_runs"
# Streamlit shows so many before a table is scrolled.
_LINES_SHOWN = 10
# A click meant for the lines that have just gone: so soon nobody has read the new ones.
SECONDS_TO_SEE = 0.3
# For so long a browser that has not received the new lines may repeat what was ticked in the old ones.
SECONDS_OF_AN_ECHO = 1.5


@dataclass(frozen=True)
class _Shown:
    """The ids of the lines in the table, and the places of the ticked ones.

    since: when these lines came, by `time.monotonic`. before: the ticked places in the lines before.
    """

    ids: list[str]
    rows: list[int]
    since: float
    before: list[int]


def ticked(listed: Listing) -> list[Line]:
    """Returns the ticked lines in the order of the table, also lines that a search leaves out."""
    ids = set(st.session_state.get(_TICKED, []))
    if not ids:
        return []
    return [line for line in listed.lines if any(entry.run_id in ids for entry in line.entries)]


def untick() -> None:
    """Ticks no line any more."""
    _tick([])


def table(listed: Listing, places: Sequence[int]) -> None:
    """Draws the lines at these places."""
    shown = [listed.lines[place] for place in places]
    ids = [line.first.run_id for line in shown]
    chosen = {line.first.run_id for line in ticked(listed)}
    full = {name for name in _WITH_CONTENT if any(map(bool, listed.frame[name]))}
    names = [name for name in COLUMNS if name in _ALWAYS or name in full]
    _show(ids, [at for at, run_id in enumerate(ids) if run_id in chosen])
    rows = listed.frame.iloc[list(places)].assign(whose=owners(shown))[[*COLUMNS]]
    forms = {name: partial(numeral, form=form) for name, form in _FORMS.items()}
    st.html(f"<style>.st-key-{_TABLE} {{ --lines: {1 + min(len(ids), _LINES_SHOWN)}; }}</style>")
    st.dataframe(
        rows.style.format(forms, na_rep="") if number_marks() else rows,
        key=_TABLE,
        hide_index=True,
        column_order=names,
        column_config=_config(),
        on_select=guarded(_note_ticks),
        selection_mode="multi-row",
        alt=_("Saved runs: tick some to compare, name, keep or delete them."),
        placeholder="",
    )
    address.keep(_TICKED, TICKED, st.session_state.get(_TICKED, []))


def _show(ids: list[str], rows: list[int]) -> None:
    """Has the table tick these rows: a tick is a place, and would be another line's when the lines change.

    It stays the same table: another one would take a third of a second to appear, unsorted.
    """
    known = st.session_state.get(_SHOWN)
    if known is None or known.ids != ids:
        before = [] if known is None else known.rows
        st.session_state[_SHOWN] = _Shown(ids, rows, time.monotonic(), before)
    elif known.rows != rows:
        st.session_state[_SHOWN] = replace(known, rows=rows)
    if _TABLE not in st.session_state or st.session_state[_TABLE]["selection"]["rows"] != rows:
        st.session_state[_TABLE] = {"selection": {"rows": rows, "columns": [], "cells": []}}


def _note_ticks() -> None:
    """Notes which lines are ticked now; lines that the search leaves out stay as they are."""
    notices.clear()
    known, rows = st.session_state[_SHOWN], st.session_state[_TABLE]["selection"]["rows"]
    seconds = time.monotonic() - known.since
    if seconds < SECONDS_TO_SEE or (seconds < SECONDS_OF_AN_ECHO and rows == known.before):
        return  # and so the table ticks again what it did
    shown = set(known.ids)
    others = [run_id for run_id in st.session_state.get(_TICKED, []) if run_id not in shown]
    _tick([*others, *(known.ids[row] for row in rows if row < len(known.ids))])


def _tick(ids: list[str]) -> None:
    st.session_state[_TICKED] = ids
    address.keep(_TICKED, TICKED, ids)


def _config() -> dict[str, ColumnConfig]:
    of = st.column_config
    config: dict[str, ColumnConfig] = {name: of.TextColumn(_(label)) for name, label in COLUMNS.items()}
    gain = _("Distilled minus scratch in percentage points of test accuracy: the mean of the repeats.")
    for name, form in _FORMS.items():
        printf = None if number_marks() else f"%{form}"
        config[name] = of.NumberColumn(_(COLUMNS[name]), format=printf, help=gain if name == "gain" else None)
    return {
        **config,
        "setting": of.TextColumn(_(COLUMNS["setting"]), width=205),
        "name": of.TextColumn(_(COLUMNS["name"]), width=150),
        "state": of.TextColumn(_(COLUMNS["state"]), width=175),
        "interval": of.TextColumn(
            _(COLUMNS["interval"]),
            help=_(
                "The 95 % interval of the gain: over five repeats or more, or for one run over test pictures."
            ),
        ),
        "seeds": of.NumberColumn(_(COLUMNS["seeds"])),
        # Translators: a date and an hour as momentjs.com has it: MMM is “May” in English only, and MM “05”.
        "when": of.DatetimeColumn(_(COLUMNS["when"]), format=_("D MMM YYYY, HH:mm")),
        "whose": of.TextColumn(_(COLUMNS["whose"]), width=110),
        "tags": of.ListColumn(_(COLUMNS["tags"]), width=130),
    }
