"""The list of runs: each with what it reached and what can be done with it, and the room they take."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab import Lab, RunView
from kd.store.upkeep import Usage
from kd.text.words import MODELS, UNREADABLE, accuracy, file_size, quoted
from ui.shared import notices
from ui.shared.guard import guard, guarded
from ui.shared.markup import role
from ui.shared.run_words import setting, when

_SECONDS_BETWEEN_LOOKS = 2


def run_list(lab: Lab) -> None:
    """Draw the list, and go on drawing it while a run is active."""
    active = any(view.active for view in lab.runs())
    st.fragment(_listing, run_every=_SECONDS_BETWEEN_LOOKS if active else None)(lab, active)


def _listing(lab: Lab, was_active: bool) -> None:
    with guard():
        views, usage = lab.runs(), lab.upkeep.usage()
        if was_active and not any(view.active for view in views):
            st.rerun()
        _room(usage)
        _undo(lab)
        with st.container(key="runs"):
            for view in views:
                _row(lab, view, usage)
            for name in lab.unreadable():
                _unreadable(lab, name)


def _room(usage: Usage) -> None:
    """How much is kept, of how much."""
    share = min(usage.used / usage.limit, 1.0)
    saved = f"{len(usage.runs)} saved run{'' if len(usage.runs) == 1 else 's'}"
    st.html(
        f'<div class="kd kd-room"><p>{saved}: {file_size(usage.used)} '
        f"of {file_size(usage.limit)} used</p>"
        f'<progress value="{share:.4f}" max="1" aria-label="Room taken by runs"></progress>'
        '<p class="kd-quiet">When it is full, the run used longest ago makes room, unless kept.</p></div>'
    )


def _undo(lab: Lab) -> None:
    """The way back from the last deletion; the room for it is always there."""
    deleted = lab.deleted()
    with st.container(key="undo", horizontal=True, vertical_alignment="center"):
        if not deleted:
            st.html('<p class="kd kd-quiet">Undo appears here after you delete a run.</p>')
            return
        run_id, config = list(deleted.items())[-1]
        st.html(f'<p class="kd kd-quiet">Deleted: {escape(setting(config))}</p>', width="content")
        st.button(
            "Undo",
            type="tertiary",
            icon=":material/undo:",
            help="Brings the run back as it was.",
            on_click=guarded(_restore),
            args=(lab, run_id),
        )


def _row(lab: Lab, view: RunView, usage: Usage) -> None:
    """One run: its setting as a link, what it reached, when, and what can be done with it."""
    name, reached, date, ways = st.columns([5, 4, 2.2, 2], vertical_alignment="center")
    name.page_link("pages/train.py", label=setting(view.config), query_params={"run": view.run_id})
    reached.html(f'<p class="kd kd-reached">{_summary(view)}</p>')
    size = usage.runs.get(view.run_id)
    date.caption(when(view) + (f" · {file_size(size)}" if size else ""))
    if not view.shipped and not view.active:
        with ways.container(horizontal=True, gap="small"):
            if size:
                _pin(lab, view.run_id, view.run_id in usage.pinned)
            _delete_button(lab, view.run_id, "Takes the run off the list. Undo brings it back.")


def _unreadable(lab: Lab, name: str) -> None:
    """An entry of the index of which nothing is left but a name, perhaps a damaged one."""
    words, way = st.columns([11.2, 2], vertical_alignment="center")
    words.html(f'<p class="kd kd-reached">{escape(quoted(name))}: {UNREADABLE}</p>')
    with way:
        _delete_button(lab, name, "Removes the entry from the list.")


def _delete_button(lab: Lab, name: str, help: str) -> None:
    st.button(
        "Delete",
        key=f"delete_{name}",
        type="tertiary",
        help=help,
        on_click=guarded(_delete),
        args=(lab, name),
    )


def _pin(lab: Lab, run_id: str, pinned: bool) -> None:
    st.button(
        "Kept" if pinned else "Keep",
        key=f"pin_{run_id}",
        type="tertiary",
        icon=":material/keep:" if pinned else None,
        help="It stays when room is needed. Press again to let it go."
        if pinned
        else "Stays when room is needed.",
        on_click=guarded(_keep),
        args=(lab, run_id, not pinned),
    )


def _delete(lab: Lab, run_id: str) -> None:
    notices.clear()
    try:
        lab.delete(run_id)
    except ValueError as error:
        # another window's list is a look older than what was done here
        gone = all(view.run_id != run_id for view in lab.runs())
        notices.add("This run has been deleted already: Undo brings it back." if gone else str(error))


def _restore(lab: Lab, run_id: str) -> None:
    notices.clear()
    if not lab.restore(run_id) and all(view.run_id != run_id for view in lab.runs()):
        notices.add("This run cannot be brought back: its room was needed for others.")


def _keep(lab: Lab, run_id: str, kept: bool) -> None:
    notices.clear()
    lab.pin(run_id, kept)


def _summary(view: RunView) -> str:
    """The three accuracies with their marks, or what the run is doing."""
    if view.phase == "paused":
        return f"{view.progress:.0%} done, waiting for its next turn"
    if view.status == "queued":
        return f"queued, place {view.queue_place or 1}"
    if view.active:
        return f"running, {int(100 * view.progress)} % done"
    if view.result is None:
        return escape(view.message or view.status)
    return " ".join(role(model, accuracy(view.result[model]["test_accuracy"])) for model in MODELS)
