"""What the server process has once, whatever the number of people: the lab."""

from __future__ import annotations

import streamlit as st
from kd.lab import Lab


@st.cache_resource(show_spinner=False)
def lab() -> Lab:
    """The one Lab of this process; its engine starts in the background on the first page."""
    one = Lab()
    one.warm_up()
    return one
