"""Headings, and the lesson under a figure: a paragraph, something to try, the formula one click away."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.text.translation import _
from ui.shared.presenter import presenting


def section(title: str) -> None:
    """A heading of the second level, in the reader's language."""
    st.header(title, anchor=False)


def unseen_section(title: str, *marks: str) -> None:
    """The same where the layout tells the eye enough: it takes no room on the screen.

    Args:
        marks: classes by which the stylesheet knows how much room to keep for what follows.
    """
    st.html(f'<h2 class="{" ".join(["kd-unseen", *marks])}">{escape(title)}</h2>')


def lesson(
    title: str, paragraph: str, try_this: str, formula: str, symbols: str, folded: bool = False
) -> None:
    """Draw the five parts, in the reader's language; in presenter mode, nothing.

    Args:
        title: what the lesson is about, in a few words.
        paragraph: for a second-year student.
        try_this: something to do that ends in a surprise.
        formula: LaTeX.
        symbols: what its symbols mean, and its source.
        folded: whether the lesson belongs to a folded section: its heading is then one level lower.
    """
    if presenting():
        return
    if folded:
        st.subheader(title, anchor=False)
    else:
        section(title)
    st.markdown(paragraph)
    st.markdown(_("**Try this.** {what}", what=try_this))
    with st.expander(_("The formula")):
        st.latex(formula)
        st.markdown(symbols)
