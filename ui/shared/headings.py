"""Headings of a page's sections, so that a screen reader can jump from one to the next."""

from __future__ import annotations

from html import escape

import streamlit as st


def section(title: str) -> None:
    """A heading of the second level, in the reader's language."""
    st.header(title, anchor=False)


def unseen_section(title: str, *marks: str) -> None:
    """The same where the layout tells the eye enough: it takes no room on the screen.

    Args:
        marks: classes by which the stylesheet knows how much room to keep for what follows.
    """
    st.html(f'<h2 class="{" ".join(["kd-unseen", *marks])}">{escape(title)}</h2>')
