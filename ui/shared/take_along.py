"""What is taken along from a page: the numbers on the screen, and the command that computes them again."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from kd.export.tables import FORMATS, dictionary_content, dictionary_name
from kd.text.translation import _
from ui.shared.pieces import quiet


def numbers_along(name: str, numbers: Callable[[], pd.DataFrame]) -> None:
    """Draws a button that unfolds those for CSV, Parquet and the dictionary, in files of this name."""
    table = _("Three rows a run, one for each model, for a spreadsheet or any program.")
    typed = _("The same table with types, for pandas, R or DuckDB.")
    columns = _("The dictionary of the table: each column, its unit, its type and its meaning.")
    files = {
        f"{name}.csv": ("CSV", "text/csv", FORMATS["csv"].content, table),
        f"{name}.parquet": ("Parquet", "application/vnd.apache.parquet", FORMATS["parquet"].content, typed),
        dictionary_name(name): (_("What the columns mean"), "text/csv", dictionary_content, columns),
    }
    with st.popover(
        _("Numbers"),
        type="tertiary",
        icon=":material/table:",
        key=f"numbers-{name}",
        help=_("All numbers of these runs as a table (CSV, Parquet), and what its columns mean."),
    ):
        for file_name, (title, mime, content, about) in files.items():
            st.download_button(
                title,
                partial(_made, content, numbers),
                file_name=file_name,
                mime=mime,
                key=f"along-{file_name}",
                on_click="ignore",
                help=about,
                width="stretch",
            )


def _made(content: Callable[[pd.DataFrame], bytes], numbers: Callable[[], pd.DataFrame]) -> bytes:
    return content(numbers())


def show_command(command: str, name: str = "repeat", note: str = "") -> None:
    """Draws a button that unfolds a command to copy, with a note. name: the widget's key."""
    with st.popover(
        _("Repeat it in a terminal"),
        type="tertiary",
        icon=":material/terminal:",
        key=name,
        help=_("A command to copy that does the same in a terminal."),
    ):
        if note:
            quiet(note)
        st.code(command, language=None, wrap_lines=True)
