"""The form of a run: the widgets of kd.config.OFFERED in groups, kept in the address, back to a RunConfig."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from types import SimpleNamespace
from typing import Any

import streamlit as st

from kd.config import (
    FIELD_TYPES,
    FIELDS,
    OFFERED,
    PRESETS,
    Contradiction,
    RunConfig,
    epochs_for,
    not_a_field,
    why_idle,
)
from kd.text.translation import N_, _
from ui.shared import address, notices
from ui.shared.guard import guarded

_DEFAULT = RunConfig()
_OWN = "own"
_DRAWN, _FOLLOWED, _PRESETS_CHOSEN, _LAST_MOVED = "form_drawn", "followed_run", "presets_chosen", "last_moved"
# How many pictures are seen in training, and whether the epochs were set by hand.
_SEEN, _BY_HAND = "pictures_seen", "epochs_by_hand"
# What decides most stands first, beside the result; the rest is in groups below.
_FIRST = ("train_size", "alpha", "temperature", "temperature_squared")
_BELOW = {
    N_("Models and objective"): ("objective", "student", "teacher", "schedule"),
    N_("Data"): ("data",),
}
_RARE = {
    N_("Fresh teacher"): ("teacher",),
    N_("Training"): ("data", "student", "objective", "schedule"),
}
# They are on the page even where they make no difference: then they rest, and say why.
_ALWAYS = (*_FIRST, "objective")
# With more stops than this, a slider is hard to set.
_MOST_STOPS = 100

Moved = Callable[[], None]


def first_controls(moved: Moved) -> None:
    """Draws the controls that decide most. moved: called when a control has been set."""
    _preset(moved)
    st.session_state[_DRAWN] = True
    _draw(_FIRST, _values(), moved)


def other_controls(moved: Moved) -> None:
    """Draws all others: groups in sight, and the rare ones folded."""
    values = _values()
    for title, groups in _BELOW.items():
        _section(title, groups, values, moved, rare=False)
    with st.expander(_("More")):
        for title, groups in _RARE.items():
            _section(title, groups, values, moved, rare=True)


def take_address() -> None:
    """Lets the address set the controls, in every spelling that `RunConfig` reads; before they are drawn."""
    address.take({name: _parameter(name) for name in OFFERED})
    for name in (FIELDS.keys() - OFFERED.keys()) & set(st.query_params):
        notices.add(_("In the address of this page, {problem}", problem=not_a_field(name)))
        address.rewrite({name: None})
    if st.session_state.get(_DRAWN) and "run" not in st.query_params and not address.went_back():
        _tell_address()  # the page is opened again, and bare


def set_form(config: RunConfig) -> None:
    """Sets every control as in this run, and the address with it; before they are drawn, or in a callback."""
    _set(config)
    _tell_address()


def follow_run(run_id: str, config: RunConfig) -> None:
    """Sets the controls as in a run that has just appeared on the screen, unless the address sets them."""
    if st.session_state.get(_FOLLOWED) != run_id:
        has_followed(run_id)
        if not OFFERED.keys() & set(st.query_params):
            _set(config)
            if st.session_state.get(_DRAWN):  # controls drawn for the first time leave the address alone
                _tell_address()


def has_followed(run_id: str) -> None:
    """Notes that the controls say what this run is: there is nothing to follow when it appears."""
    st.session_state[_FOLLOWED] = run_id


def preset_of(config: RunConfig) -> str | None:
    """Returns the preset with exactly this setting, or None."""
    return next((key for key, preset in PRESETS.items() if preset.config.run_id == config.run_id), None)


def current() -> RunConfig:
    """Returns what the controls say now, also in a callback. Contradiction: its message names the control."""
    try:
        return RunConfig(**_values())
    except Contradiction as error:
        words = N_("“{control}” does not go with the other settings: {problem}")
        sentence = _(words, control=_(FIELDS[error.field].label), problem=error)
        raise Contradiction(error.field, sentence) from None


def last_moved() -> str | None:
    return st.session_state.get(_LAST_MOVED)


def _section(title: str, groups: Sequence[str], values: dict[str, Any], moved: Moved, rare: bool) -> None:
    """Draws the controls of some groups that are rare, or those that are not, under a title."""
    names = [
        name
        for name, spec in OFFERED.items()
        if spec.group in groups and spec.rare is rare and name not in _FIRST and _is_shown(name, values)
    ]
    # in the order of the groups; the objective before its own fields, and last the other student's
    names.sort(key=lambda name: (groups.index(FIELDS[name].group), name not in groups, name == "baseline"))
    if names:
        st.html(f'<h3 class="kd kd-group">{escape(_(title))}</h3>')
    _draw(names, values, moved)


def _draw(names: Sequence[str], values: dict[str, Any], moved: Moved) -> None:
    """Draws controls; one that makes no difference rests, and says why, once for several of them."""
    said = {""}
    for name in names:
        is_idle = not _counts(name, values)
        _widget(name, moved, is_idle)
        why = why_idle(name, SimpleNamespace(**values)) if is_idle else ""
        if why not in said:
            said.add(why)
            st.html(f'<p class="kd kd-quiet kd-idle">{escape(why)}</p>')


def _widget(name: str, moved: Moved, is_idle: bool) -> None:
    """Draws a field's widget; its key is the field's name, and so is its name in the address."""
    # The address is not told, and the widget not bound to it: that would be another entry in the history, or
    # change the one that Back is to return to.
    spec, kind, label = FIELDS[name], FIELD_TYPES[name], _(FIELDS[name].label)
    shared: dict[str, Any] = {"key": name, "help": _help(name), "disabled": is_idle}
    shared |= {"on_change": guarded(_has_moved), "args": (name, moved), "persist_state": "session"}
    lowest: Any = spec.minimum
    highest: Any = spec.maximum
    if spec.digits:
        st.pills(label, tuple("0123456789"), selection_mode="multi", wrap=True, **shared)
    elif spec.choices:
        choices = list(dict.fromkeys((*spec.choices, _value(name))))
        st.selectbox(label, choices, format_func=partial(_choice_words, name), **shared)
    elif kind is bool:
        st.toggle(label, **shared)
    elif kind is float and (highest - lowest) / spec.step <= _MOST_STOPS:
        st.slider(label, lowest, highest, step=spec.step, **shared)
    elif spec.stops:
        written = "{:,}".format if kind is int else address.plain
        st.select_slider(label, _stops(name), format_func=written, **shared)
    else:
        st.number_input(label, lowest, highest, step=spec.step, **shared)


def _has_moved(name: str, moved: Moved) -> None:
    """Takes over what a control was set to: the epochs follow the images, unless they were set by hand."""
    with address.together():
        notices.clear()
        st.session_state[_LAST_MOVED] = name
        if name == "epochs":
            st.session_state[_BY_HAND] = True
        if name == "train_size" and not st.session_state.get(_BY_HAND):
            st.session_state["epochs"] = epochs_for(_value("train_size"), st.session_state[_SEEN])
        _tell_address()
        moved()


def _tell_address() -> None:
    """Has the address say all that the controls say."""
    usual, values = _DEFAULT.to_dict(), _values()
    address.rewrite(
        {name: None if value == usual[name] else address.plain(value) for name, value in values.items()}
    )


def _values() -> dict[str, Any]:
    """Returns what each control says; what makes no difference, and is not shown, has its default."""
    values = {name: _value(name) for name in OFFERED}
    for name in OFFERED:
        if not _is_shown(name, values):
            values[name] = getattr(_DEFAULT, name)
    images, epochs = values["train_size"], values["epochs"]
    if _SEEN not in st.session_state or epochs_for(images, st.session_state[_SEEN]) != epochs:
        st.session_state[_SEEN] = images * epochs
    return values


def _counts(name: str, values: dict[str, Any]) -> bool:
    counts = FIELDS[name].counts
    # whether "labelled" counts depends on its own value: shown only then, it could never be set
    return counts is None or name == "labelled" or counts(SimpleNamespace(**values))


def _is_shown(name: str, values: dict[str, Any]) -> bool:
    return name in _ALWAYS or _counts(name, values)


def _set(config: RunConfig) -> None:
    st.session_state.update({name: _in_session(name, getattr(config, name)) for name in OFFERED})
    st.session_state[_SEEN] = config.train_size * config.epochs
    st.session_state[_BY_HAND] = False


def _preset(moved: Moved) -> None:
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
        help=_("A good place to start. It sets the controls below."),
        on_change=guarded(_apply_preset),
        args=(key, times, shown, moved),
    )


def _apply_preset(key: str, times: int, shown: str, moved: Moved) -> None:
    """Sets the controls as in the chosen preset, once for each choice."""
    # The box follows the other controls. A browser that does not know this yet repeats the old choice, which
    # would undo what was just moved.
    chosen = st.session_state[key]
    if chosen == shown or times != st.session_state.get(_PRESETS_CHOSEN, 0):
        return
    notices.clear()
    st.session_state[_PRESETS_CHOSEN] = times + 1
    if chosen in PRESETS:
        with address.together():
            set_form(PRESETS[chosen].config)
            moved()


def _value(name: str) -> Any:
    """Returns what a field's control says now, even in a callback, when the page as drawn may be stale."""
    kept = st.session_state.get(name, getattr(_DEFAULT, name))
    return "".join(sorted(kept)) if FIELDS[name].digits else kept


