"""What the page's address says: read once, before a widget makes something else of it, and written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state_proxy import get_session_state

from ui.shared import notices

_SWITCH = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """A query parameter that a widget of the same key is bound to.

    read: its text → the value; a ValueError's message is the sentence to show.
    write: the value → the text that the widget reads as this very value.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str]


def take(parameters: Mapping[str, Parameter]) -> None:
    """Spell what the address says as widgets do; refuse what is not allowed, with a sentence.

    Widgets read fewer spellings than we do, and drop or clamp the rest without a word. To be called before
    they are drawn.
    """
    changes = {}
    for name, parameter in parameters.items():
        if name not in st.query_params or (name in st.session_state and not went_back()):
            continue
        texts = st.query_params.get_all(name)
        try:
            text = parameter.write(parameter.read(texts[-1]))
        except ValueError as error:
            notices.add(str(error))
            text = None
        if texts != [text]:
            changes[name] = text
    rewrite(changes)


def went_back() -> bool:
    """Whether this is drawn because of Back or Forward: then the address counts, not the session."""
    return get_script_run_ctx().is_history_navigation


def rewrite(changes: Mapping[str, str | None]) -> None:
    """Change several parameters at once, also those that widgets are bound to; None takes one out.

    Each message about the address becomes an entry in the browser's history, and widgets that are moved one
    by one send one each. Sent together, one Back undoes them together.
    """
    with get_session_state().query_params() as address:
        changed = False
        for name, text in changes.items():
            if text is None:
                changed |= address.discard_param_no_forward_msg(name)
            elif address.get_all(name) != [text]:
                address.set_with_no_forward_msg(name, text)
                changed = True
        if changed:
            address._send_query_param_msg()
            address.set_initial_query_params_from_current()


def number(name: str, lowest: float, highest: float, instead: float) -> Parameter:
    """A number in a range.

    Args:
        name: what the sentence calls it.
        instead: where its widget stands when the address is refused.
    """

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not lowest <= value <= highest:
            raise ValueError(
                f"{name} must be a number between {lowest:g} and {highest:g}, got “{notices.cut(text)}”. "
                f"It stands at {instead:g}."
            )
        return value

    return Parameter(read, plain)


def choice(what: str, options: tuple[str, ...]) -> Parameter:
    """One of several words. what: what the sentence calls it, such as “view”."""

    def read(text: str) -> str:
        if text not in options:
            raise ValueError(f"There is no {what} “{notices.cut(text)}”: use {', '.join(options)}.")
        return text

    return Parameter(read, str)


def switch(name: str) -> Parameter:
    """On or off. name: what the sentence calls it."""

    def read(text: str) -> bool:
        if text.lower() not in _SWITCH:
            raise ValueError(f"{name} must be true or false, got “{notices.cut(text)}”. It is off.")
        return _SWITCH[text.lower()]

    return Parameter(read, plain)


def plain(value: Any) -> str:
    """A value in the spelling of Streamlit's widgets: true, 0.25, 4, strong."""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")
