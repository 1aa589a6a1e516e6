"""The form of a run: the widgets of kd.config.OFFERED in groups, kept in the address, back to a RunConfig."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from types import SimpleNamespace
from typing import Any

import streamlit as st
from streamlit.runtime.state.session_state_proxy import get_session_state

from kd.base.data_sets import ABOUT_MNIST, MNIST, about
from kd.base.data_sets import known as known_data
from kd.base.fields import FieldSpec
from kd.base.unusable import Unusable
from kd.config import (
    FIELD_TYPES,
    FIELDS,
    FRESH,
    OFFERED,
    PRESETS,
    TRAIN_IMAGES,
    Contradiction,
    RunConfig,
    epochs_for,
    not_a_field,
    presets_for,
    why_idle,
)
from kd.studies.shipped import AXES
from kd.text.translation import N_, _, number_marks, numeral, pgettext
from kd.text.words import listing, plain
from ui.live import controls as live_controls
from ui.live.controls import Control
from ui.live.live import listen as live_listen
from ui.live.live import live
from ui.pictures.own_data import add_a_data_set
from ui.serving.limits import uploads_are_on
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.shared.pieces import quiet
from ui.shared.server import lab
from ui.shared.shown import looked_at
from ui.train import known

_DEFAULT = RunConfig()
_OWN, _OWN_PICTURES = "own", "own_pictures"
_DRAWN, _FOLLOWED, _PRESETS_CHOSEN, _LAST_MOVED = "form_drawn", "followed_run", "presets_chosen", "last_moved"
# How many pictures are seen in training, whether the epochs were set by hand, and what they were before they
# followed the images, and when that was.
_SEEN, _BY_HAND, _FOLLOWED_EPOCHS = "pictures_seen", "epochs_by_hand", "epochs_before"
# What decides most moves in the browser, beside the result; the rest is in a drawer.
_FIRST = AXES
DRAWER = "more_settings"
_TITLES = (N_("Models and objective"), N_("Data"), N_("Fresh teacher"), N_("Training"))
_ORDER = ("objective", "student", "teacher", "schedule", "data")
# They are on the page even where they make no difference: then they rest, and say why.
_ALWAYS = (*_FIRST, "objective")
# With more stops than this, a slider is hard to set.
_MOST_STOPS = 100

Moved = Callable[[], None]


def first_controls(moved: Moved) -> None:
    """Draws the controls that decide most. moved: called when a control has been set."""
    values = _values()
    config = _config(values)
    _preset(moved, config)
    st.session_state[_DRAWN] = True
    rests = {name: why_idle(name, SimpleNamespace(**values)) for name in _FIRST if not _counts(name, values)}
    seen = st.session_state[_SEEN]
    epochs = {
        int(images): epochs_for(int(images), seen) if _epochs_follow() else values["epochs"]
        for images in _stops("train_size")
    }
    told = known.facts(config, {name: _stops(name) for name in _FIRST}, epochs, rests)
    live(known.CHANNEL, _axes(), [], facts=told, moved=partial(_have_moved, moved))


def listen(moved: Moved) -> None:
    """Takes over what the browser says of the first controls, before anything is drawn."""
    live_listen(known.CHANNEL, _axes(), partial(_have_moved, moved))


def more_controls(moved: Moved, last: Callable[[], None]) -> None:
    """Draws a drawer that says what differs from the usual, and while it is open all other controls.

    last: draws what stands at its end.
    """
    with st.expander(_("More settings"), key=DRAWER, bind="query-params") as drawer:
        if drawer.open:
            values = _values()
            for title in _TITLES:
                _section(title, values, moved)
            last()
    config, follows = _config(), ("epochs",) if _epochs_follow() else ()
    if config and (said := known.unusual(config, (*_FIRST, *follows))):
        quiet(_("Not as usual: {settings}", settings=said))


def take_address() -> bool:
    """Lets the address set the controls, in every spelling that `RunConfig` reads; before they are drawn.

    Returns whether the page has just been opened by a link that names a setting.
    """
    is_link = not st.session_state.get(_DRAWN) and bool(OFFERED.keys() & set(address.now()))
    address.take({name: _parameter(name) for name in OFFERED})
    _suit_data()
    for name in (FIELDS.keys() - OFFERED.keys()) & set(address.now()):
        notices.add(_("In the address of this page, {problem}", problem=not_a_field(name)))
        address.rewrite({name: None})
    if st.session_state.get(_DRAWN) and "run" not in address.now() and not address.went_back():
        tell_address()  # the page is opened again, and bare
    return is_link


def set_form(config: RunConfig) -> None:
    """Sets every control as in this run, but what a link locks, and the address with it.

    Before they are drawn, or in a callback.
    """
    _set(config)
    tell_address()


def follow_run(run_id: str, config: RunConfig) -> None:
    """Sets the controls as in a run that has just appeared on the screen, unless the address sets them."""
    if st.session_state.get(_FOLLOWED) != run_id:
        has_followed(run_id)
        if not OFFERED.keys() & set(address.now()):
            is_first = not st.session_state.get(_DRAWN)
            _set(config, over_locks=is_first)
            if not is_first:  # controls drawn for the first time leave the address alone
                tell_address()


def has_followed(run_id: str) -> None:
    """Notes that the controls say what this run is: there is nothing to follow when it appears."""
    st.session_state[_FOLLOWED] = run_id


def preset_of(config: RunConfig) -> str | None:
    """Returns the preset with exactly this setting, or None."""
    of_data = _presets(config.data)
    return next((key for key, preset in of_data.items() if preset.run_id == config.run_id), None)


def current() -> RunConfig:
    """Returns what the controls say now, also in a callback. Contradiction: its message names the control."""
    try:
        return RunConfig(**_values())
    except Contradiction as error:
        raise Contradiction(error.field, _in_words(error)) from None


def _in_words(error: Contradiction) -> str:
    words = N_("“{control}” does not go with the other settings: {problem}")
    return _(words, control=_(FIELDS[error.field].label), problem=error)


def is_mnist() -> bool:
    """Returns whether the controls say MNIST, which the included study is about."""
    return bool(_value("data") == MNIST)


def last_moved() -> str | None:
    return st.session_state.get(_LAST_MOVED)


def _section(title: str, values: dict[str, Any], moved: Moved) -> None:
    """Draws the controls under a title of the drawer."""
    names = [
        name
        for name, spec in OFFERED.items()
        if name not in _FIRST and _title(spec) == title and _is_shown(name, values)
    ]
    # the objective before its own fields, and last the other student's
    names.sort(key=lambda name: (_ORDER.index(FIELDS[name].group), name not in _ORDER, name == "baseline"))
    if names:
        st.html(f'<h3 class="kd kd-group">{escape(_(title))}</h3>')
    _draw(names, values, moved)


def _title(spec: FieldSpec) -> str:
    """Returns under which title of the drawer a field stands."""
    objective, data, teacher, training = _TITLES
    if spec.group == "schedule" or (spec.rare and spec.group != "teacher"):
        return training
    if spec.rare:
        return teacher
    return data if spec.group == "data" else objective


def _axes() -> list[Control]:
    """Returns the controls that move in the browser; each one's key is its field's name."""
    found = []
    for name in _FIRST:
        spec, default = FIELDS[name], getattr(_DEFAULT, name)
        if FIELD_TYPES[name] is bool:
            found.append(live_controls.switch(name, name, default, _(spec.label), _(spec.help)))
        else:
            values = _stops(name)
            texts = [numeral(value) if isinstance(value, int) else plain(value) for value in values]
            found.append(live_controls.stops(name, values, default, texts, _(spec.label), _(spec.help)))
    return found


def _config(values: dict[str, Any] | None = None) -> RunConfig | None:
    """Returns what the controls say now; None if they contradict each other. values: of `_values`."""
    with contextlib.suppress(Contradiction):
        return RunConfig(**(values or _values()))
    return None


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
        if name == "labelled" and values[name] > _most_images():
            words = _("{data} has {count} training images: all of them have labels.", **_images_of_data())
            st.html(f'<p class="kd kd-quiet kd-idle">{escape(words)}</p>')


def _widget(name: str, moved: Moved, is_idle: bool) -> None:
    """Draws a field's widget; its key is the field's name, and so is its name in the address."""
    # The address is not told, and the widget not bound to it: that would be another entry in the history, or
    # change the one that Back is to return to.
    spec, kind, label = FIELDS[name], FIELD_TYPES[name], _(FIELDS[name].label)
    shared: dict[str, Any] = {"key": name, "help": _help(name), "disabled": is_idle}
    shared |= {"on_change": guarded(_have_moved), "args": (moved, (name,)), "persist_state": "session"}
    shared = address.held(name, shared)
    lowest: Any = spec.minimum
    highest: Any = spec.maximum
    if name == "data":
        place = st.container()
        _own_pictures(moved, shared["disabled"])
        place.selectbox(label, _data_sets(), format_func=spec.in_words, **shared)
    elif spec.digits and _value("data") == MNIST:
        st.pills(label, ABOUT_MNIST.classes, selection_mode="multi", wrap=True, **shared)
    elif spec.digits:
        shared["help"] = _("Classes that neither student ever sees in training. The teacher saw them.")
        none = pgettext("digits", "none")
        st.multiselect(_("Classes left out"), about(_value("data")).classes, placeholder=none, **shared)
    elif spec.choices:
        choices = list(dict.fromkeys((*spec.choices, _value(name))))
        st.selectbox(label, choices, format_func=partial(_choice_words, name), **shared)
    elif kind is bool:
        st.toggle(label, **shared)
    elif kind is float and (highest - lowest) / spec.step <= _MOST_STOPS:
        form = "localized" if number_marks() else None
        st.slider(label, lowest, highest, step=spec.step, format=form, **shared)
    else:
        st.number_input(label, lowest, highest, step=spec.step, **shared)


def _own_pictures(moved: Moved, locked: bool) -> None:
    """Draws a button that unfolds a form for pictures of one's own, which are chosen once they are added."""
    if locked or "data" in st.session_state.get(address.HIDE, ()) or not uploads_are_on():
        return
    with st.popover(
        _("Add your own pictures"),
        key=_OWN_PICTURES,
        icon=":material/add_photo_alternate:",
        on_change="rerun",
        width="stretch",
        help=_("Pictures of 2 to 62 classes, in a file, for all three models to learn instead of MNIST's."),
    ) as form:
        added = add_a_data_set(lab()) if form.open else None
    if added is not None:
        st.session_state["data"] = added
        _have_moved(moved, ("data",))
        st.rerun()


