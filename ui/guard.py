"""No traceback reaches a browser: the log has it, the page says one sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from kd.store import DamagedRun
from kd.unusable import Unusable

_log = logging.getLogger("kd.ui")


@contextmanager
def guard() -> Iterator[None]:
    """Log what goes wrong inside and say so on the page; Streamlit's own signals pass through."""
    try:
        yield
    except DamagedRun as error:
        st.error(f"{error} Reload the page to go on with another.", icon=":material/error:")
    except Unusable as error:
        _log.error("A page could not be drawn: %s", error)
        st.error(str(error), icon=":material/error:")
    except Exception:
        _log.exception("A page could not be drawn")
        st.error(
            "Something went wrong while drawing this page, and the server's log says what. "
            "Runs are not touched by it: reload the page to go on.",
            icon=":material/error:",
        )
