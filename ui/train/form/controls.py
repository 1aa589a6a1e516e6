"""The form of a run: the widgets of kd.config.OFFERED in groups, kept in the URL, back to a RunConfig."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from html import escape
from types import SimpleNamespace
from typing import Any

import streamlit as st

from kd.config import FIELDS, OFFERED, PRESETS, Contradiction, RunConfig, epochs_for, why_idle
from kd.text.translation import N_, _
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.train.form import fields

_OWN = "own"
_DRAWN = "form_drawn"
_FOLLOWED = "followed_run"
_PRESETS_CHOSEN = "presets_chosen"
# How many pictures are seen in training, and whether somebody has set the epochs by hand.
_SEEN, _BY_HAND = "pictures_seen", "epochs_by_hand"
# Whether it counts depends on its own value: it could never be set if it were shown only then.
_WIDER = ("labelled",)
# The other student's objective comes after all of the distilled one's.
_LAST = ("baseline",)
# What decides most stands first, beside the result; the rest is in groups below.
_FIRST = ("train_size", "alpha", "temperature", "temperature_squared")
# They are on the page even where they make no difference: then they rest, and say why.
_ALWAYS = (*_FIRST, "objective")
_BELOW = {
    N_("Models and objective"): ("objective", "student", "teacher", "schedule"),
    N_("Data"): ("data",),
}
_RARE = {
    N_("Fresh teacher"): ("teacher",),
    N_("Training"): ("data", "student", "objective", "schedule"),
}

Moved = Callable[[], None]


def first_controls(moved: Moved) -> None:
    """Draw the controls that decide most. moved: called when a control has been set."""
    _preset(moved)
    st.session_state[_DRAWN] = True
    values = _values()
    said: set[str] = set()
    for name in _FIRST:
        _draw(name, values, moved, said)


def other_controls(moved: Moved) -> None:
    """Draw all others: groups in sight, and the rare ones folded."""
    values = _values()
    for title, groups in _BELOW.items():
        _section(title, groups, values, moved, rare=False)
    with st.expander(_("More")):
        for title, groups in _RARE.items():
            _section(title, groups, values, moved, rare=True)


def take_address() -> None:
    """Let the address set the controls, in every spelling that `RunConfig` reads; before they are drawn."""
    address.take({name: fields.parameter(name) for name in OFFERED})
    address.take({name: fields.refused(name) for name in FIELDS.keys() - OFFERED.keys()})
    if address.went_back():
        for name in OFFERED:
            st.session_state[name] = fields.in_session(name, fields.from_url(name))
    elif st.session_state.get(_DRAWN) and "run" not in st.query_params:
        _tell_address()  # the page is opened again, and bare


def set_form(config: RunConfig) -> None:
    """Set every control as in this run, and the address with it; before they are drawn, or in a callback."""
    _set(config, list(OFFERED))


def follow_run(run_id: str, config: RunConfig) -> None:
    """Set the controls as in a run that has just appeared on the screen, unless the URL sets them."""
    if st.session_state.get(_FOLLOWED) != run_id:
        st.session_state[_FOLLOWED] = run_id
        if not any(name in st.query_params for name in OFFERED):
            # controls drawn for the first time leave the address alone
            _set(config, list(OFFERED) if st.session_state.get(_DRAWN) else [])


def has_followed(run_id: str) -> None:
    """The controls say what this run is: there is nothing to follow when it appears."""
    st.session_state[_FOLLOWED] = run_id


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


def last_moved() -> str | None:
    """The field that was set last, or None."""
    return st.session_state.get("last_moved")


def _section(title: str, groups: Sequence[str], values: dict[str, Any], moved: Moved, rare: bool) -> None:
    """Draw the controls of some groups that are rare, or those that are not, under a title."""
    names = [name for name, spec in OFFERED.items() if spec.group in groups and spec.rare is rare]
    names = [name for name in names if name not in _FIRST and _shown(name, values)]
    # in the order of the groups, the objective before its own fields
    names.sort(key=lambda name: (groups.index(FIELDS[name].group), name not in groups, name in _LAST))
    if names:
        st.html(f'<h3 class="kd kd-group">{escape(_(title))}</h3>')
    said: set[str] = set()
    for name in names:
        _draw(name, values, moved, said)


def _draw(name: str, values: dict[str, Any], moved: Moved, said: set[str]) -> None:
    """A control; one that makes no difference rests, and says why, once for several of them."""
    idle = not _counts(name, values)

    def has_moved(name: str) -> None:
        with address.together():
            _note(name)
            _tell_address()
            moved()

    fields.draw(name, has_moved, disabled=idle)
    why = why_idle(name, SimpleNamespace(**values)) if idle else ""
    if why and why not in said:
        said.add(why)
        st.html(f'<p class="kd kd-quiet kd-idle">{escape(why)}</p>')


def _note(name: str) -> None:
    """A control has been set: the epochs follow the images, unless they were set by hand."""
    notices.clear()
    st.session_state["last_moved"] = name
    if name == "epochs":
        st.session_state[_BY_HAND] = True
    if name == "train_size" and not st.session_state.get(_BY_HAND):
        epochs = epochs_for(fields.value("train_size"), st.session_state[_SEEN])
        st.session_state["epochs"] = epochs


def _tell_address() -> None:
    """Have the address say all that the controls say."""
    for name, value in _values().items():
        address.keep(name, fields.parameter(name), fields.in_session(name, value))


def _values() -> dict[str, Any]:
    """What each control says; what makes no difference, and is not shown, has its default."""
    values = {name: fields.value(name) for name in OFFERED}
    for name in OFFERED:
        if not _shown(name, values):
            values[name] = getattr(fields.DEFAULT, name)
    images, epochs = values["train_size"], values["epochs"]
    if _SEEN not in st.session_state or epochs_for(images, st.session_state[_SEEN]) != epochs:
        st.session_state[_SEEN] = images * epochs
    return values


def _counts(name: str, values: dict[str, Any]) -> bool:
    counts = FIELDS[name].counts
    return counts is None or name in _WIDER or counts(SimpleNamespace(**values))


def _shown(name: str, values: dict[str, Any]) -> bool:
    return name in _ALWAYS or _counts(name, values)


def _set(config: RunConfig, in_address: list[str]) -> None:
    """Set every control as in this run, and the address of these fields."""
    values, default = ({name: getattr(run, name) for name in OFFERED} for run in (config, fields.DEFAULT))
    address.rewrite(
        {name: None if values[name] == default[name] else address.plain(values[name]) for name in in_address}
    )
    st.session_state.update({name: fields.in_session(name, value) for name, value in values.items()})
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
        with address.together():
            set_form(PRESETS[chosen].config)
            moved()