def _have_moved(moved: Moved, names: Sequence[str]) -> None:
    """Takes over what controls were set to: the epochs follow the images, unless they were set by hand."""
    with address.together():
        notices.clear()
        st.session_state[_LAST_MOVED] = names[-1]
        epochs = _value("epochs")
        followed, when = st.session_state.get(_FOLLOWED_EPOCHS, (None, 0.0))
        if "epochs" in names and epochs == followed and time.monotonic() - when < address.SECONDS_OF_AN_ECHO:
            names = ("train_size",)  # the browser had not heard yet that they follow
        if "epochs" in names:
            st.session_state[_BY_HAND] = True
        _suit_data()
        if {"train_size", "data"} & {*names} and _epochs_follow():
            st.session_state["epochs"] = epochs_for(_value("train_size"), st.session_state[_SEEN])
            st.session_state[_FOLLOWED_EPOCHS] = (epochs, time.monotonic())
        moved()
        tell_address()


def _suit_data() -> None:
    """Has the controls say what the chosen data set has; says so where there were more images, or no set."""
    state = st.session_state
    try:
        has = about(_value("data"))
    except ValueError as error:
        notices.add(str(error))
        state["data"], has = MNIST, ABOUT_MNIST
    state["omitted_digits"] = [name for name in state.get("omitted_digits", ()) if name in has.classes]
    if has.id != MNIST:
        state["second_teacher"] = ""
    images = _most_images()
    for name in ("train_size", *(["teacher_train_size"] if _value("teacher") == FRESH else [])):
        if _value(name) > images:
            state[name] = images
            words = N_("{data} has {count} training images, so “{control}” is set to all of them.")
            notices.add(_(words, control=_(FIELDS[name].label), **_images_of_data()))