def _in_session(name: str, of_config: Any) -> Any:
    """Returns a field's value as its widget keeps it in the session."""
    return list(of_config) if FIELDS[name].digits else of_config


def _parameter(name: str) -> address.Parameter:
    default = _in_session(name, getattr(_DEFAULT, name))
    return address.Parameter(partial(_read, name), "".join if FIELDS[name].digits else address.plain, default)


def _read(name: str, text: str) -> Any:
    """Returns a field's value in the address, as `RunConfig` reads it, or raises ValueError."""
    spec = FIELDS[name]
    try:
        return _in_session(name, spec.checked(name, text, FIELD_TYPES[name]))
    except ValueError as error:
        sentence = N_("In the address of this page, {problem} “{control}” is set to {value} instead.")
        if spec.digits:
            sentence = N_("In the address of this page, {problem} “{control}” is left empty instead.")
        value = spec.in_words(getattr(_DEFAULT, name))
        raise ValueError(_(sentence, problem=error, control=_(spec.label), value=value)) from None


def _choice_words(name: str, choice: Any) -> str:
    """Returns what a choice is called; the id of a stored model is its own word."""
    if FIELDS[name].stored_model and choice not in FIELDS[name].choices:
        return _("Stored model {model}", model=choice)
    return FIELDS[name].choice_label(choice)


def _help(name: str) -> str:
    spec = FIELDS[name]
    words = _(spec.help)
    if name == "epochs":
        follow = _(
            "They follow the training images, so that as many pictures are seen, until you set them yourself."
        )
        return f"{words} {follow}"
    each = [f"- **{spec.choice_label(choice)}**: {_(text)}" for choice, text in spec.choice_helps.items()]
    return "\n".join([words, "", *each]) if each else words


def _stops(name: str) -> list[float]:
    """Returns the slider's stops, plus any other value that came from an address or a run."""
    brought = st.session_state.setdefault(f"other_{name}", set())
    brought.add(_value(name))
    return sorted({FIELD_TYPES[name](each) for each in (*FIELDS[name].stops, *brought)})
