"""The page's address: read once, before a widget changes it, and written once."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st
from streamlit.runtime.state.session_state_proxy import get_session_state

from kd.base.unusable import Unusable
from kd.config import to_bool
from kd.text.translation import N_, _
from ui.shared import notices
from ui.shared.person import script_run

HIDE, LOCK = "hide", "lock"
"""The parameters that list controls which a link hides, and which it locks; the session keeps both."""

# So long a browser under load may take to hear what it was told.
SECONDS_OF_AN_ECHO = 10.0
_TOLD, _LOCKED_AT = "address_told", "locked_at"

Said = dict[str, list[str]]
"""All that an address says."""


@dataclass(frozen=True)
class Parameter:
    """A query parameter, named as its widget's key: `take` reads it into the session, `keep` writes it."""

    read: Callable[[str], Any]  # a ValueError's message is the sentence to show
    write: Callable[[Any], str]
    default: Any  # what a bare address means
    labels: Mapping[str, str] = field(default_factory=dict)  # code → what `choose` shows, marked with `N_`


def take(parameters: Mapping[str, Parameter]) -> None:
    """Brings the address into the session before widgets are drawn; what cannot be read gets a sentence."""
    with together():
        for name, parameter in parameters.items():
            if name in st.session_state and not went_back():
                continue
            st.session_state[name] = said(name, parameter)


def said(name: str, parameter: Parameter) -> Any:
    """Returns what the address says, or its default; what cannot be read gets a sentence."""
    value = parameter.default
    if texts := all_of(name):
        try:
            value = parameter.read(texts[-1])
        except ValueError as error:
            notices.add(str(error))
        keep(name, parameter, value)
    return value


def keep(name: str, parameter: Parameter, value: Any) -> None:
    """Has the address say what its widget says."""
    rewrite({name: None if value == parameter.default else parameter.write(value)})


def choose(label: str, parameter: Parameter, key: str, help: str, **options: Any) -> str:
    """Draws a choice whose labels are translated, and keeps its code in the address; returns the code."""
    # Streamlit's own `bind` would write the label into the address, in the sender's language
    options = {"format_func": lambda code: _(parameter.labels[code]), **options, "key": key, "help": help}
    return kept(parameter, st.segmented_control, label, list(parameter.labels), required=True, **options)


def kept(parameter: Parameter, widget: Callable[..., Any], *arguments: Any, key: str, **options: Any) -> Any:
    """Draws a widget that keeps its value on other pages; the address sets it, and says it.

    A value that it cannot have any more, such as a page that another run has not, becomes the default.
    """
    take({key: parameter})
    try:
        parameter.read(parameter.write(st.session_state[key]))
    except (KeyError, ValueError):
        st.session_state[key] = parameter.default
    if locked(key):
        _stay(key, arguments[0])
    value = widget(*arguments, key=key, persist_state="session", **held(key, options))
    keep(key, parameter, value)
    return value


def tabs(parameter: Parameter, key: str) -> Sequence[Any]:
    """Draws tabs, of which one is computed, and keeps in the address which is open.

    What the session has under the key is the name of the open one, in the reader's language.
    """
    codes = {_(label): code for code, label in parameter.labels.items()}
    if st.session_state.get(key) not in codes or went_back():
        st.session_state[key] = _(parameter.labels[said(key, parameter)])
    drawn = st.tabs(list(codes), key=key, on_change="rerun")
    keep(key, parameter, codes[st.session_state[key]])
    return list(drawn)


def locked(name: str) -> str:
    """Says who has locked this control; empty where it may be moved."""
    return _("Locked by the link you opened.") if name in st.session_state.get(LOCK, ()) else ""


