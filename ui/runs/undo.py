"""Runs are deleted, several at once, and brought back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from kd.lab import Lab
from kd.runs.state import RunView
from kd.text.translation import _, ngettext
from ui.runs.table import untick
from ui.shared import notices
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.run_words import setting


def attempt(change: Callable[[], None]) -> None:
    """Carry out a change; what is refused becomes a sentence."""
    notices.clear()
    try:
        change()
    except ValueError as error:
        notices.add(str(error))


def delete(lab: Lab, runs: Sequence[RunView], problem: str) -> None:
    """The button that deletes runs. problem: why it cannot, if so."""
    if not problem and any(entry.active for entry in runs):
        problem = _("A run that waits or trains cannot be deleted: stop it first.")
    deletes = ngettext(
        "Deletes this run. Undo brings it back.",
        "Deletes these {count} runs. Undo brings them back.",
        len(runs),
        count=f"{len(runs):,}",
    )
    st.button(
        _("Delete"),
        key="runs_delete",
        type="tertiary",
        icon=":material/delete:",
        disabled=bool(problem),
        help=problem or deletes,
        on_click=guarded(_delete),
        args=(lab, [entry.run_id for entry in runs]),
    )


def undo(lab: Lab) -> None:
    """Undo for what was deleted last, or what else one can do here."""
    deleted = lab.runs.deleted_last(person())
    if not deleted:
        note = _(
            "Tick a run to open or name it, and several to compare them. "
            "Undo appears here after you delete a run."
        )
        st.html(f'<p class="kd kd-quiet">{escape(note)}</p>')
        return
    note = ngettext(
        "Deleted: {run}",
        "Deleted: {count} runs",
        len(deleted),
        run=setting(next(iter(deleted.values()))),
        count=f"{len(deleted):,}",
    )
    st.html(f'<p class="kd kd-quiet">{escape(note)}</p>', width="content")
    st.button(
        _("Undo"),
        key="runs_undo",
        type="tertiary",
        icon=":material/undo:",
        help=ngettext("Brings the run back.", "Brings the runs back.", len(deleted)),
        on_click=guarded(_restore),
        args=(lab, list(deleted)),
    )


def _delete(lab: Lab, ids: list[str]) -> None:
    untick()
    deleted = lab.runs.deleted()
    left = [run_id for run_id in ids if run_id not in deleted]
    if not left:  # another window's list may not show yet what was done here
        notices.clear()
        notices.add(
            ngettext(
                "This run has already been deleted: Undo brings it back.",
                "These runs have already been deleted: Undo brings them back.",
                len(ids),
            )
        )
        return
    attempt(lambda: lab.runs.delete(left, person()))


def _restore(lab: Lab, ids: list[str]) -> None:
    notices.clear()
    if gone := lab.runs.restore(ids):
        notices.add(
            ngettext(
                "This run cannot be brought back: its space was needed for others.",
                "{count} runs cannot be brought back: their space was needed for others.",
                len(gone),
                count=f"{len(gone):,}",
            )
        )
