"""The command that repeats what is on the screen, to copy into a terminal."""

from __future__ import annotations

import streamlit as st

from kd.text.translation import _


def show_command(command: str, name: str = "repeat") -> None:
    """A button that unfolds the command, which has a button of its own to copy it.

    Args:
        command: of `kd.studies.in_text.command`.
        name: the widget's key: one for each place on a page.
    """
    with st.popover(
        _("Repeat it in a terminal"),
        type="tertiary",
        icon=":material/terminal:",
        key=name,
        help=_("The command that does the same without this page, to copy."),
    ):
        st.code(command, language=None, wrap_lines=True)