def held(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a widget's options as the link that was opened wants them: it may lock this control."""
    why = locked(name)
    return {**options, "disabled": True, "help": f"{why} {options['help']}"} if why else dict(options)


def _stay(key: str, label: str) -> None:
    """Undoes what else has moved a control that is locked, such as a click in a picture, and says so."""
    value = st.session_state.setdefault(_LOCKED_AT, {}).setdefault(key, st.session_state[key])
    if st.session_state[key] != value:
        st.session_state[key] = value
        words = N_("“{control}” stays as it is: the link you opened locks it.")
        notices.add(_(words, control=label))


def number(name: str, lowest: float, highest: float, instead: float) -> Parameter:
    """Returns a number in a range. instead: what a bare address means, and a refused one."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not lowest <= value <= highest:
            raise Unusable(
                "{name} must be a number between {lowest} and {highest}, not “{text}”. "
                "It is set to {instead}.",
                name=name,
                lowest=plain(lowest),
                highest=plain(highest),
                text=notices.cut(text),
                instead=plain(instead),
            )
        return value

    return Parameter(read, plain, instead)


def whole(name: str, lowest: int, highest: int, instead: int) -> Parameter:
    """Returns a whole number in a range; others are rounded. instead: as of `number`."""
    found = number(name, lowest, highest, instead)
    return replace(found, read=lambda text: round(found.read(text)))


def choice(refusal: str, labels: Mapping[str, str]) -> Parameter:
    """Returns one of several codes, by default the first. refusal: with `N_`, {text} and {allowed}."""
    # Earlier versions wrote the English labels into the address.
    codes = {label: code for code, label in labels.items()} | {code: code for code in labels}

    def read(text: str) -> str:
        if text not in codes:
            raise Unusable(refusal, text=notices.cut(text), allowed=", ".join(labels))
        return codes[text]

    return Parameter(read, str, next(iter(labels)), labels)


def switch(name: str, default: bool = False) -> Parameter:
    """Returns on or off. default: what a bare address means, and a refused one."""
    refusal = N_("{name} must be true or false, not “{text}”. It is off.")
    if default:
        refusal = N_("{name} must be true or false, not “{text}”. It is on.")

    def read(text: str) -> bool:
        value = to_bool(text)
        if value is None:
            raise Unusable(refusal, name=name, text=notices.cut(text))
        return value

    return Parameter(read, plain, default)


def plain(value: Any) -> str:
    """Returns a value in the spelling of Streamlit's widgets: true, 0.25, 4, strong."""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")


def went_back() -> bool:
    """Returns whether Back or Forward has the page drawn: then the address counts, not the session."""
    return script_run().is_history_navigation


def now() -> Mapping[str, str]:
    """Returns what the address says, also while its browser has not heard of it yet."""
    with get_session_state().query_params() as address:
        _catch_up(address)
    return st.query_params


def all_of(name: str) -> list[str]:
    """Returns all that the address says under a name; the last one counts."""
    with get_session_state().query_params() as address:
        _catch_up(address)
        return list(address.get_all(name))


def rewrite(changes: Mapping[str, str | None]) -> None:
    """Changes several parameters, or takes them out (None), as one entry in the browser's history."""
    with get_session_state().query_params() as address:
        told = _catch_up(address)
        before, changed = _said(address), False
        for name, text in changes.items():
            if text is None:
                changed |= address.discard_param_no_forward_msg(name)
            elif address.get_all(name) != [text]:
                address.set_with_no_forward_msg(name, text)
                changed = True
        if changed:
            told.changes(before, _said(address))
            _tell_browser(address)


def say() -> None:
    """Has the browser show this address: after a link from a page to itself, it shows the one before."""
    with get_session_state().query_params() as address:
        _tell_browser(address)


def go_to(page: str, carrying: Iterable[str] = (), saying: Mapping[str, str] | None = None) -> None:
    """Goes to another page, whose address has these parameters alone. saying: others than it has now."""
    with get_session_state().query_params() as address:
        told = _catch_up(address)
        query = {name: address.get_all(name) for name in carrying if name in address}
        query |= {name: [text] for name, text in (saying or {}).items()}
        told.changes(_said(address), query)
        told.page = ""
        address.clear_with_no_forward_msg(preserve_embed=True)
    if _batch.changed is not None:
        _batch.changed = False  # it was the address of the page that is left
    st.switch_page(page, query_params=query)


@contextmanager
def together() -> Iterator[None]:
    """Has everything that is rewritten inside be one entry in the browser's history."""
    if _batch.changed is not None:
        yield  # inside another one
        return
    _batch.changed = False
    try:
        yield
    finally:
        changed, _batch.changed = _batch.changed, None
        if changed:
            say()


class _Batch(threading.local):
    changed: bool | None = None  # inside `together`: whether the address has changed


_batch = _Batch()


def _tell_browser(address: Any) -> None:
    if _batch.changed is not None:
        _batch.changed = True
        return
    address._send_query_param_msg()
    address.set_initial_query_params_from_current()


@dataclass
class _Told:
    """What the browser has been told, and what it said before: its next messages may still say that."""

    page: str  # empty: the one that comes next
    now: Said
    before: list[tuple[float, Said]] = field(default_factory=list)

    def changes(self, before: Said, now: Said) -> None:
        at = time.monotonic()
        self.before = [one for one in self.before if at - one[0] < SECONDS_OF_AN_ECHO] + [(at, before)]
        self.now = now


def _catch_up(address: Any) -> _Told:
    """Puts right what a browser says that has not heard yet what it was told; returns what it was told."""

    def is_said(other: Said) -> bool:
        # of a bound widget, the browser itself writes what the address says
        return all(says.get(name) == other.get(name) or address.is_bound(name) for name in {*says, *other})

    says, page = _said(address), script_run().page_script_hash
    told: _Told | None = st.session_state.get(_TOLD)
    if told is not None and told.page in ("", page) and is_said(told.now):
        told.page = page
        return told
    since = time.monotonic() - SECONDS_OF_AN_ECHO
    if (
        told is None
        or told.page != page
        or went_back()
        or not any(when > since and is_said(before) for when, before in told.before)
    ):
        told = st.session_state[_TOLD] = _Told(page, says)
        return told
    for name in {*says, *told.now}:
        if address.is_bound(name):
            continue
        if name in told.now:
            address.set_with_no_forward_msg(name, told.now[name])
        else:
            address.discard_param_no_forward_msg(name)
    if not script_run().fragment_ids_this_run:
        _tell_browser(address)  # it may be a link from the page to itself, and no echo
    return told


def _said(address: Any) -> Said:
    return {name: list(address.get_all(name)) for name in address}
