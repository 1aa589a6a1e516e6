"""Values that the page's address brings: checked before a widget makes something of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from ui import notices

Complaint = Callable[[str], str | None]
"""A value → the sentence to show, or None when the value is allowed."""


def refuse(complaints: Mapping[str, Complaint]) -> None:
    """Take what is not allowed out of the address, say so, and begin the page again without it.

    Args:
        complaints: by the name of the query parameter, which is also its widget's key.
    """
    refused = False
    for name, complaint in complaints.items():
        if name in st.query_params and name not in st.session_state:
            sentence = complaint(st.query_params[name])
            if sentence is not None:
                notices.add(sentence)
                del st.query_params[name]
                refused = True
    if refused:
        st.rerun()
