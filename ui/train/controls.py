"""Widgets for the fields of a run: made from kd.config.FIELDS, kept in the URL, back to a RunConfig."""

from __future__ import annotations

import contextlib
from functools import partial
from types import SimpleNamespace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kd.config import FIELD_TYPES, FIELDS, PRESETS, Contradiction, RunConfig
from kd.text.translation import _
from ui.shared import address, notices
from ui.shared.guard import guarded

# What matters about a temperature is its ratio, so the slider has more stops at the low end.
_TEMPERATURES = (0.1, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100)
_OWN = "own"
_FOLLOWED = "followed_run"
_PRESETS_CHOSEN = "presets_chosen"
_DEFAULT = RunConfig()
# Whether it counts depends on its own value: it could never be set if it were shown only then.
_WIDER = ("labelled",)


def run_form() -> tuple[RunConfig, DeltaGenerator]:
    """Draw the controls of a run; return their setting, and the place between the main and the rarer ones."""
    _preset()
    values = {name: _field(name) for name, spec in FIELDS.items() if not spec.rare}
    place = st.container()
    with st.expander(_("More")):
        for name, spec in FIELDS.items():
            shown = SimpleNamespace(**{**_DEFAULT.to_dict(), **values})
            if spec.rare and (spec.counts is None or spec.counts(shown) or name in _WIDER):
                values[name] = _field(name)
    return _config(values), place


def take_address() -> None:
    """Let the address set the controls, in every spelling that `RunConfig` reads; before they are drawn."""
    address.take({name: address.Parameter(partial(_read, name), address.plain) for name in FIELDS})
    if address.went_back():
        for name in FIELDS:
            st.session_state[name] = _from_url(name)


def set_form(config: RunConfig) -> None:
    """Set every control as in this run; before the controls are drawn, or in a callback."""
    values, default = config.to_dict(), _DEFAULT.to_dict()
    address.rewrite(
        {
            name: None if value == default[name] else address.plain(value)
            for name, value in values.items()
            if name in st.session_state  # a control drawn for the first time leaves the address alone
        }
    )
    st.session_state.update(values)


def follow_run(run_id: str, config: RunConfig) -> None:
    """Set the controls as in a run that has just appeared on the screen, unless the URL sets them."""
    if st.session_state.get(_FOLLOWED) != run_id:
        st.session_state[_FOLLOWED] = run_id
        if not any(name in st.query_params for name in FIELDS):
            set_form(config)


def preset_of(config: RunConfig) -> str | None:
    """The preset with exactly this setting, or None."""
    return next((key for key, preset in PRESETS.items() if preset.config.run_id == config.run_id), None)


def current() -> RunConfig:
    """What the controls say at this moment, even in a callback, when the page as drawn may be stale."""
    session = st.session_state
    values = {name: session[name] if name in session else _from_url(name) for name in FIELDS}
    with contextlib.suppress(Contradiction):
        return RunConfig(**values)
    return _DEFAULT


def _config(values: dict[str, Any]) -> RunConfig:
    """The run with these values; one that contradicts the others is set back, with a sentence."""
    try:
        return RunConfig(**values)
    except Contradiction as error:
        usual = getattr(_DEFAULT, error.field)
        notices.add(_("{problem} {value} is used instead.", problem=error, value=usual))
        return _config({**values, error.field: usual})


def _preset() -> None:
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


def _field(name: str) -> Any:
    """One field's widget; its key is the field's name, and so is its name in the URL."""
    spec, default = FIELDS[name], getattr(_DEFAULT, name)
    shared = {
        "label": _(spec.label),
        "key": name,
        "help": _(spec.help),
        "bind": "query-params",
        "on_change": guarded(notices.clear),
    }
    if spec.choices:
        options = list(dict.fromkeys((*spec.choices, st.session_state.get(name, _from_url(name)))))
        return st.selectbox(options=options, index=options.index(default), **shared)
    if spec.digits:
        return st.text_input(value=default, **shared)
    if FIELD_TYPES[name] is bool:
        return st.toggle(value=default, **shared)
    if name == "temperature":
        options = _temperatures()
        return float(st.select_slider(options=options, value=default, format_func=address.plain, **shared))
    limits = {
        "min_value": spec.minimum,
        "max_value": spec.maximum,
        "value": default,
        "step": spec.step,
    }
    if FIELD_TYPES[name] is float:
        return st.slider(**limits, **shared)
    return st.number_input(**limits, **shared)


def _temperatures() -> list[float]:
    """The slider's stops, plus any other temperature from a URL or a run."""
    brought = st.session_state.setdefault("other_temperatures", set())
    brought.add(st.session_state.get("temperature", _from_url("temperature")))
    return sorted({float(value) for value in (*_TEMPERATURES, *brought)})


def _from_url(name: str) -> Any:
    """The URL's value of a field, or the default when it has none that is allowed."""
    with contextlib.suppress(ValueError, KeyError):
        return _read(name, st.query_params[name])
    return getattr(_DEFAULT, name)


def _read(name: str, text: str) -> Any:
    """A field's value in the address, as `RunConfig` reads it."""
    try:
        return FIELDS[name].checked(name, text, FIELD_TYPES[name])
    except ValueError as error:
        default = getattr(_DEFAULT, name)
        value = {True: _("on"), False: _("off")}[default] if FIELD_TYPES[name] is bool else default
        raise ValueError(
            _(
                "In the address of this page, {problem} “{control}” is set to {value} instead.",
                problem=error,
                control=_(FIELDS[name].label),
                value=value,
            )
        ) from None
