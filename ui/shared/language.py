"""A page's language: that of its address, or the one chosen before, or the browser's; and the switch."""

from contextlib import suppress

import streamlit as st
from starlette.requests import Request
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state_proxy import get_session_state

from kd.base.unusable import Unusable
from kd.text.translation import (
    ENGLISH,
    N_,
    _,
    ask_for_languages,
    closest,
    environment_languages,
    language,
    languages,
    own_name,
    settle,
    tag_of,
)
from ui.shared import address, notices
from ui.shared.guard import guarded

_ASKED = "lang"
"""What the address and the session call the language that was asked for by hand."""
_COOKIE = "kd_lang"
_SWITCH, _CHOSEN, _WANTED = "language", "language_chosen", "languages_wanted"


def follow_the_reader() -> None:
    """Has every sentence come in the language of the reader's page, or else of the process."""
    of_the_process = environment_languages()  # once: what follows is asked for every sentence

    def wanted() -> tuple[str, ...]:
        context = get_script_run_ctx(suppress_warning=True)
        if not context:
            return of_the_process
        with suppress(KeyError):
            return context.session_state[_WANTED]
        return _of_the_browser() or of_the_process

    ask_for_languages(wanted)


def settle_for_the_reader() -> None:
    """Finds out the language of the page that begins, and uses it for all that this thread says."""
    follow_the_reader()
    given = st.context.cookies.get(_COOKIE, ""), *(_of_the_browser() or environment_languages())
    st.session_state[_WANTED] = given  # a refusal of the address is worded, too
    if _ASKED not in st.session_state:  # Back and Forward leave it as it is
        st.session_state[_ASKED] = address.said(_ASKED, _PARAMETER)
    asked = st.session_state[_ASKED]
    address.keep(_ASKED, _PARAMETER, asked)
    st.session_state[_WANTED] = (asked, *given)
    settle()


def switch() -> None:
    """Draws the choice of a language, each by its own name, where there are several."""
    if len(there := languages()) == 1:
        return
    st.session_state[_SWITCH] = language()
    st.pills(
        _("Language"),
        there,
        key=_SWITCH,
        format_func=own_name,
        required=True,
        on_change=guarded(_choose),
        help=_("Changes all pages at once, and is kept for your next visit. Nothing you have set is lost."),
    )


def to_remember() -> str:
    """Returns the language that was chosen by the switch, for the browser to keep; empty if none was."""
    return st.session_state.get(_CHOSEN, "")


def language_of(request: Request) -> str:
    """Returns the language of the page that a browser asks for, as `settle_for_the_reader` finds it."""
    first = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    given = request.query_params.get(_ASKED, ""), request.cookies.get(_COOKIE, ""), first
    return closest(*given if first else (*given, *environment_languages())) or ENGLISH


def _choose() -> None:
    chosen = tag_of(st.session_state[_SWITCH])
    st.session_state[_ASKED] = st.session_state[_CHOSEN] = chosen
    notices.clear()
    # Browsers know what is chosen in a menu by its words, which are others now.
    state = get_session_state()._state
    for widget, about in list(state._new_widget_state.widget_metadata.items()):
        key = state._key_id_mapper.id_key_mapping.get(widget)
        if key and key in st.session_state and about.formatted_options:
            st.session_state[key] = st.session_state[key]


def _of_the_browser() -> tuple[str, ...]:
    # What st.context.locale answers, without its record of each call.
    context = get_script_run_ctx(suppress_warning=True)
    locale = context and context.context_info and context.context_info.locale
    return (locale,) if locale else ()


def _read(text: str) -> str:
    found = closest(text)
    if found is None:
        allowed = ", ".join(map(tag_of, languages()))
        raise Unusable(_REFUSAL, text=notices.cut(text), allowed=allowed)
    return tag_of(found)


_REFUSAL = N_("There is no language “{text}” here: use {allowed}.")
_PARAMETER = address.Parameter(_read, str, "")
