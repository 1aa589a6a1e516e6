"""Who asks: one name for each browser, the same on every page and after every reload."""

from __future__ import annotations

import contextlib
import hashlib

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

_COOKIE = "_streamlit_xsrf"


def person() -> str:
    """A name for this browser: made from the token that Streamlit gives it, or else from this session."""
    token = _token(st.context.cookies.get(_COOKIE, ""))
    if token is None:
        token = script_run().session_id.encode()
    return hashlib.sha256(token).hexdigest()[:12]


def script_run() -> ScriptRunContext:
    """The pass of the page's script that is under way, and whose it is."""
    context = get_script_run_ctx()
    assert context is not None  # a page is only drawn in one
    return context


def _token(cookie: str) -> bytes | None:
    """The token in '2|mask|token under the mask|time': the mask is different in every answer."""
    with contextlib.suppress(ValueError, ZeroDivisionError):
        _, *in_hex, _ = cookie.strip('"').split("|")
        mask, masked = map(bytes.fromhex, in_hex)
        return bytes(byte ^ mask[i % len(mask)] for i, byte in enumerate(masked)) or None
    return None
