"""The lesson under a figure: a paragraph, something to try, and the formula one click away."""

from __future__ import annotations

import streamlit as st

from kd.text.translation import _
from ui.shared.headings import section
from ui.shared.presenter.mode import presenting


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
