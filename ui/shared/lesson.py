"""The lesson under a figure: a paragraph, something to try, and the formula one click away."""

from __future__ import annotations

import streamlit as st

from kd.text.translation import _


def lesson(paragraph: str, try_this: str, formula: str, symbols: str) -> None:
    """Draw the four parts, in the reader's language.

    Args:
        paragraph: for a second-year student.
        try_this: something to do that ends in a surprise.
        formula: LaTeX.
        symbols: what its symbols mean, and its source.
    """
    st.markdown(paragraph)
    st.markdown(_("**Try this.** {what}", what=try_this))
    with st.expander(_("The formula")):
        st.latex(formula)
        st.markdown(symbols)
