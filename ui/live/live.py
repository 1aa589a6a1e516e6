"""Controls and figures of the browser's own on a page, and what the controls were left at."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from ui.live.controls import Control
from ui.shared import address
from ui.shared.figure import save_words
from ui.shared.guard import guarded
from ui.shared.program import part

Moved = Callable[[Sequence[str]], None]


def live(
    channel: str,
    controls: Sequence[Control],
    views: Sequence[dict[str, Any]],
    values: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    moved: Moved | None = None,
) -> dict[str, Any]:
    """Draws controls and figures that follow them; returns what the controls were left at, by name.

    Nothing is sent again unless the figures' own numbers change; nothing comes back while a control moves.
    channel: names controls and figures that belong together, also elsewhere on the page.
    views: of `ui.live.views`. values: instead of controls, where there is nothing to choose.
    facts: for all figures of the channel. moved: called with the names of controls that were let go.
    """
    address.take({each.key: each.parameter for each in controls if each.parameter is not None})
    key = f"live-{channel}" if controls or values else f"live-{channel}-{views[-1]['kind']}"
    kept = listen(channel, controls, moved) if controls else _kept(key)
    state = st.session_state.get(key)
    values = dict(values or {each.name: _value(each) for each in controls})
    if state is None or values != kept["shown"]:
        # it is new on the page, or something else has set a value, such as Back
        kept.update(count=kept["count"] + 1, shown=values, given=values)
    data: dict[str, Any] = {
        "channel": channel,
        "controls": [
            {"key": each.name, "name": each.key, "locked": address.locked(each.key), **each.spec}
            for each in controls
        ],
        "views": list(views),
        "values": kept["given"] or None,
        "given": kept["count"],
    }
    if facts is not None:
        data["facts"] = facts
    if any("file" in view for view in views):
        data["save"] = save_words()
    part()(key=key, data=data, on_moved_change=guarded(partial(listen, channel, controls, moved)))
    for each in controls:
        if each.parameter is not None:
            address.keep(each.key, each.parameter, values[each.name])
    return values


def listen(channel: str, controls: Sequence[Control], moved: Moved | None = None) -> dict[str, Any]:
    """Keeps what the browser says of a channel's controls, once; moved: as of `live`."""
    key = f"live-{channel}"
    kept, state = _kept(key), st.session_state.get(key)
    said = state.get("moved") if isinstance(state, dict) else None
    if isinstance(said, dict) and said.get("at") != kept["heard"]:
        kept["heard"] = said.get("at")
        before = {each.name: _value(each) for each in controls}
        kept["shown"] = _heard(controls, said.get("values"))
        names = [each.name for each in controls if _value(each) != before[each.name]]
        if moved and names:
            moved(names)
    return kept


def _kept(key: str) -> dict[str, Any]:
    kept: dict[str, Any] = st.session_state.setdefault(
        f"{key}-kept", {"count": 0, "heard": None, "shown": None}
    )
    return kept


def _value(control: Control) -> Any:
    """Returns what the session has for a control, or its default where that does not fit."""
    try:
        value = control.read(st.session_state[control.key])
    except (KeyError, ValueError):
        value = control.default
    st.session_state[control.key] = value
    return value


def _heard(controls: Sequence[Control], values: Any) -> dict[str, Any]:
    """Keeps what the browser says of its controls, if they can have it; returns what the browser shows."""
    values = values if isinstance(values, dict) else {}
    for each in controls:
        with contextlib.suppress(KeyError, ValueError):
            if not address.locked(each.key):
                st.session_state[each.key] = each.read(values[each.name])
    return {each.name: values.get(each.name) for each in controls}
