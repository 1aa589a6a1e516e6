"""What every page has around it: title, navigation, style, presenter mode, one sentence for a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from kd.text.translation import N_, _, language_tag
from ui.shared import address, language, links, login, notices, path
from ui.shared.guard import guard, guarded
from ui.shared.markup import image_source
from ui.shared.program import BROWSER, place_program
from ui.shared.server import lab
from ui.shared.shown import comes_to

_PRESENT = "present"
_PARAMETER = address.switch(_PRESENT)
PAGES = (
    ("app.py", N_("Home"), ":material/home:"),
    ("pages/train.py", N_("Train"), ":material/model_training:"),
    ("pages/draw.py", N_("Draw"), ":material/draw:"),
    ("pages/sweep.py", N_("Sweep"), ":material/grid_on:"),
    ("pages/experiments.py", N_("Experiments"), ":material/science:"),
    ("pages/runs.py", N_("Runs"), ":material/list:"),
    ("pages/class.py", N_("Class"), ":material/groups:"),
)

# Translators: Streamlit's own words, in this order, with | between. {} is what stands there; more may follow.
_STREAMLITS = N_(
    "Help for|Open|Upload|{}MB per file|Clear all|Clear selection|Remove|Show data|Download as|"
    "Copy Vega-Lite spec|Fullscreen|Close fullscreen|Show/hide columns|Search|Collapse sidebar|"
    "Expand sidebar|Choose an option|Choose options|Choose or add an option|Choose or add options|"
    "No results|Select all|Select {} matches|Add:|Selected values|{} options available.|{} option available.|"
    "Dismiss|Clear value|Increment|Decrement|Press Enter to apply|"
    "Error: Number is outside the allowed range. Please enter a value between {} and {}.|"
    "Error:|File must be {} or smaller.|file upload|Add files|Cancel upload of|Copy to clipboard|"
    "Dataframe column menu|Copy column name|Sort ascending|Sort descending|Statistics|Format|Autosize|"
    "Pin column|Unpin column|Hide column|Values|Empty|Distinct|Average length|Average|Standard deviation|"
    "Minimum length|Minimum|Maximum length|Maximum|Median|Sum|{}th percentile|Automatic|Plain|Compact|"
    "Localized|Dollar|Euro|Yen|Percent|Scientific|Accounting|Distance|Calendar|Duration|Range|"
    "Based on sample|No data|Close Search|Close|Previous Result|Next Result|"
    "Shortcut|Connection error|Streamlit server is not responding. Are you connected to the internet?|"
    "Page not found|The page that you have requested does not seem to exist. Running the app's main page."
)


@contextmanager
def page(title: str, heading: str = "", turns: bool = True) -> Iterator[None]:
    """Sets up a page, draws navigation and heading, and guards what the page draws inside the with-block.

    title: its name in English. heading: instead of that. Notices stand under it, even if the rest fails.
    turns: whether keys turn pages here, and leave presenter mode.
    """
    language.settle_for_the_reader()
    comes_to(title)
    mark = image_source("svg+xml", _read("mark.svg").encode())
    st.set_page_config(
        page_title="KD Lab" if title == "Home" else f"{_(title)} · KD Lab",
        page_icon=mark,
        layout="wide",
        initial_sidebar_state=220,
    )
    path.take()
    address.take({_PRESENT: _PARAMETER})
    address.keep(_PRESENT, _PARAMETER, presenting())
    links.take_address()
    sheets = ["style.css", "path.css", "experiments.css", "class.css", "rooms.css", BROWSER / "live.css"]
    sheets += ["present.css"] if presenting() else []
    styles = [*map(_read, sheets), links.hiding(title)]
    st.html("".join(f"<style>{style}</style>" for style in styles))
    with st.sidebar:
        skip = escape(_("Skip to main content"))  # Streamlit's own link, which speaks English
        pages = escape(_("Pages"))
        says = f'lang="{language_tag()}" data-chosen="{language.to_remember()}" data-skip="{skip}"'
        says = f'{says} data-pages="{pages}" data-own="{_STREAMLITS}" data-said="{escape(_(_STREAMLITS))}"'
        brand = f'<div class="kd-brand" {says}><img src="{mark}" alt="">KD Lab</div>'
        st.html(f"{brand}<script>{_read('frame.js')}</script>", unsafe_allow_javascript=True)
        place_program()
        for file, label, icon in PAGES:
            st.page_link(file, label=_(label), icon=icon)
        st.button(
            _("Present"),
            key="present_on",
            icon=":material/slideshow:",
            type="tertiary",
            help=_(
                "For a projector: large type, and only what the last row needs to see. "
                "← and → turn pages, Esc brings you back."
            ),
            on_click=guarded(present),
            args=(True,),
        )
        if not presenting():
            links.share(title)
        language.switch()
        login.way_out()
    if login.is_missing():
        login.ask()
    with st.container(key="present_tools", horizontal=True, vertical_alignment="center"):
        if presenting():
            _presenter_tools(title, turns)
    st.title(_(heading) if heading else _(title), anchor=False)
    if not presenting():
        links.say_what_is_held(title)
    place = st.container()
    try:
        with guard():
            yield
            if not presenting():
                _about_this_place()
    finally:
        with place:
            notices.show()
        path.strip(title)


def _about_this_place() -> None:
    """Says below everything what is different here: that nothing is trained, or nothing kept for long."""
    if words := lab().offers.words():
        st.html(f'<p class="kd kd-quiet kd-place">{escape(" ".join(words))}</p>')


def presenting() -> bool:
    """Returns whether this window is in presenter mode, which its address sets and the session keeps."""
    return st.session_state.get(_PRESENT, False)


def present(on: bool) -> None:
    """Enters presenter mode, or leaves it."""
    st.session_state[_PRESENT] = on


def _presenter_tools(title: str, turns: bool) -> None:
    """Draws the way to the page before and after this one, round and round, and the way out."""
    at = [label for _path, label, _icon in PAGES].index(title)
    ways = (("previous", -1, "arrow_back"), ("next", 1, "arrow_forward"))
    for key, step, icon in ways if turns else ():
        file, label, _icon = PAGES[(at + step) % len(PAGES)]
        with st.container(key=f"present_{key}", width="content"):
            st.page_link(file, label=_(label), icon=f":material/{icon}:")
    links.show_all(title)
    links.share(title)
    st.button(
        _("Stop presenting"),
        key="present_off",
        icon=":material/close:",
        type="tertiary",
        shortcut="Escape" if turns else None,
        help=_("Brings back navigation, controls and all the rest."),
        on_click=guarded(present),
        args=(False,),
    )


@cache
def _read(name: str | Path) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
