"""The way in: join a class with its code, or open one with a plan."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.classes.plan import KINDS, label_of, offered, plan_of, plan_text, trained_in
from kd.lab import Lab
from kd.lab.classes import MOST_IN_NAME, Class
from kd.text.translation import N_, _
from ui.classes.codes import opened_with
from ui.classes.room import CODE
from ui.shared import address
from ui.shared.lesson import class_lesson, section
from ui.shared.person import person
from ui.shared.pieces import acts, quiet

PLAN = "plan"
LESSON = "guess;seeds;map;digits"
OWN = "own"
READY = {
    LESSON: N_("A lesson: guess, repeats, map, digits"),
    **{kind: activity.label for kind, activity in KINDS.items()},
    OWN: N_("Your own order"),
}
"""A plan, or OWN → what the list of plans calls it."""

_PARAMETER = address.Parameter(lambda text: plan_text(plan_of(text)), str, LESSON)
_CODE, _NAME, _CHOICE, _ORDER = "join_code", "join_name", "open_choice", "open_order"
# A phone's keyboard begins with capitals, and corrects no code into a word.
_KEYBOARD = """<span class="kd-unseen"></span><script>{
  const given = { autocapitalize: 'characters', autocorrect: 'off', spellcheck: 'false', inputmode: 'text' };
  const tell = () => {
    const field = document.querySelector('.st-key-join_code input');
    for (const name in given) field?.setAttribute(name, given[name]);
  };
  for (const wait of [0, 500, 1500]) setTimeout(tell, wait);
}</script>"""


def draw(lab: Lab) -> None:
    """Draws the way into the class that the address names, or else all ways: back, into one, to a new one."""
    code = address.now().get(CODE, "")
    if code:  # of an open class: see `room.asked`
        with st.container(key="class_join"):
            words = _("You are joining class {code}.", code=code.strip().upper())
            st.html(f'<p class="kd kd-lead">{escape(words)}</p>')
            _join_form(lab, code)
        return
    me = person()
    for room in lab.classes:
        if room.is_host(me) or room.view().pupil(me):
            st.button(
                _("Back to class {code}", code=room.code),
                key=f"class_back_{room.code}",
                icon=":material/login:",
                type="primary",
                help=_("You are in this class: go on where you were."),
                on_click=acts(_enter, room),
            )
    with st.container(key="class_ways"):
        with st.container(key="class_join"):
            section(_("Join a class"))
            _join_form(lab)
            st.html(_KEYBOARD, unsafe_allow_javascript=True)
        with st.container(key="class_open"):
            section(_("Open a class"))
            _open_form(lab)
    class_lesson()


def _join_form(lab: Lab, code: str = "") -> None:
    with st.form("class_join_form", border=False):
        if not code:
            st.text_input(
                _("Code"),
                key=_CODE,
                max_chars=12,
                autocomplete="off",
                help=_("Four letters: they are on the wall."),
            )
        st.text_input(
            _("Name, if you like"),
            key=_NAME,
            max_chars=MOST_IN_NAME,
            autocomplete="off",
            placeholder=_("Or be an animal"),
            help=_("Everybody sees it on the wall. A nickname will do; nothing else is asked or kept."),
        )
        st.form_submit_button(
            _("Join"),
            type="primary",
            width="stretch",
            help=_("Takes you into the class."),
            on_click=acts(_join, lab, code),
        )


def _join(lab: Lab, code: str) -> None:
    me = person()
    room = opened_with(lab, code or st.session_state[_CODE], me)
    if not room.is_host(me):
        room.join(me, st.session_state[_NAME])
    _enter(room)


def _enter(room: Class) -> None:
    address.rewrite({CODE: room.code, PLAN: None})


def _open_form(lab: Lab) -> None:
    address.take({PLAN: _PARAMETER})
    plan = st.session_state[PLAN]
    st.session_state.setdefault(_CHOICE, plan if plan in READY else OWN)
    if plan not in READY:
        st.session_state[_CHOICE] = OWN
    help = _("What the class does. You start each part, and you can change what comes next on the way.")
    chosen = st.selectbox(
        _("Plan"),
        list(READY),
        key=_CHOICE,
        format_func=lambda text: _(READY[text]),
        on_change=acts(_choose),
        **address.held(PLAN, {"help": help}),
    )
    if chosen == OWN:
        st.session_state.setdefault(_ORDER, plan.split(";"))
        st.multiselect(
            _("Parts, in your order"),
            list(dict.fromkeys([*offered(), *st.session_state[_ORDER]])),
            key=_ORDER,
            format_func=label_of,
            placeholder=_("Choose parts"),
            help=_("They come in the order in which you choose them."),
            on_change=acts(_choose),
        )
    _list(plan)
    address.keep(PLAN, _PARAMETER, plan)
    refusal = lab.offers.refusal(trained_in(plan_of(plan)))
    st.button(
        _("Open the class"),
        key="class_open_button",
        type="primary",
        icon=":material/groups:",
        disabled=bool(refusal),
        help=refusal or _("Opens a wall with the code and the QR code that phones join with."),
        on_click=acts(_open, lab, plan),
    )
    quiet(_("The address of this page keeps your plan: bookmark it, and it is ready on the day."))


def _choose() -> None:
    """Makes a plan of the choices; without a part it stays what it was."""
    chosen = st.session_state[_CHOICE]
    own = ";".join(st.session_state.get(_ORDER, ()))
    st.session_state[PLAN] = (own or st.session_state[PLAN]) if chosen == OWN else chosen


def _open(lab: Lab, plan: str) -> None:
    _enter(lab.classes.open(plan, person()))


def _list(plan: str) -> None:
    """Draws what wall and phones will ask, one after the other."""
    titles = "".join(f"<li>{escape(each.title())}</li>" for each in plan_of(plan))
    st.html(f'<ol class="kd kd-plan">{titles}</ol>')
