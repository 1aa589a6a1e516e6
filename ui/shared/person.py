"""Who asks: one name for each browser, the same on every page and after every reload."""

import contextlib
import hashlib
from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

_COOKIE = "_streamlit_xsrf"


def person() -> str:
    """Returns a name for this browser, made from the token of Streamlit or else from this session."""
    return person_of(st.context.cookies) or _named(script_run().session_id.encode())


def person_of(cookies: Mapping[str, str]) -> str | None:
    """Returns the name of the browser that sends these cookies, or None if Streamlit has given it none."""
    token = _token(cookies.get(_COOKIE, ""))
    return None if token is None else _named(token)


def script_run() -> ScriptRunContext:
    """Returns the run of the page's script that is under way, with its session."""
    context = get_script_run_ctx()
    assert context is not None  # a page is only drawn in one
    return context


def _named(token: bytes) -> str:
    return hashlib.sha256(token).hexdigest()[:12]


def _token(cookie: str) -> bytes | None:
    """Returns the token in '2|mask|token under the mask|time': the mask is different in every answer."""
    with contextlib.suppress(ValueError, ZeroDivisionError):
        _, *in_hex, _ = cookie.strip('"').split("|")
        mask, masked = map(bytes.fromhex, in_hex)
        return bytes(byte ^ mask[i % len(mask)] for i, byte in enumerate(masked)) or None
    return None
