"""What can be done with the ticked runs: open, name, tag, annotate, keep, delete."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from kd.lab import Lab
from kd.lab.comparison import Line
from kd.lab.wording import MOST_IN_NAME, MOST_IN_NOTE, MOST_IN_TAG, MOST_TAGS
from kd.runs.state import RunView
from kd.studies.address import sweep_command, train_command
from kd.studies.study import MOST_SEEDS, Study
from kd.text.translation import _, ngettext
from ui.runs.listing import MINE, NOBODYS, owner
from ui.runs.table import untick
from ui.runs.undo import attempt, delete, undo
from ui.shared.along import numbers_along, show_command
from ui.shared.guard import guarded
from ui.shared.person import person

_MOST_COMMANDS = 20


def along(lab: Lab, lines: Sequence[Line]) -> None:
    """Draw the buttons. Runs without a result have no numbers yet."""
    finished = [entry.run_id for line in lines for entry in line.entries if entry.figures is not None]
    if finished:
        numbers_along("runs", lambda: lab.numbers(finished))
    commands = [command for line in lines for command in commands_of(line)]
    if len(commands) <= _MOST_COMMANDS:
        show_command("\n".join(commands))


def commands_of(line: Line) -> list[str]:
    """One command for a run, or for seeds that follow one another; one for each seed otherwise."""
    configs = sorted((entry.config for entry in line.entries), key=lambda config: config.seed)
    first, seeds = configs[0], [config.seed for config in configs]
    if 1 < len(seeds) <= MOST_SEEDS and seeds == list(range(first.seed, first.seed + len(seeds))):
        return [sweep_command(Study(first, {}, len(seeds)))]
    return [train_command(config) for config in configs]


_NAME, _TAGS, _NOTE, _EDITED = "runs_name", "runs_tags", "runs_note", "runs_edited"


def actions(lab: Lab, lines: Sequence[Line]) -> None:
    """Draw them in a row whose place is always there; without ticked runs, Undo is in it."""
    runs = [entry for line in lines for entry in line.entries]
    with st.container(key="runs_actions", horizontal=True, vertical_alignment="center", gap="small"):
        if not runs:
            undo(lab)
            return
        words = ngettext("{count} run ticked", "{count} runs ticked", len(runs), count=f"{len(runs):,}")
        st.html(f'<p class="kd kd-quiet">{escape(words)}</p>', width="content")
        if len(lines) == 1:
            st.page_link(
                "pages/train.py",
                label=_("Open in Train"),
                icon=":material/model_training:",
                query_params={"run": lines[0].first.run_id},
                width="content",
            )
        along(lab, lines)
        problem = _read_only(runs)
        _describe(lab, lines, problem)
        _keep(lab, runs, problem)
        delete(lab, runs, problem)
        st.button(
            _("Untick all"),
            key="runs_untick",
            type="tertiary",
            icon=":material/deselect:",
            help=_("Ticks no run any more."),
            on_click=guarded(untick),
        )


def _read_only(runs: Sequence[RunView]) -> str:
    """Why not all of these runs can be changed; empty if they can."""
    me = person()
    if all(owner(entry, me) in (MINE, NOBODYS) for entry in runs):
        return ""
    if any(entry.shipped for entry in runs):
        return _("Runs that came with the app cannot be changed: tick others.")
    return _("Other people's runs cannot be changed: tick your own.")


def _describe(lab: Lab, lines: Sequence[Line], problem: str) -> None:
    """Name, tags and note of the ticked runs, as far as they have the same."""
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
            _("Note"), key=_NOTE, height=120, help=_("At most {most} characters.", most=f"{MOST_IN_NOTE:,}")
        )
        st.form_submit_button(
            _("Save"),
            type="primary",
            help=_("Replaces what the ticked runs have."),
            on_click=guarded(_save),
            args=(lab, ids),
        )


def _common(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""


def _save(lab: Lab, ids: list[str]) -> None:
    written = {"name": st.session_state[_NAME], "note": st.session_state[_NOTE]}
    tags = st.session_state[_TAGS].split(",")
    attempt(lambda: lab.runs.annotate(ids, tags=tags, person=person(), **written))


def _keep(lab: Lab, runs: Sequence[RunView], problem: str) -> None:
    pinned = all(entry.pinned for entry in runs)
    keeps = _("Keeps these runs even when space runs out.")
    if pinned:
        keeps = _("These runs stay even when space runs out. Press again to stop keeping them.")
    st.button(
        _("Kept") if pinned else _("Keep"),
        key="runs_keep",
        type="tertiary",
        icon=":material/keep:" if pinned else None,
        disabled=bool(problem),
        help=problem or keeps,
        on_click=guarded(_pin),
        args=(lab, [entry.run_id for entry in runs], not pinned),
    )


def _pin(lab: Lab, ids: list[str], pinned: bool) -> None:
    attempt(lambda: lab.runs.pin(ids, pinned, person()))