def _most_images() -> int:
    """Returns how many training images a run on the chosen data set may have."""
    return min(about(_value("data")).train, TRAIN_IMAGES)


def _images_of_data() -> dict[str, str]:
    """Returns what a sentence says of the chosen data set: its name, and how many images a run may have."""
    return {"data": about(_value("data")).name, "count": numeral(_most_images())}


def _data_sets() -> list[str]:
    """Returns the ids of the data sets to choose from."""
    return [each.id for each in known_data()]


def _presets(data: str) -> dict[str, RunConfig]:
    """Returns the settings of the presets for a data set; none for one that is not here."""
    with contextlib.suppress(ValueError):
        return presets_for(data)
    return {}


def _epochs_follow() -> bool:
    return not (st.session_state.get(_BY_HAND) or address.locked("epochs"))


def tell_address() -> None:
    """Has the address say all that the controls say, and the seed where it would name another run alone."""
    usual, values = _DEFAULT.to_dict(), _values()
    told = {name: None if value == usual[name] else address.plain(value) for name, value in values.items()}
    if not any(told.values()) and address.now().get("run", looked_at()) not in (None, _DEFAULT.run_id):
        told["seed"] = address.plain(values["seed"])
    address.rewrite(told)


def _values() -> dict[str, Any]:
    """Returns what each control says; what makes no difference, and is not shown, has its default."""
    session = get_session_state()  # looked up once for all fields
    values = {name: _value(name, session) for name in OFFERED}
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


