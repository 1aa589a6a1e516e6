"""Links to what is on the screen, with a QR code; and for a lesson, what a link hides and locks."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode

import streamlit as st

from kd.config import OFFERED
from kd.text.translation import N_, _
from kd.text.words import listing
from ui.shared import address, notices
from ui.shared.address import HIDE, LOCK
from ui.shared.guard import guard, guarded
from ui.shared.pieces import quiet
from ui.shared.reached import MOST_BYTES, base_address, parts_of, qr_picture

_SHARED = "shared_page"
_T = N_("T, temperature")
CONTROLS: dict[str, dict[str, str]] = {
    "Home": {"soft": _T, "guess": N_("Your guess, in percent")},
    "Train": {
        "preset": N_("Start from"),
        **{name: spec.label for name, spec in OFFERED.items()},
        "more_settings": N_("More settings"),
        "as_i_move": N_("Train as I move"),
        "tab": N_("Result, errors, playback and inside"),
        "errors": N_("Look at"),
        "change": N_("Show"),
        "T": N_("T, for looking only"),
        "alike_cell": N_("Pictures that look like another class"),
        "point": N_("Time"),
        "playback_picture": N_("A test picture, as both students read it over time"),
        "measure": N_("Measure"),
        "trail_against": N_("Plot my runs by"),
        "trail_study": N_("Show the known average"),
    },
    "Draw": {
        "way": N_("Picture"),
        "pen": N_("Pen width"),
        "picture": N_("Test picture"),
        "strip_of": N_("Choose from"),
        "view": N_("View"),
        "T": _T,
        "log": N_("Logarithmic scale"),
        "pulled_student": N_("Student"),
        "meant": N_("You meant"),
        "pull_alpha": N_("α, weight of the true labels"),
        "pull_squared": N_("Teacher's part × T²"),
        "drawing_open": N_("Why these answers?"),
        "drawing": N_("Show"),
        "reading_open": N_("How would the students have read it earlier?"),
        "point": N_("Time"),
    },
    "Sweep": {
        "show": N_("View"),
        "study": N_("Study"),
        "cell": N_("Cell"),
        "of": N_("Of"),
        "of_alpha": OFFERED["alpha"].label,
        "of_squared": OFFERED["temperature_squared"].label,
        "of_seeds": N_("Repeats (seeds)"),
        "of_order": N_("Order"),
        "sweep_form": N_("Make your own map"),
        "sweep_table": N_("The same as a table"),
        "sweep_peeking": N_("Why not stop as soon as it helps?"),
    },
    "Experiments": {"topic": N_("About"), "seeds": N_("Repeats (seeds)")},
    "Runs": {
        "q": N_("Find"),
        "whose": N_("Whose"),
        "by": N_("Setting"),
        "values": N_("Values"),
        "fold": N_("Repeats together"),
        "pair": N_("Answers"),
    },
    "Class": {"plan": N_("Plan")},
}
"""Page → what an address can hide or lock there, by the name that the address has for it → its label."""

FOLDS = ("more_settings", "drawing_open", "reading_open", "sweep_form", "sweep_table", "sweep_peeking", "tab")
"""Those that can be hidden and not locked."""

# Where the container of a control is not called as the control is.
_PLACES = {
    "preset": '[class*="st-key-preset-"]',
    "tab": ".st-key-tabs",
    "study": ".st-key-sweep_choice",
    "cell": ".st-key-sweep_cell_choice",
    "seeds": ".st-key-experiment_seeds",
    "plan": ".st-key-open_choice",
}
_LISTED = address.Parameter(lambda text: [name for name in text.split(",") if name], ",".join, [])


def take_address() -> None:
    """Lets the address say what is hidden and locked, which the session keeps from page to page."""
    for parameter in (HIDE, LOCK):
        if len(texts := address.all_of(parameter)) > 1:
            address.rewrite({parameter: ",".join(texts)})
    address.take({HIDE: _LISTED, LOCK: _LISTED})
    for parameter in (HIDE, LOCK):
        asked = st.session_state[parameter]
        known = [name for name in asked if any(name in names for names in CONTROLS.values())]
        if strangers := [name for name in asked if name not in known]:
            words = N_("No control is called “{names}”, so “{parameter}” in the address leaves it as it is.")
            notices.add(_(words, names=notices.cut(", ".join(strangers)), parameter=parameter))
        st.session_state[parameter] = known
        address.keep(parameter, _LISTED, known)


def hiding(title: str) -> str:
    """Returns the style sheet that hides what the link that was opened hides on a page."""
    names = [name for name in st.session_state[HIDE] if name in CONTROLS[title]]
    places = [place for name in names for place in (_place(name), f'[data-name="{name}"]')]
    room = [f'[class*="st-key-live-"]:has([data-name="{name}"])' for name in names]
    gone = f"{', '.join(places)} {{ display: none !important; }}"
    return f"{gone} {', '.join(room)} {{ min-height: 0 !important; }}" if names else ""


def say_what_is_held(title: str) -> None:
    """Says so where something is hidden or locked, beside the way to have all of it back."""
    if _is_held(title):
        with st.container(key="held", horizontal=True, vertical_alignment="center"):
            quiet(_("The link you opened hides or locks some controls here."), width="content")
            show_all(title)


def show_all(title: str) -> None:
    """Draws the way to have back what the link hides or locks on this page; nothing where it does not."""
    if _is_held(title):
        st.button(
            _("Show all controls"),
            key="show_all",
            icon=":material/lock_open:",
            type="tertiary",
            help=_("Brings back what the link hides and unlocks what it locks, on every page."),
            on_click=guarded(_let_go),
        )


def _is_held(title: str) -> bool:
    return any(name in CONTROLS[title] for name in (*st.session_state[HIDE], *st.session_state[LOCK]))


def _let_go() -> None:
    st.session_state.update({HIDE: [], LOCK: []})
    address.rewrite({HIDE: None, LOCK: None})


def release(names: Iterable[str], title: str) -> None:
    """Brings back controls of a page that are needed now, and says so."""
    held = {*st.session_state[HIDE], *st.session_state[LOCK]}
    needed = {name: _(label) for name, label in CONTROLS[title].items() if name in held and name in names}
    if needed:
        for parameter in (HIDE, LOCK):
            st.session_state[parameter] = [name for name in st.session_state[parameter] if name not in needed]
        words = N_("This step needs {controls}, which the link you opened had hidden or locked.")
        notices.add(_(words, controls=listing([f"“{label}”" for label in needed.values()])))


def share(title: str) -> None:
    """Draws a button that shows the link to what is on the screen, and what it should do for a class.

    It redraws the whole page, also where the news of a slider that it takes the focus from overtakes it.
    """
    with guard():
        st.button(
            _("Share"),
            key="share",
            icon=":material/share:",
            type="tertiary",
            help=_("A link to this page as it is now, as text and as a QR code; also one for a lesson."),
            on_click=guarded(_open),
            args=(title,),
        )
        # what moves on the page meanwhile, and has it redrawn, closes nothing
        if st.session_state.get(_SHARED) == title:
            done = guarded(lambda: st.session_state.pop(_SHARED, None))
            st.dialog(_("Share"), on_dismiss=done)(_share)(title)
        else:
            st.session_state.pop(_SHARED, None)


def _open(title: str) -> None:
    st.session_state[_SHARED] = title
    notices.redraw()


def _share(title: str) -> None:
    """Draws the link, which follows the choices below it."""
    place = st.container()
    query: dict[str, list[str]] = {name: address.all_of(name) for name in address.now()}
    with st.expander(_("For a class")):
        chosen = _for_a_class(title)
    query = {name: texts for name, texts in query.items() if name not in chosen}
    query |= {name: [text] for name, text in chosen.items() if text}
    page = "" if title == "Home" else title.lower()
    here, elsewhere = parts_of(page), base_address(page)
    link = f"{elsewhere or f'{here.scheme}://{here.netloc}{here.path}'}/{page}"
    link = f"{link}?{urlencode(query, doseq=True, safe=',')}" if query else link
    with place:
        copy, copied, name = escape(_("Copy link")), escape(_("Copied")), escape(_("Link"))
        text = f'<input class="kd-link" readonly value="{escape(link)}" aria-label="{name}">'
        button = f'<button type="button" class="kd-copy" data-copied="{copied}">{copy}</button>'
        fits = len(link.encode()) <= MOST_BYTES
        code = qr_picture(link) if fits else ""
        st.html(f'<div class="kd kd-share"><p role="status">{text}{button}</p>{code}</div>')
        if not fits:
            quiet(_("This link is too long for a QR code. Send it as text."))
        if not elsewhere:
            quiet(_("This link opens on this computer alone: it is in no network that others are in."))


def _for_a_class(title: str) -> dict[str, str]:
    """Draws the choices for a lesson; returns parameter → its text, empty for none."""
    names = CONTROLS[title]
    movable = [name for name in names if name not in FOLDS]
    parts = (
        (HIDE, [*names], _("Hide"), _("Not on the page; their values hold all the same.")),
        (LOCK, movable, _("Lock"), _("On the page, but they cannot be moved.")),
    )
    chosen = {}
    for parameter, options, label, help in parts:
        key = f"share_{parameter}_{title}"
        held = [name for name in st.session_state[parameter] if name in options]
        said = st.multiselect(
            label,
            options,
            held,
            key=key,
            format_func=lambda name: _(names[name]),
            placeholder=_("Choose controls"),
            help=help,
        )
        others = [name for name in st.session_state[parameter] if name not in options]
        chosen[parameter] = ",".join([*others, *said])
    help = _("The link opens with large type for a projector.")
    chosen["present"] = (
        "true" if st.toggle(_("Start presenting"), st.session_state["present"], help=help) else ""
    )
    return chosen


def _place(name: str) -> str:
    return _PLACES.get(name, f".st-key-{name}")
