"""The command that repeats what is on the screen, to copy into a terminal."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.text.translation import _


def show_command(command: str, name: str = "repeat", note: str = "") -> None:
    """A button that unfolds the command, which has a button of its own to copy it.

    Args:
        command: of `kd.studies.in_text.command`.
        name: the widget's key: one for each place on a page.
        note: what has to be known of it.
    """
    with st.popover(
        _("Repeat it in a terminal"),
        type="tertiary",
        icon=":material/terminal:",
        key=name,
        help=_("The command that does the same without this page, to copy."),
    ):
        if note:
            st.html(f'<p class="kd kd-quiet">{escape(note)}</p>')
        st.code(command, language=None, wrap_lines=True)
