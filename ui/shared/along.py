"""What is taken along from a page: the numbers on the screen, and the command that computes them again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from kd.export.tables import FORMATS, dictionary_content, dictionary_name
from kd.text.translation import N_, _
from ui.shared.pieces import quiet

_KINDS = {
    "csv": ("CSV", "text/csv", N_("Three rows a run, one for each model, for a spreadsheet or any program.")),
    "parquet": (
        "Parquet",
        "application/vnd.apache.parquet",
        N_("The same table with types, for pandas, R or DuckDB."),
    ),
}


def numbers_along(name: str, numbers: Callable[[], pd.DataFrame]) -> None:
    """Draws the button that unfolds the buttons for CSV, Parquet and the dictionary.

    name: of the files, and with it of the widgets' keys. numbers: called when a button is clicked.
    """

    def button(file_name: str, title: str, mime: str, about: str, content: Callable[[], bytes]) -> None:
        st.download_button(
            title,
            content,
            file_name=file_name,
            mime=mime,
            key=f"along-{file_name}",
            on_click="ignore",
            help=_(about),
            width="stretch",
        )

    with st.popover(
        _("Numbers"),
        type="tertiary",
        icon=":material/table:",
        key=f"numbers-{name}",
        help=_("All numbers of these runs as a table (CSV, Parquet), and what its columns mean."),
    ):
        for code, (title, mime, about) in _KINDS.items():
            button(f"{name}.{code}", title, mime, about, partial(_content, code, numbers))
        button(
            dictionary_name(name),
            _("What the columns mean"),
            "text/csv",
            N_("The dictionary of the table: each column, its unit, its type and its meaning."),
            lambda: dictionary_content(numbers()),
        )


def _content(code: str, numbers: Callable[[], pd.DataFrame]) -> bytes:
    return FORMATS[code].content(numbers())


def show_command(command: str, name: str = "repeat", note: str = "") -> None:
    """Draws a button that unfolds a command to copy, with a note. name: the widget's key."""
    with st.popover(
        _("Repeat it in a terminal"),
        type="tertiary",
        icon=":material/terminal:",
        key=name,
        help=_("The command that does the same without this page, to copy."),
    ):
        if note:
            quiet(note)
        st.code(command, language=None, wrap_lines=True)
