"""What is taken along from a page: the numbers on the screen, and what computes them again."""

import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO

import pandas as pd
import streamlit as st

from kd.export import format_named
from kd.export.plain.cells import check_repeatable
from kd.export.tables import FORMATS, dictionary_content, dictionary_name
from kd.lab import Lab
from kd.runs.state import RunView
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


def show_command(
    command: str, name: str = "repeat", note: str = "", more: Callable[[], None] = lambda: None
) -> None:
    """Draws a button that unfolds a command to copy, with a note.

    name: the widget's key. more: draws what stands below.
    """
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
        more()


def notebook_along(lab: Lab, view: RunView) -> None:
    """Draws a button that saves a finished run as a notebook in plain Keras, with what it needs."""
    try:
        format_named("notebook").check_packages()
        check_repeatable(view.config)
        why_not = ""
    except ValueError as error:
        why_not = str(error)
    st.download_button(
        _("Notebook"),
        partial(_notebook, lab, view.run_id),
        file_name=f"{view.run_id}.zip",
        mime="application/zip",
        key="notebook",
        icon=":material/book_2:",
        on_click="ignore",
        disabled=why_not != "",
        help=why_not or _("The whole run again in plain Keras: a notebook, its pictures and its teacher."),
        width="stretch",
    )


def _notebook(lab: Lab, run_id: str) -> bytes:
    """Returns a zip of the exported notebook and the files beside it."""
    content = BytesIO()
    with tempfile.TemporaryDirectory(prefix="kd-export-") as folder, zipfile.ZipFile(content, "w") as packed:
        for path in lab.export(run_id, "notebook", path=folder):
            packed.write(path, path.name)
    return content.getvalue()
