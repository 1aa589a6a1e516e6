"""One field of a run on the page: its widget, and its value in the session and in the address."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from kd.base.fields import FieldSpec
from kd.config import FIELD_TYPES, FIELDS, RunConfig, not_a_field
from kd.text.translation import N_, _
from ui.shared import address
from ui.shared.guard import guarded

DEFAULT = RunConfig()
# With more stops than this, a slider is hard to set.
_MOST_STOPS = 100
_DIGITS = tuple("0123456789")


def draw(name: str, moved: Callable[[str], None], disabled: bool = False) -> None:
    """Draw a field's widget; its key is the field's name, and so is its name in the URL.

    The URL is not told: a run in it says all of this already, and it would be another entry in the history.
    Nor is the widget bound to it, which would change the entry that Back is to return to.

    Args:
        moved: called with the name when somebody has set it.
    """
    spec, default = FIELDS[name], getattr(DEFAULT, name)
    shared: dict[str, Any] = {"key": name, "help": _help(name), "disabled": disabled}
    shared |= {"on_change": guarded(moved), "args": (name,)}
    label = _(spec.label)
    if spec.choice_labels:
        address.draw_choice(st.selectbox, label, _choice(name), **shared)
        return
    if spec.digits:
        several: dict[str, Any] = {"selection_mode": "multi", "persist_state": "session", "wrap": True}
        st.pills(label, _DIGITS, **several, **shared)
        return
    if _is_counted_in_stops(name):
        slider: dict[str, Any] = {"options": _stops(name), "persist_state": "session"}
        slider["format_func"] = "{:,}".format
        st.session_state.setdefault(name, default)
        st.select_slider(label, **slider, **shared)
        return
    st.session_state.setdefault(name, default)
    shared |= {"label": label, "persist_state": "session"}
    if spec.choices:
        st.selectbox(options=spec.choices, **shared)
    elif FIELD_TYPES[name] is bool:
        st.toggle(**shared)
    elif len(spec.stops) > 0 and not _is_even(spec):
        st.select_slider(options=_stops(name), format_func=address.plain, **shared)
    else:
        minimum, maximum, step = _scale(spec)
        stops = (maximum - minimum) / step
        widget = st.slider if FIELD_TYPES[name] is float and stops <= _MOST_STOPS else st.number_input
        widget(min_value=minimum, max_value=maximum, step=step, **shared)


def value(name: str) -> Any:
    """What a field's control says at this moment, even in a callback, when the page as drawn may be stale."""
    if name not in st.session_state:
        return from_url(name)
    kept = st.session_state[name]
    return "".join(sorted(kept)) if FIELDS[name].digits else kept


def in_session(name: str, of_config: Any) -> Any:
    """A field's value as its widget keeps it in the session."""
    return list(of_config) if FIELDS[name].digits else of_config


def from_url(name: str) -> Any:
    """The URL's value of a field, or the default when it has none that is allowed."""
    with contextlib.suppress(ValueError, KeyError):
        return _read(name, st.query_params[name])
    return getattr(DEFAULT, name)


def parameter(name: str) -> address.Kept:
    """A field in the address, in every spelling that `RunConfig` reads."""
    if FIELDS[name].choice_labels:
        return _choice(name)
    if FIELDS[name].digits:
        return _digits(name)
    return address.Kept(partial(_read, name), address.plain, getattr(DEFAULT, name))


def refused(name: str) -> address.Parameter:
    """A field that the address must not set."""

    def read(text: str) -> Any:
        problem = not_a_field(name)
        raise ValueError(_("In the address of this page, {problem}", problem=problem))

    return address.Parameter(read, str)


def _is_counted_in_stops(name: str) -> bool:
    return len(FIELDS[name].stops) > 0 and FIELD_TYPES[name] is int


def _choice(name: str) -> address.Choice:
    """A field with words for its codes. The id of a stored model is its own word."""
    labels: Mapping[str, str] = FIELDS[name].choice_labels
    chosen = value(name)
    if chosen not in labels:
        labels = {**labels, chosen: _(_STORED_MODEL, model=chosen)}
    return address.Choice(partial(_read, name), str, getattr(DEFAULT, name), labels)


def _digits(name: str) -> address.Kept:
    return address.Kept(lambda text: list(_read(name, text)), "".join, list(getattr(DEFAULT, name)))


def _help(name: str) -> str:
    """What a field is, and what each of its choices is."""
    spec = FIELDS[name]
    words = _(spec.help)
    if name == "epochs":
        return f"{words} {_(_EPOCHS_FOLLOW)}"
    each = [f"- **{spec.choice_label(choice)}**: {_(text)}" for choice, text in spec.choice_helps.items()]
    return "\n".join([words, "", *each]) if each else words


def _is_even(spec: FieldSpec) -> bool:
    """Whether the stops are an even scale, which a plain slider has."""
    minimum, maximum, step = _scale(spec)
    steps = range(round((maximum - minimum) / step) + 1)
    return spec.stops == tuple(round(minimum + number * step, 6) for number in steps)


def _scale(spec: FieldSpec) -> tuple[float, float, float]:
    """The least and the greatest value of a number, and the step between two."""
    assert spec.minimum is not None
    assert spec.maximum is not None
    assert spec.step is not None
    return spec.minimum, spec.maximum, spec.step


def _stops(name: str) -> list[float]:
    """The slider's stops, plus any other value that came from an address or a run."""
    brought = st.session_state.setdefault(f"other_{name}", set())
    brought.add(value(name))
    return sorted({FIELD_TYPES[name](each) for each in (*FIELDS[name].stops, *brought)})


def _read(name: str, text: str) -> Any:
    """A field's value in the address, as `RunConfig` reads it."""
    try:
        return FIELDS[name].checked(name, text, FIELD_TYPES[name])
    except ValueError as error:
        default = getattr(DEFAULT, name)
        shown = {True: _("on"), False: _("off")}[default] if FIELD_TYPES[name] is bool else default
        if FIELDS[name].choice_labels:
            shown = FIELDS[name].choice_label(default)
        raise ValueError(
            _(
                _NOT_ALLOWED if shown != "" else _NOT_ALLOWED_EMPTY,
                problem=error,
                control=_(FIELDS[name].label),
                value=shown,
            )
        ) from None


_EPOCHS_FOLLOW = N_(
    "They follow the training images, so that as many pictures are seen, until you set them yourself."
)
_STORED_MODEL = N_("Stored model {model}")
_NOT_ALLOWED = N_("In the address of this page, {problem} “{control}” is set to {value} instead.")
_NOT_ALLOWED_EMPTY = N_("In the address of this page, {problem} “{control}” is left empty instead.")
