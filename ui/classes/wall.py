"""The wall, which the host's browser shows: what the class does, its result, who takes part, and one bar."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from types import ModuleType
from typing import Any

import streamlit as st

from kd.classes.plan import label_of, offered, plan_text
from kd.lab import Lab
from kd.lab.classes import Class, ClassView
from kd.store.classes import FROZEN, OPEN, REVEALED, WAITING
from kd.text.translation import _, ngettext
from ui.classes.addresses import choose_address, join_address, move_away, why_none
from ui.shared import address, notices
from ui.shared.guard import guard
from ui.shared.pieces import acts, quiet
from ui.shared.reached import qr_picture, spoken
from ui.shared.steady_button import steady_button

_JOINING, _ENDING = "joining", "class_ending"
ADDRESS = {_JOINING: address.switch(_JOINING, default=True)}


def draw(
    lab: Lab,
    room: Class,
    view: ClassView,
    shown: ModuleType,
    leave: Callable[[], None],
    follow: Callable[[], None],
) -> None:
    """Draws it.

    shown: the module of the activity's kind. leave: goes back to the way in. follow: draws what says whether
    the wall is connected.
    """
    address.take(ADDRESS)
    joining = st.session_state[_JOINING]
    address.keep(_JOINING, ADDRESS[_JOINING], joining)
    with st.container(key="class_wall"):
        with st.container(key="class_hero"), guard():  # whatever happens, the bar leads on
            _title(view)
            st.html(
                f'<p class="kd kd-verdict" role="status">{escape(shown.headline(lab, room, view))}</p>',
            )
            with st.container(key="class_shown"):
                if joining and view.phase == WAITING:
                    _way_in(room)  # for the last row, while people join
                else:
                    shown.wall(lab, room, view)
        with st.container(key="class_side"):
            if joining and view.phase != WAITING:
                _way_in(room)
            _roster(room, view)
        with st.container(key="class_bar", horizontal=True, vertical_alignment="center"):
            _steps(room, view)
            follow()
            st.space("stretch")
            _switches(room, view)
            _numbers(room)
            with st.popover(
                _("Room"),
                icon=":material/meeting_room:",
                key="class_menu",
                on_change="rerun",
                help=_("People, what comes next, another device, and the end."),
            ) as menu:
                if menu.open:
                    _menu(room, view, leave)


def _title(view: ClassView) -> None:
    place = _("{place} of {count}", place=view.place + 1, count=len(view.plan))
    place = f'<span class="kd-quiet">{escape(place)}</span> ' if len(view.plan) > 1 else ""
    st.html(f'<h2 class="kd kd-activity">{place}{escape(view.activity.title())}</h2>')


def _way_in(room: Class) -> None:
    """Draws the code in huge letters, the address and its QR code, or why no phone can join."""
    code = f'<p class="kd-code">{escape(room.code)}</p>'
    if link := join_address(room):
        parts = escape(spoken(link)).replace(":", "<wbr>:").replace("/", "<wbr>/")
        code += f'<p class="kd-address">{parts}</p>'
        st.html(f'<div class="kd kd-join">{qr_picture(link)}<div>{code}</div></div>')
    else:
        st.html(f'<div class="kd">{code}</div>')
        quiet(why_none())


def _roster(room: Class, view: ClassView) -> None:
    """Draws who takes part: who has answered has a mark, and who has gone is grey."""
    here = room.present()
    done = {each.person for each in view.pupils if view.activity.is_done(view.answers_of(each.person))}
    gone = [each for each in view.pupils if each.person not in here]
    said = [ngettext("{count} person", "{count} people", len(view.pupils))]
    if not view.pupils:
        said = [_("Nobody has joined yet.")]
    elif view.phase != WAITING:
        said.append(_("{count} answered", count=len(done)))
    if gone:
        said.append(_("{count} gone", count=len(gone)))
    people = []
    for each in view.pupils if view.names else ():
        is_done, is_gone = each.person in done, each.person not in here
        kind = f"{'kd-done ' * is_done}{'kd-gone' * is_gone}"
        state = ", ".join([_("has answered")] * is_done + [_("gone")] * is_gone)
        unseen = f'<span class="kd-unseen">, {escape(state)}</span>' if state else ""
        people.append(f'<li class="{kind}">{escape(view.called(each.person))}{unseen}</li>')
    name = escape(_("Who takes part"))
    listed = f'<ul tabindex="0" aria-label="{name}">{"".join(people)}</ul>'
    st.html(f'<div class="kd kd-roster"><p>{escape(" · ".join(said))}</p>{listed if people else ""}</div>')


def _steps(room: Class, view: ClassView) -> None:
    """Draws one large button for what usually comes next, and quiet ones for what else may."""
    start = ("start", _("Start"), _("Opens this activity: every phone may answer."), room.start)
    freeze = ("freeze", _("Freeze"), _("Takes no more answers."), room.freeze)
    reopen = ("reopen", _("Open again"), _("Lets phones answer again."), room.start)
    reveal = ("reveal", _("Reveal"), _("Takes no more answers, and shows what came out."), room.reveal)
    again = ("again", _("Again"), _("Starts this activity over, without these answers."), room.again)
    on = ("next", _("Next activity"), _("Moves on in the plan. Phones wait until you start it."), room.next)
    steps = {
        WAITING: [start, on],
        OPEN: [freeze, reveal],
        FROZEN: [reveal, reopen, again],
        REVEALED: [on, again],
    }[view.phase]
    if view.is_last:
        steps = [each for each in steps if each is not on]
    (meaning, label, help, act), *others = steps
    steady_button("class_step", meaning, label, acts(act), help, type="primary")
    for meaning, label, help, act in others:
        st.button(label, key=f"class_{meaning}", help=help, on_click=acts(act), type="tertiary")


def _switches(room: Class, view: ClassView) -> None:
    """Draws what the wall shows besides: names, and how to join."""
    st.button(
        _("Hide names") if view.names else _("Show names"),
        key="class_names",
        icon=":material/badge:",
        type="tertiary",
        help=_("Shows or hides on the wall who has answered what."),
        on_click=acts(room.show_names, not view.names),
    )
    joining = st.session_state[_JOINING]
    st.button(
        _("Hide code") if joining else _("Show code"),
        key="class_code",
        icon=":material/qr_code_2:",
        type="tertiary",
        help=_("How to join: the code, the address and its QR code."),
        on_click=acts(lambda: st.session_state.update({_JOINING: not joining})),
    )


def _numbers(room: Class) -> None:
    """Draws the button that saves what has been answered."""
    st.download_button(
        _("Save"),
        lambda: room.table().to_csv(index=False).encode("utf-8-sig"),
        file_name=f"class-{room.code}.csv",
        mime="text/csv",
        key="class_csv",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        help=_("All answers so far as CSV, one a row; with names while the wall shows them."),
    )


def _menu(room: Class, view: ClassView, leave: Callable[[], None]) -> None:
    """Draws what is rarely wanted."""
    _plan(room, view)
    _people(room, view)
    choose_address()
    move_away(room)
    _end(room, leave)


def _wide(key: str, label: str, help: str, act: Callable[..., object], *given: Any, **options: Any) -> None:
    """Draws a button of the menu. given: what `act` takes."""
    st.button(label, key=f"class_{key}", help=help, on_click=acts(act, *given), width="stretch", **options)


def _people(room: Class, view: ClassView) -> None:
    def forget(person: str) -> None:
        for answer in room.view().answers_of(person):
            room.remove_answer(answer.number)

    who = st.selectbox(
        _("Person"),
        [each.person for each in view.pupils],
        index=None,
        key="class_person",
        format_func=view.called,
        placeholder=_("Choose a person"),
        help=_("Whose name or answers to remove, or whose training to stop."),
    )
    for key, label, help, act in (
        ("unname", _("Take the name away"), _("They become an animal instead."), room.unname),
        ("forget", _("Remove the answers"), _("Of this activity. They may answer again."), forget),
        ("halt", _("Stop the training"), _("Stops what this person's phone has started."), room.stop),
        ("remove", _("Take out of the class"), _("With all answers, for good."), room.remove),
    ):
        _wide(key, label, help, act, who, disabled=who is None)
    help = _("Stops all that trains for this class. What has landed is kept.")
    _wide("halt_all", _("Stop everybody's training"), help, room.stop)


def _plan(room: Class, view: ClassView) -> None:
    st.session_state["class_place"] = view.place
    st.selectbox(
        _("Go to"),
        range(len(view.plan)),
        key="class_place",
        format_func=lambda place: f"{place + 1}. {view.plan[place].title()}",
        help=_("Another activity of the plan. What was answered there before is shown again."),
        on_change=acts(lambda: room.go_to(st.session_state["class_place"])),
    )
    st.session_state["class_rest"] = rest = [plan_text([each]) for each in view.plan[view.to_come :]]
    st.multiselect(
        _("What comes next"),
        list(dict.fromkeys([*offered(), *rest])),
        key="class_rest",
        format_func=label_of,
        placeholder=_("Choose parts"),
        help=_("In this order, after what is done."),
        on_change=acts(lambda: room.change_plan(";".join(st.session_state["class_rest"]))),
    )


def _end(room: Class, leave: Callable[[], None]) -> None:
    def asks(whether: bool) -> None:
        st.session_state[_ENDING] = whether

    def end() -> None:
        asks(False)
        room.end()
        leave()
        notices.add(_("The class has ended."))

    if not st.session_state.get(_ENDING):
        help = _("Asks once more before it deletes names, answers and drawings.")
        _wide("end", _("End the class"), help, asks, True)
        return
    st.write(_("Names, answers and drawings are deleted. What was trained stays."))
    help = _("Every phone is told that the class has ended.")
    _wide("end_now", _("End it for everybody"), help, end, type="primary")
    _wide("end_not", _("Go on with it"), _("Nothing ends."), asks, False)
