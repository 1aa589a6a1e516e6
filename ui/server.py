"""What the server process has once, whatever the number of people: the lab."""

from __future__ import annotations

import importlib
import threading

import streamlit as st

from kd import logs
from kd.lab import Lab


@st.cache_resource(show_spinner=False)
def lab() -> Lab:
    """The one Lab of this process."""
    logs.to_console()
    # a quarter of a second that Home does not need, and the first page with a chart need not wait for
    threading.Thread(target=importlib.import_module, args=("kd.charts",), daemon=True).start()
    return Lab()


def warm_lab() -> Lab:
    """The same Lab, its engine starting in the background: for the page that trains.

    Workers with TensorFlow in them are heavy, and who only draws or looks needs none.
    """
    one = lab()
    one.warm_up()
    return one
