"""What is looked for among the runs; the address says it too."""

from __future__ import annotations

import re

import streamlit as st

from kd.base.unusable import Unusable
from kd.config import FIELDS
from kd.text.translation import N_, _, ngettext, numeral
from ui.runs.compared import PAIR
from ui.runs.listing import APP, MINE, OTHERS, Listing, found
from ui.shared import address, notices
from ui.shared.pieces import quiet_status

_MOST_LETTERS = 200
# Letters that come faster than anybody types are looked for together.
WAIT = "50ms"
# An address with thousands of them would be too long to be opened again.
_MOST_TICKED = 200


def _ids(text: str) -> list[str]:
    ids = [run_id for run_id in text.split(",") if run_id]
    for run_id in ids:
        if not re.fullmatch("[0-9a-f]{12}", run_id):
            raise Unusable("ticked must list ids of runs, not “{text}”.", text=notices.cut(run_id))
    return ids[:_MOST_TICKED]


_WHOSE = address.choice(
    N_("whose must be one of {allowed}, not “{text}”."),
    {"all": N_("Everybody's"), MINE: N_("Mine"), OTHERS: N_("Others'"), APP: N_("The app's")},
)
_FOLD = address.switch("fold", default=True)
TICKED = address.Parameter(_ids, lambda ids: ",".join(ids[:_MOST_TICKED]), [])
_BY = address.choice(N_("There is no setting “{text}” to filter by."), {"": "", **dict.fromkeys(FIELDS, "")})
_VALUES = address.Parameter(lambda text: text.split(",")[:_MOST_LETTERS], ",".join, [])
ADDRESS = {
    "q": address.Parameter(lambda text: text[:_MOST_LETTERS], str, ""),
    "by": _BY,
    "values": _VALUES,
    "whose": _WHOSE,
    "fold": _FOLD,
    "ticked": TICKED,
    "pair": PAIR,
}


def folds() -> bool:
    """Returns whether runs that differ in seed alone are one line; `search` draws its switch."""
    return bool(st.session_state.get("fold", True))


def search(listed: Listing) -> list[int]:
    """Draws the controls above the table; returns the places of the lines that they find."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="runs_search"):
        help = _("Lists the runs with all these words in their name, tags, note or setting, or with this id.")
        words = st.text_input(
            _("Find"),
            key="q",
            max_chars=_MOST_LETTERS,
            live=WAIT,
            bind="query-params",  # typing is no step to go back from
            icon=":material/search:",
            placeholder=_("name, tag, note, setting"),
            width=300,
            **address.held("q", {"help": help}),
        )
        with st.popover(
            _("Filter"),
            icon=":material/filter_alt:",
            help=_("Lists runs by one of their settings, or by whose they are."),
        ):
            by, values, whose = _filters(listed)
        address.kept(
            _FOLD,
            st.toggle,
            _("Repeats together"),
            key="fold",
            help=_(
                "Runs that differ in their seed alone are one line, with their mean gain and its interval."
            ),
        )
        places = found(listed, words, by, values, "" if whose == "all" else whose)
        if len(places) < len(listed.lines):
            count, lines = len(places), len(listed.lines)
            words = ngettext(
                "{count} of {all} row",
                "{count} of {all} rows",
                lines,
                count=numeral(count),
                all=numeral(lines),
            )
            quiet_status(words)
    return places


def _filters(listed: Listing) -> tuple[str, tuple[str, ...], str]:
    whose = address.choose(
        _("Whose"),
        _WHOSE,
        key="whose",
        help=_("Yours are those you started in this browser."),
    )
    asked = st.session_state.get("by", "")
    fields = ["", *(name for name in FIELDS if name in listed.values or name == asked)]
    by = address.kept(
        _BY,
        st.selectbox,
        _("Setting"),
        fields,
        key="by",
        format_func=lambda name: _(FIELDS[name].label) if name else _("any"),
        help=_("The settings in which these runs differ."),
    )
    known = listed.values.get(by, {})
    kept = [value for value in st.session_state.get("values", []) if value in known]
    st.session_state["values"] = kept
    values = address.kept(
        _VALUES,
        st.multiselect,
        _("Values"),
        list(known),
        key="values",
        format_func=lambda value: known.get(value, value),
        placeholder=_("any"),
        disabled=not known,
        help=_("Lists runs with one of these values; with none chosen, all runs."),
    )
    return by, tuple(values), whose
