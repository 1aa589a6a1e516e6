"""A path through the pages: where one is on it, and the strip at the page's lower edge that leads on."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.base.unusable import Unusable
from kd.config import OFFERED
from kd.text.paths import PATHS, Path, Step
from kd.text.translation import _
from ui.shared import address, links, notices, seen
from ui.shared.address import Parameter
from ui.shared.guard import SHOWN_OUTSIDE, guarded
from ui.shared.shown import drawn_page
from ui.shared.steady_button import steady_button

PATH, STEP = "path", "step"
_LEFT, _GOES, _SEEN = "path_left", "path_goes", "path_seen"


def _read(text: str) -> str:
    if text in PATHS:
        return text
    allowed = ", ".join(PATHS)
    raise Unusable("There is no path “{text}”: use {allowed}.", text=notices.cut(text), allowed=allowed)


_MOST = max(len(path.steps) for path in PATHS.values())
_NUMBER = address.whole(STEP, 1, _MOST, 1)
ADDRESS = {PATH: Parameter(_read, str, ""), STEP: _NUMBER}
_KEPT = {"lang", "present"}
_BESIDE = {PATH, STEP, *_KEPT}
"""What an address may have beside a step that says nothing of the step's page."""


def take() -> None:
    """Takes over the place on a path from the address, which goes on saying it; goes to a step asked for."""
    is_link = PATH not in st.session_state
    address.take(ADDRESS)
    path, number = st.session_state[PATH], st.session_state[STEP]
    number = min(number, len(PATHS[path].steps)) if path in PATHS else 1
    st.session_state[STEP] = number
    step = PATHS[path].steps[number - 1] if path in PATHS else None
    # a link to a step that says nothing else begins as the step does, and not where it would be done already
    page = step.page if step else "home"
    bare = is_link and step and page == drawn_page() and not set(address.now()) - _BESIDE
    if st.session_state.pop(_GOES, False) or bare:
        file = "app.py" if page == "home" else f"pages/{page}.py"
        saying = {**step.setting, PATH: path, STEP: str(number)} if step else {}
        address.go_to(file, carrying=_KEPT, saying=saying)
    with address.together():
        address.keep(PATH, ADDRESS[PATH], path)
        address.keep(STEP, _NUMBER, number)


def strip(page: str) -> None:
    """Draws what to do on this page, or once it is done what was seen; nothing where no path is followed.

    page: its name in English.
    """
    now = _now()
    if now is None:
        return
    path, number = now
    name, step = path.names[number - 1], path.steps[number - 1]
    here = step.page == page.lower()
    said = _said(name, step) if here else ""
    with st.container(key="path", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(_words(path, number, here, said))
        with st.container(key="path_ways", horizontal=True, width="content", gap="small"):
            last = number == len(path.steps)
            if not here:
                meaning, label = "back", _("Go to the step")
            elif said:
                meaning, label = "next", _("Finish") if last else _("Next")
            else:
                meaning, label = "skip", _("Skip")
            to = number if not here else 0 if last else number + 1
            steady_button(
                "path_on",
                f"{meaning} {number}",
                label,
                lambda: _go(st.session_state[PATH], to),
                _("The next step of this path, or back to this one from another page."),
            )
            st.button(
                _("Leave"),
                key="path_leave",
                icon=":material/close:",
                type="tertiary",
                help=_("Closes this strip. Home has the way back."),
                on_click=guarded(_leave),
            )


def entrances() -> None:
    """Draws the ways onto the paths, and back to one that was left; nothing while one is followed."""
    if _now() is not None:
        return
    left, number = st.session_state.get(_LEFT, ("", 0))
    with st.container(horizontal=True, key="path_entrances"):
        if left in PATHS:
            words = _("Back to “{path}”, step {number}", path=_(PATHS[left].title), number=number)
            help = _("Goes on where you left the path.")
            _way("path_back", words, left, number, help)
        for name, path in PATHS.items():
            _way(f"path_{name}", _(path.title), name, 1, _(path.help))


def _is_shown() -> bool:
    """Returns whether the strip says so already, if the step of this page has been done."""
    now = _now()
    if now is None or _already_said():
        return True
    name, step = now[0].names[now[1] - 1], now[0].steps[now[1] - 1]
    return drawn_page() != step.page or seen.numbers(name, step) is None


SHOWN_OUTSIDE.append(_is_shown)


def _way(key: str, words: str, path: str, number: int, help: str) -> None:
    icon = ":material/route:"
    st.button(words, key=key, icon=icon, help=help, on_click=guarded(_go), args=(path, number))


def _now() -> tuple[Path, int] | None:
    """Returns the path that is followed, and the number of its step, from 1."""
    path = PATHS.get(st.session_state.get(PATH, ""))
    return None if path is None else (path, st.session_state[STEP])


def _place() -> tuple[str, int]:
    return st.session_state[PATH], st.session_state[STEP]


def _already_said() -> str:
    place, said = st.session_state.get(_SEEN, (None, ""))
    return said if place == _place() else ""


def _said(name: str, step: Step) -> str:
    """Returns what was seen, also after the control has been moved back; nothing before it is done."""
    found = seen.numbers(name, step)
    if found is not None:
        st.session_state[_SEEN] = (_place(), _(step.seen, **found))
    return _already_said()


def _words(path: Path, number: int, here: bool, said: str) -> str:
    """Returns the strip's words as HTML: a line to open where there is no room for all of them."""
    step = path.steps[number - 1]
    at = _("{number} of {count}", number=number, count=len(path.steps))
    do = _(step.do) if here else _("The next step is on another page.")
    ask = _("Ask: {question}", question=_(step.ask)) if path is PATHS["lesson"] else ""
    asks = f"<p>{escape(ask)}</p>" if ask else ""
    done, title = " kd-done" if said else "", escape(_(path.title))
    return (
        f'<section class="kd kd-path{done}" aria-label="{title}"><details><summary><b>{at}</b> '
        f'<span role="status">{escape(said or do)}</span></summary>{asks}</details></section>'
    )


def _go(path: str, number: int) -> None:
    """Has the page go to a step, as its setting says and nothing from before; 0: the path is finished."""
    st.session_state.pop(_SEEN, None)
    st.session_state.pop(_LEFT, None)
    if number == 0:
        path, number = "", 1
    else:
        step = PATHS[path].steps[number - 1]
        links.release((*step.setting, step.awaited.name), step.page.title())
        for name in (*OFFERED, "epochs_by_hand", *step.setting, *step.forgets, step.awaited.name):
            if not address.locked(name):
                st.session_state.pop(name, None)
    st.session_state.update({PATH: path, STEP: number, _GOES: True})


def _leave() -> None:
    st.session_state[_LEFT] = _place()
    st.session_state.update({PATH: "", STEP: 1})
