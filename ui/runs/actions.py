"""What can be done with the ticked runs: open, take along, describe, keep, delete and bring back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from kd.lab import Lab
from kd.lab.comparison import Line
from kd.lab.written import MOST_IN_NAME, MOST_IN_NOTE, MOST_IN_TAG, MOST_TAGS
from kd.runs.state import RunView
from kd.studies.address import sweep_command, train_command
from kd.studies.study import MOST_SEEDS, Study
from kd.text.translation import _, ngettext, numeral
from ui.runs.listing import MINE, NOBODYS, owner
from ui.runs.table import untick
from ui.shared import notices
from ui.shared.person import person
from ui.shared.pieces import acts, quiet_status
from ui.shared.run_words import setting
from ui.shared.take_along import numbers_along, show_command

_MOST_COMMANDS = 20
_NAME, _TAGS, _NOTE, _EDITED = "runs_name", "runs_tags", "runs_note", "runs_edited"


def actions(lab: Lab, lines: Sequence[Line]) -> None:
    """Draws them in a row whose place is always there; without ticked runs, Undo is in it."""
    runs = [entry for line in lines for entry in line.entries]
    with st.container(key="runs_actions", horizontal=True, vertical_alignment="center", gap="small"):
        if not runs:
            _undo(lab)
            return
        words = ngettext("{count} run ticked", "{count} runs ticked", len(runs))
        quiet_status(words)
        if len(lines) == 1:
            st.page_link(
                "pages/train.py",
                label=_("Open in Train"),
                icon=":material/model_training:",
                query_params={"run": lines[0].first.run_id},
                width="content",
            )
        _along(lab, lines)
        problem = _read_only(runs)
        _describe(lab, lines, problem)
        _keep(lab, runs, problem)
        _delete(lab, runs, problem)
        _button("untick", _("Untick all"), _("Takes away all ticks."), acts(untick), icon="deselect")


def _button(
    key: str, label: str, help: str, on_click: Callable[[], None], problem: str = "", icon: str = ""
) -> None:
    """Draws a button, which says what it does, or why it cannot (`problem`)."""
    st.button(
        label,
        key=f"runs_{key}",
        type="tertiary",
        icon=f":material/{icon}:" if icon else None,
        disabled=bool(problem),
        help=problem or help,
        on_click=on_click,
    )


def _along(lab: Lab, lines: Sequence[Line]) -> None:
    """Draws numbers and commands. Runs without a result have no numbers yet."""
    finished = [entry.run_id for line in lines for entry in line.entries if entry.figures is not None]
    if finished:
        numbers_along("runs", lambda: lab.numbers(finished))
    commands = [command for line in lines for command in commands_of(line)]
    if len(commands) <= _MOST_COMMANDS:
        show_command("\n".join(commands))


def commands_of(line: Line) -> list[str]:
    """Returns one command for a run or for seeds that follow one another, otherwise one for each seed."""
    configs = sorted((entry.config for entry in line.entries), key=lambda config: config.seed)
    first, seeds = configs[0], [config.seed for config in configs]
    if 1 < len(seeds) <= MOST_SEEDS and seeds == list(range(first.seed, first.seed + len(seeds))):
        return [sweep_command(Study(first, {}, len(seeds)))]
    return [train_command(config) for config in configs]


def _read_only(runs: Sequence[RunView]) -> str:
    """Says why not all of these runs can be changed; empty if they can."""
    me = person()
    if all(owner(entry, me) in (MINE, NOBODYS) for entry in runs):
        return ""
    if any(entry.shipped for entry in runs):
        return _("Runs that came with the app cannot be changed: tick others.")
    return _("Other people's runs cannot be changed: tick your own.")


def _describe(lab: Lab, lines: Sequence[Line], problem: str) -> None:
    """Draws name, tags and note of the ticked runs, as far as they have the same."""
    ids = [entry.run_id for line in lines for entry in line.entries]
    if st.session_state.get(_EDITED) != ids:
        st.session_state[_EDITED] = ids
        st.session_state[_NAME] = _common([line.name for line in lines])
        st.session_state[_TAGS] = _common([", ".join(line.tags) for line in lines])
        st.session_state[_NOTE] = _common([line.note for line in lines])
    with (
        st.popover(
            _("Name, tags, note"),
            icon=":material/edit:",
            type="tertiary",
            disabled=bool(problem),
            help=problem or _("What you call these runs, and what you want to remember about them."),
        ),
        st.form("runs_describe", border=False),
    ):
        # not max_chars: it would cut what is pasted without a word
        st.text_input(_("Name"), key=_NAME, help=_("At most {most} characters.", most=MOST_IN_NAME))
        st.text_input(
            _("Tags"),
            key=_TAGS,
            help=_(
                "Separated by commas: at most {tags}, each of at most {most} characters.",
                tags=MOST_TAGS,
                most=MOST_IN_TAG,
            ),
        )
        st.text_area(
            _("Note"), key=_NOTE, height=120, help=_("At most {most} characters.", most=numeral(MOST_IN_NOTE))
        )
        st.form_submit_button(
            _("Save"),
            type="primary",
            help=_("Writes this for all ticked runs."),
            on_click=acts(_save, lab, ids),
        )


def _common(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""


def _save(lab: Lab, ids: list[str]) -> None:
    written = {"name": st.session_state[_NAME], "note": st.session_state[_NOTE]}
    lab.runs.annotate(ids, tags=st.session_state[_TAGS].split(","), person=person(), **written)


def _keep(lab: Lab, runs: Sequence[RunView], problem: str) -> None:
    pinned = all(entry.pinned for entry in runs)
    keeps = _("Keeps these runs, even when space runs out.")
    if pinned:
        keeps = _("These runs stay, even when space runs out. Press again to stop keeping them.")
    keep = acts(lab.runs.pin, [run.run_id for run in runs], not pinned, person())
    _button("keep", _("Kept") if pinned else _("Keep"), keeps, keep, problem, "keep" if pinned else "")


def _delete(lab: Lab, runs: Sequence[RunView], problem: str) -> None:
    if not problem and any(entry.active for entry in runs):
        problem = _("A run that waits or trains cannot be deleted: stop it first.")
    deletes = ngettext(
        "Deletes this run. Undo brings it back.",
        "Deletes these {count} runs. Undo brings them back.",
        len(runs),
    )
    delete = acts(_delete_now, lab, [entry.run_id for entry in runs])
    _button("delete", _("Delete"), deletes, delete, problem, "delete")


def _delete_now(lab: Lab, ids: list[str]) -> None:
    untick()
    deleted = lab.runs.deleted()
    if left := [run_id for run_id in ids if run_id not in deleted]:
        lab.runs.delete(left, person())
    else:  # another window's list may not show yet what was done here
        notices.add(
            ngettext(
                "This run has already been deleted: Undo brings it back.",
                "These runs have already been deleted: Undo brings them back.",
                len(ids),
            )
        )


def _undo(lab: Lab) -> None:
    """Draws Undo for what was deleted last, or says what else one can do here."""
    deleted = lab.runs.deleted_last(person())
    if not deleted:
        quiet_status(
            _(
                "Tick a run to open or name it, several to compare them; the keyboard ticks with "
                "Shift+Space. Undo appears here after you delete a run."
            )
        )
        return
    note = ngettext("Deleted: {count} run", "Deleted: {count} runs", len(deleted))
    if len(deleted) == 1:
        note = _("Deleted: {run}", run=setting(next(iter(deleted.values()))))
    quiet_status(note)
    brings = ngettext("Brings the run back.", "Brings the runs back.", len(deleted))
    _button("undo", _("Undo"), brings, on_click=acts(_restore, lab, list(deleted)), icon="undo")


def _restore(lab: Lab, ids: list[str]) -> None:
    if gone := lab.runs.restore(ids):
        notices.add(
            ngettext(
                "This run cannot be brought back: its space was needed for others.",
                "{count} runs cannot be brought back: their space was needed for others.",
                len(gone),
            )
        )
