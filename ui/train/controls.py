"""The form of a run: the widgets of kd.config.FIELDS in groups, kept in the URL, back to a RunConfig."""

from __future__ import annotations

import contextlib
from html import escape
from types import SimpleNamespace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kd.config import FIELDS, PRESETS, Contradiction, RunConfig
from kd.fields import GROUPS
from kd.text.translation import N_, _
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.train import fields

_OWN = "own"
_FOLLOWED = "followed_run"
_PRESETS_CHOSEN = "presets_chosen"
# Whether it counts depends on its own value: it could never be set if it were shown only then.
_WIDER = ("labelled",)
# The other student's objective comes after all of the distilled one's.
_LAST = ("baseline",)
_GROUPS = {
    "data": N_("Data"),
    "student": N_("Student"),
    "teacher": N_("Teacher"),
    "objective": N_("Objective"),
    "schedule": N_("Schedule"),
}


def run_form() -> DeltaGenerator:
    """Draw the controls of a run; return the place between the main and the rarer ones."""
    _preset()
    values = _values()
    for name, spec in FIELDS.items():
        if not spec.rare:
            fields.draw(name, disabled=not _counts(name, values))
    place = st.container()
    with st.expander(_("More")):
        for group in GROUPS:
            names = [name for name, spec in FIELDS.items() if spec.rare and spec.group == group]
            names = sorted(filter(lambda name: _counts(name, values), names), key=_LAST.__contains__)
            if names:
                st.html(f'<h3 class="kd kd-group">{escape(_(_GROUPS[group]))}</h3>')
            for name in names:
                fields.draw(name)
    return place


def take_address() -> None:
    """Let the address set the controls, in every spelling that `RunConfig` reads; before they are drawn."""
    address.take({name: fields.parameter(name) for name in FIELDS})
    if address.went_back():
        for name in FIELDS:
            st.session_state[name] = fields.in_session(name, fields.from_url(name))


def set_form(config: RunConfig) -> None:
    """Set every control as in this run, and the address with it; before they are drawn, or in a callback."""
    _set(config, list(FIELDS))


def follow_run(run_id: str, config: RunConfig) -> None:
    """Set the controls as in a run that has just appeared on the screen, unless the URL sets them."""
    if st.session_state.get(_FOLLOWED) != run_id:
        st.session_state[_FOLLOWED] = run_id
        if not any(name in st.query_params for name in FIELDS):
            # controls drawn for the first time leave the address alone
            _set(config, [name for name in FIELDS if name in st.session_state])


def preset_of(config: RunConfig) -> str | None:
    """The preset with exactly this setting, or None."""
    return next((key for key, preset in PRESETS.items() if preset.config.run_id == config.run_id), None)


def current() -> RunConfig:
    """What the controls say at this moment, even in a callback, when the page as drawn may be stale.

    Raises:
        Contradiction: when they contradict each other; its message names the control.
    """
    try:
        return RunConfig(**_values())
    except Contradiction as error:
        sentence = _(
            "“{control}” does not go with the other settings: {problem}",
            control=_(FIELDS[error.field].label),
            problem=error,
        )
        raise Contradiction(error.field, sentence) from None


def _values() -> dict[str, Any]:
    """What each control says; what makes no difference, and is not shown, has its default."""
    values = {name: fields.value(name) for name in FIELDS}
    for name, spec in FIELDS.items():
        if spec.rare and not _counts(name, values):
            values[name] = getattr(fields.DEFAULT, name)
    return values


def _counts(name: str, values: dict[str, Any]) -> bool:
    counts = FIELDS[name].counts
    return counts is None or name in _WIDER or counts(SimpleNamespace(**values))


def _set(config: RunConfig, in_address: list[str]) -> None:
    """Set every control as in this run, and the address of these fields."""
    values, default = config.to_dict(), fields.DEFAULT.to_dict()
    address.rewrite(
        {name: None if values[name] == default[name] else address.plain(values[name]) for name in in_address}
    )
    st.session_state.update({name: fields.in_session(name, value) for name, value in values.items()})


def _preset() -> None:
    shown = _OWN
    with contextlib.suppress(Contradiction):
        shown = preset_of(current()) or _OWN
    times = st.session_state.get(_PRESETS_CHOSEN, 0)
    key = f"preset-{times}-{shown}"
    st.selectbox(
        _("Start from"),
        [*PRESETS, _OWN],
        index=[*PRESETS, _OWN].index(shown),
        key=key,
        format_func=lambda key: _("Another setting") if key == _OWN else _(PRESETS[key].label),
        help=_("A good place to start. It sets the controls below; nothing trains until you press Train."),
        on_change=guarded(_apply_preset),
        args=(key, times, shown),
    )


def _apply_preset(key: str, times: int, shown: str) -> None:
    """Set the controls as in the chosen preset, once for each choice.

    The box follows the other controls. A browser that does not know this yet repeats the old choice in its
    next message. That must not count as a choice: it would undo what was just moved.
    """
    chosen = st.session_state[key]
    if chosen == shown or times != st.session_state.get(_PRESETS_CHOSEN, 0):
        return
    notices.clear()
    st.session_state[_PRESETS_CHOSEN] = times + 1
    if chosen in PRESETS:
        set_form(PRESETS[chosen].config)
