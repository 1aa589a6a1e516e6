"""What stands under a figure: a paragraph, something to try, and the formula one click below."""

from __future__ import annotations

import streamlit as st


def lesson(paragraph: str, try_this: str, formula: str, symbols: str) -> None:
    """Draw the four.

    Args:
        paragraph: for a second-year student.
        try_this: something to do that ends in a surprise.
        formula: LaTeX.
        symbols: what stands in it, with its source.
    """
    st.markdown(paragraph)
    st.markdown(f"**Try this.** {try_this}")
    with st.expander("The formula"):
        st.latex(formula)
        st.markdown(symbols)
