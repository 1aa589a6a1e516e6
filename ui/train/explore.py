"""Below the hero of Train: what changed, and tabs, of which one is computed; the first is Result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import pyarrow as pa
import streamlit as st

from kd.charts.loss_charts import loss_lines, loss_rows
from kd.config import FIELDS, RunConfig
from kd.lab import Lab, RunView
from kd.studies.address import train_command
from kd.studies.sure.near import near_note
from kd.text.chart_words import loss_words
from kd.text.translation import N_, _, language, numeral
from kd.text.verdicts import covers, evidence, evidence_of_seeds, verdict_note
from kd.text.words import MODELS, accuracy, called, file_size, listing, milliseconds, plain
from ui.live import following
from ui.shared import address
from ui.shared.figure import framed, said_chart, save_menu, spec
from ui.shared.guard import guard
from ui.shared.lesson import OBJECTIVE, OBJECTIVE_SYMBOLS, lesson
from ui.shared.markup import literal, role
from ui.shared.pieces import quiet
from ui.shared.server import is_quick
from ui.shared.shown import shown_run
from ui.shared.take_along import notebook_along, show_command
from ui.shared.terms import explained
from ui.train.changes import what_changed
from ui.train.errors import look_closer
from ui.train.hero import seconds
from ui.train.inside import look_inside
from ui.train.playback import play_training
from ui.train.repeats import repeats, seeds_of
from ui.train.trail import trail

TAB = "tab"
"""The session's key for the tab that is open: its name in the reader's language."""

TABS = address.choice(
    N_("There is no tab “{text}”: use {allowed}."),
    {
        "result": N_("Result"),
        "errors": N_("Errors"),
        "playback": N_("Playback"),
        "inside": N_("Inside"),
    },
)
_OF_A_FINISHED_RUN = {"errors": look_closer, "playback": play_training, "inside": look_inside}

_ANY_OBJECTIVE = r"L = \alpha\,\text{CE}\bigl(y, \sigma(z_s)\bigr) + w \sum_k \ell_k"
_TWINS = N_(
    "Both students are the same network. They start from the same weights and see the same pictures in the "
    "same order; scratch is told only the labels, while the distilled student is also told what its teacher "
    "thinks of each picture. So their two lines differ by what this changes in the loss, and by how much "
    "that is with this seed: another one has another gap, and so may a longer training."
)
_SOME_LABELS = N_(
    "Both students are the same network, and start from the same weights. Scratch sees only the pictures "
    "that have labels; the distilled student sees the others, too, and is told what its teacher thinks of "
    "them. So their two lines differ by that, and by how much it is with this seed: another one has another "
    "gap, and so may a longer training. Without the teacher, those pictures would teach nothing."
)
_OBJECTIVE_ALONE = N_(
    "Both students are the same network, and start from the same weights. Neither has a teacher: the "
    "distilled student's objective makes something else of the labels than scratch does. So their two lines "
    "differ by that, and by how much it is with this seed: another one has another gap, and so may a longer "
    "training."
)
_NO_PART = N_(
    "Both students are the same network, and start from the same weights. At α = 1 the distilled student "
    "learns from the labels alone, as scratch does, so any gap between their two lines is not the teacher's "
    "doing."
)
_WRONG_LABELS = N_("Of the labels, {share} % are drawn at random, the same ones for both.")
_OMITTED = N_("The training pictures of {classes} are left out for both.")
_MISTAKEN = N_(
    "The distilled student learns with a mistake that is made on purpose ({mistake}), and not by the formula."
)
_SMOOTHED = N_(
    "Scratch's labels are smoothed, which shows whether the distilled student gains more than that."
)


def explore(lab: Lab, view: RunView) -> None:
    """Draws repeats, what changed and the tabs; while a long run trains, its numbers are redrawn."""
    following.follow(_seconds_of_repeats, _repeats, lab, view.run_id)
    following.follow(_seconds, _explore, lab, view.run_id)


def _seconds(lab: Lab, run_id: str) -> float | None:
    view = shown_run(lab)
    if view is None or view.run_id != run_id:
        st.rerun()  # another run was opened: the whole page shows it
    return seconds(lab, run_id) if view.active and not is_quick(lab, view.config) else None


def _seconds_of_repeats(lab: Lab, run_id: str) -> float | None:
    return None if lab.runs.view(run_id).active else seconds(lab, run_id)


def _repeats(lab: Lab, run_id: str) -> None:
    view = lab.runs.view(run_id)
    repeats(lab, view, seeds_of(lab, view))


def loss(view: RunView) -> None:
    """Draws the distilled student's loss and its parts by epoch."""
    history = view.history
    last = repr([event for event in history if event["model"] == "distilled"][-1:])
    ready, rows, arrow, words = _loss(view.run_id, last, language(), _history=history, _config=view.config)
    with framed("loss-by-epoch"):
        said_chart(ready, arrow, words)
        save_menu("loss-by-epoch", lambda: (ready, rows), view.run_id)


@st.cache_resource(max_entries=100, show_spinner=False)
def _loss(
    run_id: str, come_to: str, language: str, _history: list[dict[str, Any]], _config: RunConfig
) -> Any:
    """Returns the chart, its rows, also in Arrow, and what it shows, once an epoch for all who watch."""
    rows, axes = loss_rows(_history, _config.objective_values(), _config.epochs)
    ready = spec(loss_lines, "loss-by-epoch", rows, **axes)
    return ready, rows, pa.Table.from_pandas(rows), loss_words(rows, axes["parts"])