def _set(config: RunConfig, over_locks: bool = False) -> None:
    """Sets the controls; a locked one stays, and a notice says so where the run has another value."""
    values = {name: getattr(config, name) for name in OFFERED} | {"omitted_digits": [*config.omitted]}
    locked = [] if over_locks else [name for name in OFFERED if address.locked(name)]
    if differ := [_(FIELDS[name].label) for name in locked if values[name] != st.session_state.get(name)]:
        words = N_("The link you opened locks {controls}, so the controls are not set as in this run.")
        notices.add(_(words, controls=listing([f"“{label}”" for label in differ])))
    st.session_state.update({name: value for name, value in values.items() if name not in locked})
    _suit_data()
    st.session_state[_SEEN] = config.train_size * config.epochs
    st.session_state[_BY_HAND] = False


def _preset(moved: Moved, config: RunConfig | None) -> None:
    shown, offered = (config and preset_of(config)) or _OWN, [*_presets(_value("data")), _OWN]
    times = st.session_state.get(_PRESETS_CHOSEN, 0)
    key = f"preset-{times}-{shown}"
    st.selectbox(
        _("Start from"),
        offered,
        index=offered.index(shown),
        key=key,
        format_func=lambda key: _("Another setting") if key == _OWN else _(PRESETS[key].label),
        on_change=guarded(_apply_preset),
        args=(key, times, shown, moved),
        **address.held("preset", {"help": _("A good place to start. It sets the controls below.")}),
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
    presets = _presets(_value("data"))
    if chosen in presets:
        with address.together():
            locks = {name: value for name, value in _values().items() if address.locked(name)}
            try:
                _set(presets[chosen].replace(**locks))
            except Contradiction as error:
                notices.add(_in_words(error))
                return
            moved()
            tell_address()


def _value(name: str, session: Any = None) -> Any:
    """Returns what a field's control says now, even in a callback, when the page as drawn may be stale."""
    try:
        kept = (get_session_state() if session is None else session)[name]
    except KeyError:
        kept = getattr(_DEFAULT, name)
    return _joined(kept) if FIELDS[name].digits else kept


def _joined(classes: Sequence[str]) -> str:
    """Returns the names of classes as a run has them: digits of MNIST together, others with commas."""
    return ("" if _value("data") == MNIST else ",").join(sorted(classes))


def _parameter(name: str) -> address.Parameter:
    is_list = FIELDS[name].digits
    default = [] if is_list else getattr(_DEFAULT, name)
    return address.Parameter(partial(_read, name), _joined if is_list else address.plain, default)


def _read(name: str, text: str) -> Any:
    """Returns a field's value in the address, as `RunConfig` reads it, or raises ValueError."""
    spec = FIELDS[name]
    try:
        if spec.digits and _value("data") != MNIST:
            return [*RunConfig(data=_value("data"), omitted_digits=text).omitted]
        value = spec.checked(name, text, FIELD_TYPES[name])
        if name == "data":
            about(value)  # says so where it is not here
        return list(value) if spec.digits else value
    except ValueError as error:
        sentence = N_("In the address of this page, {problem} “{control}” is set to {value} instead.")
        if spec.digits:
            sentence = N_("In the address of this page, {problem} “{control}” is left empty instead.")
        value = spec.in_words(getattr(_DEFAULT, name))
        raise Unusable(sentence, problem=error, control=_(spec.label), value=value) from None


def _choice_words(name: str, choice: Any) -> str:
    """Returns what a choice is called; the id of a stored model is its own word."""
    if choice not in FIELDS[name].choices:
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


def _stops(name: str) -> list[Any]:
    """Returns the values of a first control, plus any other that came from an address or a run."""
    if FIELD_TYPES[name] is bool:
        return [False, True]
    brought = st.session_state.setdefault(f"other_{name}", set())
    brought.add(_value(name))
    every = {*FIELDS[name].stops, *brought}
    if name == "train_size":
        images = _most_images()
        every = {images, *(each for each in every if each <= images)}
    return sorted(map(FIELD_TYPES[name], every))
