"""The list of runs: what each reached, what can be done with it, and how much space they take."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab import Lab, RunView
from kd.store.upkeep import Usage
from kd.text.translation import N_, _, ngettext
from kd.text.words import MODELS, UNREADABLE, accuracy, file_size, quoted
from ui.shared import notices
from ui.shared.guard import guard, guarded
from ui.shared.markup import role
from ui.shared.run_words import setting, when

_SECONDS_BETWEEN_LOOKS = 2
_WITHOUT_RESULT = {"stopped": N_("stopped"), "interrupted": N_("interrupted"), "failed": N_("failed")}


def run_list(lab: Lab) -> None:
    """Draw the list, and redraw it while a run is active."""
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
    """How much space is used, and how much there is."""
    share = min(usage.used / usage.limit, 1.0)
    saved = ngettext(
        "{count} saved run: {used} of {limit} used",
        "{count} saved runs: {used} of {limit} used",
        len(usage.runs),
        count=len(usage.runs),
        used=file_size(usage.used),
        limit=file_size(usage.limit),
    )
    rule = _("When space runs out, the run you have not used for longest is deleted, unless you keep it.")
    bar = _("Space used by runs")
    st.html(
        f'<div class="kd kd-room"><p>{escape(saved)}</p>'
        f'<progress value="{share:.4f}" max="1" aria-label="{escape(bar)}"></progress>'
        f'<p class="kd-quiet">{escape(rule)}</p></div>'
    )


def _undo(lab: Lab) -> None:
    """Undo for the last deletion; its place on the page is always there."""
    deleted = lab.deleted()
    with st.container(key="undo", horizontal=True, vertical_alignment="center"):
        if not deleted:
            note = _("Undo appears here after you delete a run.")
            st.html(f'<p class="kd kd-quiet">{escape(note)}</p>')
            return
        run_id, config = list(deleted.items())[-1]
        note = _("Deleted: {run}", run=setting(config))
        st.html(f'<p class="kd kd-quiet">{escape(note)}</p>', width="content")
        st.button(
            _("Undo"),
            type="tertiary",
            icon=":material/undo:",
            help=_("Brings the run back."),
            on_click=guarded(_restore),
            args=(lab, run_id),
        )


def _row(lab: Lab, view: RunView, usage: Usage) -> None:
    """One run: its settings as a link, what it reached, when, and what can be done with it."""
    name, reached, date, ways = st.columns([5, 4, 2.2, 2], vertical_alignment="center")
    name.page_link("pages/train.py", label=setting(view.config), query_params={"run": view.run_id})
    reached.html(f'<p class="kd kd-reached">{_summary(view)}</p>')
    size = usage.runs.get(view.run_id)
    date.caption(when(view) + (f" · {file_size(size)}" if size else ""))
    if not view.shipped and not view.active:
        with ways.container(horizontal=True, gap="small"):
            if size:
                _pin(lab, view.run_id, view.run_id in usage.pinned)
            _delete_button(lab, view.run_id, _("Deletes this run. Undo brings it back."))


def _unreadable(lab: Lab, name: str) -> None:
    """An index entry of which only the name can be read, and even that may be damaged."""
    words, way = st.columns([11.2, 2], vertical_alignment="center")
    words.html(f'<p class="kd kd-reached">{escape(quoted(name))}: {escape(_(UNREADABLE))}</p>')
    with way:
        _delete_button(lab, name, _("Removes this entry from the list."))


def _delete_button(lab: Lab, name: str, help: str) -> None:
    st.button(
        _("Delete"),
        key=f"delete_{name}",
        type="tertiary",
        help=help,
        on_click=guarded(_delete),
        args=(lab, name),
    )


def _pin(lab: Lab, run_id: str, pinned: bool) -> None:
    st.button(
        _("Kept") if pinned else _("Keep"),
        key=f"pin_{run_id}",
        type="tertiary",
        icon=":material/keep:" if pinned else None,
        help=_("This run stays even when space runs out. Press again to stop keeping it.")
        if pinned
        else _("Keeps this run even when space runs out."),
        on_click=guarded(_keep),
        args=(lab, run_id, not pinned),
    )


def _delete(lab: Lab, run_id: str) -> None:
    notices.clear()
    try:
        lab.delete(run_id)
    except ValueError as error:
        # another window's list may not show yet what was done here
        gone = all(view.run_id != run_id for view in lab.runs())
        notices.add(_("This run has already been deleted: Undo brings it back.") if gone else str(error))


def _restore(lab: Lab, run_id: str) -> None:
    notices.clear()
    try:
        lab.restore(run_id)
    except ValueError:
        notices.add(_("This run cannot be brought back: its space was needed for others."))


def _keep(lab: Lab, run_id: str, kept: bool) -> None:
    notices.clear()
    lab.pin(run_id, kept)


def _summary(view: RunView) -> str:
    """The three accuracies with their marks, or what the run is doing, as HTML."""
    if view.phase == "paused":
        return escape(_("{percent} % done, waiting for its next turn", percent=_percent(view)))
    if view.status == "queued":
        return escape(_("queued, place {place}", place=view.queue_place or 1))
    if view.active:
        return escape(_("running, {percent} % done", percent=_percent(view)))
    if view.result is None:
        return escape(view.message or _(_WITHOUT_RESULT.get(view.status, view.status)))
    return " ".join(role(model, accuracy(view.result[model]["test_accuracy"])) for model in MODELS)


def _percent(view: RunView) -> int:
    return int(100 * view.progress)
