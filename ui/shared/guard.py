"""No traceback reaches a browser: it goes to the log, and the page shows one sentence."""

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from kd.base.unusable import Unusable
from kd.text.translation import _
from ui.shared import notices
from ui.shared.markup import literal
from ui.shared.person import script_run

_log = logging.getLogger("kd.ui")

SHOWN_OUTSIDE: list[Callable[[], bool]] = [notices.shown]
"""Each says whether the page already shows what has come of a fragment, and is shown outside of it."""


@contextmanager
def guard() -> Iterator[None]:
    """Logs what goes wrong inside and says so on the page; Streamlit's own signals pass through."""
    try:
        if script_run().fragment_ids_this_run and not all(shown() for shown in SHOWN_OUTSIDE):
            st.rerun()  # something came or went that is shown outside this fragment
        yield
    except Unusable as error:
        _log.error("A page could not be drawn: %s", error)
        st.error(literal(str(error)), icon=":material/error:")
    except Exception:
        _log.exception("A page could not be drawn")
        st.error(
            _(
                "Something went wrong while drawing this page; the server's log has the details. "
                "Saved runs are not affected: reload the page to go on."
            ),
            icon=":material/error:",
        )


def guarded(callback: Callable[..., Any]) -> Callable[..., None]:
    """Returns a widget's callback whose failure is logged and becomes a notice: no guard surrounds it."""

    @functools.wraps(callback)
    def call(*arguments: Any, **named: Any) -> None:
        try:
            callback(*arguments, **named)
        except Unusable as error:
            _log.error("A control could not do its work: %s", error)
            notices.add(str(error))
        except Exception:
            _log.exception("A control could not do its work")
            notices.add(
                _(
                    "That did not work; the server's log says why. Saved runs are not affected: "
                    "reload the page and try again."
                )
            )

    return call
