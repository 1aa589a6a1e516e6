"""What the server process has once, whatever the number of people: the lab."""

from __future__ import annotations

import importlib
import threading

import streamlit as st

from kd import logs
from kd.lab import Lab

# The first page is on the screen by then, and nobody is on the next one yet.
_SECONDS_TO_FIRST_PAGE = 0.5


@st.cache_resource(show_spinner=False)
def lab() -> Lab:
    """The one Lab of this process."""
    logs.to_console()
    # a quarter of a second that the first page needs not, and the first page with a chart need not wait for
    charts = threading.Timer(_SECONDS_TO_FIRST_PAGE, importlib.import_module, ("kd.charts",))
    charts.daemon = True
    charts.start()
    return Lab()


def warm_lab() -> Lab:
    """The same Lab, its engine starting in the background: for the page that trains.

    Workers with TensorFlow in them are heavy, and who only draws or looks needs none.
    """
    one = lab()
    one.warm_up()
    return one