def _explore(lab: Lab, run_id: str) -> None:
    view = lab.runs.view(run_id)
    with st.container(key="changed"):
        if view.status == "finished":
            with guard():
                what_changed(lab, run_id, view.config, _look_at_errors)
    with st.container(key="tabs"):
        for name, tab in zip(TABS.labels, address.tabs(TABS, TAB), strict=True):
            if tab.open:
                with tab, guard():
                    _draw(name, lab, view)


def _draw(name: str, lab: Lab, view: RunView) -> None:
    if name == "result":
        _result(lab, view)
    elif view.status == "finished":
        _OF_A_FINISHED_RUN[name](lab, view.run_id)
    else:
        quiet(_("This appears when the run has ended."))


def _look_at_errors() -> None:
    st.session_state[TAB] = _(TABS.labels["errors"])


def _result(lab: Lab, view: RunView) -> None:
    trail(lab, view)
    with st.container(key="result_numbers"):
        loss(view)
        told = (explained(words, "mcnemar", "interval", "seed") for words in _evidence(lab, view) if words)
        said = "".join(f"<p>{words}</p>" for words in told)
        st.html(f'<div class="kd kd-evidence">{said}{_table(view.result or {})}</div>')
        show_command(
            train_command(view.config),
            more=partial(notebook_along, lab, view) if view.result else lambda: None,
        )


def _evidence(lab: Lab, view: RunView) -> list[str]:
    """Returns what the verdict rests on, a sentence each."""
    if view.result is None:
        return []
    comparison, seeds = view.result["comparison"], seeds_of(lab, view)
    if seeds is None or seeds.verdict is None:
        return [evidence(comparison), verdict_note(comparison), near_note(view.config)]
    known = evidence_of_seeds(seeds.verdict)
    return [known, covers(view.config) if known else "", evidence(comparison)]


def _table(result: dict[str, Any]) -> str:
    """Returns the final numbers as HTML: one column per model, so that the table fits on a phone too."""
    measures: dict[str, tuple[str, Callable[[Any], str]]] = {
        _("Agrees with the teacher"): ("agreement", accuracy),
        _("Parameters"): ("parameters", numeral),
        _("Size on disk"): ("bytes", file_size),
        _("Time per picture"): ("milliseconds", milliseconds),
    }
    found = [result.get(model, {}) for model in MODELS]
    head = "".join(f'<th scope="col">{role(model)}</th>' for model in MODELS)
    rows = "".join(
        f'<tr><th scope="row">{escape(title)}</th>'
        + "".join(f"<td>{escape(says(each[name])) if name in each else '–'}</td>" for each in found)
        + "</tr>"
        for title, (name, says) in measures.items()
    )
    title = escape(_("The three models in numbers"))
    return f'<table aria-label="{title}"><tr><td></td>{head}</tr>{rows}</table>'


def train_lesson(config: RunConfig) -> None:
    if config.objective_class.uses_teacher:
        try_this = _(
            "Set α to 0 and press Train. The distilled student now never sees a label, only what its teacher "
            "thinks. Would you bet on it? See which of the two students comes out ahead."
        )
    else:
        try_this = _(
            "Under “More settings”, choose an objective with a teacher, and press Train. See whether it "
            "gives more than “{objective}”.",
            objective=_(config.objective_class.label),
        )
    lesson(_("The same network twice"), same_network(config), try_this, *formula(config))


def same_network(config: RunConfig) -> str:
    """Returns what the two students have in common, and what sets them apart."""
    if config.alpha == 1:
        sentences = [_(_NO_PART)]
    elif not config.learns_from_teacher:
        sentences = [_(_OBJECTIVE_ALONE)]
    else:
        sentences = [_(_SOME_LABELS if config.counts("labelled") else _TWINS)]
    if config.makes_mistake:
        sentences.append(_(_MISTAKEN, mistake=FIELDS["mistake"].in_words(config.mistake)))
    if config.label_noise:
        sentences.append(_(_WRONG_LABELS, share=plain(100 * config.label_noise)))
    if config.omitted:
        sentences.append(_(_OMITTED, classes=literal(listing([*map(called, config.omitted)]))))
    if config.baseline == "label_smoothing":
        sentences.append(_(_SMOOTHED))
    return " ".join(sentences)


def formula(config: RunConfig) -> tuple[str, str]:
    """Returns the run's loss, and what its symbols mean."""
    objective = config.objective_values()
    if config.objective == "soft_targets":
        return OBJECTIVE, _(OBJECTIVE_SYMBOLS)
    weight = objective.teacher_weight()
    symbols = _(
        "$y$: the label; $z_s$: the student's logits; $\\sigma$: softmax; CE: cross-entropy; "
        "$\\ell_k$: {terms}; $w$: their weight, {weight} here. {objective}: {help} {source}.",
        terms=listing([_(label) for label in objective.term_labels.values()]),
        weight="1 − α" if weight == 1 - config.alpha else plain(weight),
        objective=_(objective.label),
        help=_(objective.help),
        source=_(objective.source),
    )
    return _ANY_OBJECTIVE, symbols
