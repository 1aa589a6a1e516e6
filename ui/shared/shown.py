"""Which run a page shows, so that leaving, reloading or closing it never hides one."""

import contextlib
from collections.abc import Sequence

import streamlit as st

from kd.config import RunConfig
from kd.lab import Lab, RunView
from kd.text.translation import N_, _
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.shared.pieces import quiet
from ui.shared.run_words import setting

_KEY, _PAGE, _CHOICE = "shown_run", "page_drawn", "asked_run"
_WHY_ANOTHER = {
    "queued": N_("has not been trained yet"),
    "running": N_("is still training"),
    "stopped": N_("was stopped before its models were ready"),
    "interrupted": N_("was interrupted before its models were ready"),
    "failed": N_("failed before its models were ready"),
}


def shown_run(lab: Lab) -> RunView | None:
    """Returns the run in the URL, else the last one looked at, one that trains, a stored one, or None."""
    asked = address.now().get("run")
    for run_id in (asked, looked_at()):
        if run_id is None:
            continue
        try:
            view = lab.runs.view(run_id)
        except ValueError:
            if run_id == asked:
                notices.add(
                    _(
                        "There is no run “{name}” here, so another one is shown. "
                        "The Runs page lists them all.",
                        name=notices.cut(run_id),
                    )
                )
            continue
        show(view.run_id)
        return view
    chosen = _first_choice(lab.runs.views())
    if chosen is None:
        return None
    show(chosen.run_id)
    return lab.runs.view(chosen.run_id)


def looked_at() -> str | None:
    """Returns the run that this session looked at last."""
    return st.session_state.get(_KEY)


def finished_run(lab: Lab, without: str) -> RunView:
    """Returns the finished run to ask; where there is none, the page ends with the sentence without."""
    shown = shown_run(lab)
    if shown is not None and shown.status == "finished":
        return shown
    chosen = _first_choice(_finished(lab))
    if chosen is None:
        st.write(without)
        st.page_link("pages/train.py", label=_("Train the first run"), icon=":material/model_training:")
        st.stop()
    return lab.runs.view(chosen.run_id)


def choose_finished_run(lab: Lab, asked: RunView, label: str, help: str) -> None:
    """Draws a list with the run of `finished_run` chosen, and why it is not the one shown elsewhere."""
    settings = {entry.run_id: setting(entry.config) for entry in _finished(lab)}
    st.session_state[_CHOICE] = asked.run_id
    st.selectbox(
        label,
        list(settings),
        key=_CHOICE,
        format_func=lambda run_id: settings.get(run_id, run_id),
        help=help,
        on_change=guarded(lambda: show(st.session_state[_CHOICE])),
    )
    shown = shown_run(lab)
    if shown is not None and shown.run_id != asked.run_id and shown.status in _WHY_ANOTHER:
        words = N_("The run you looked at ({setting}) {why}, so this page uses another one.")
        quiet(_(words, setting=setting(shown.config), why=_(_WHY_ANOTHER[shown.status])))


def example_run(lab: Lab) -> RunView | None:
    """Returns the run that explains best: the standard setting's, or a finished one as Home describes it."""
    with contextlib.suppress(ValueError):
        view = lab.runs.view(RunConfig().run_id)
        if view.status == "finished":
            return view
    views = (lab.runs.view(entry.run_id) for entry in _in_order(_finished(lab)))
    return next(filter(is_plain, views), None)


def is_plain(view: RunView) -> bool:
    """Returns whether a small student learns from labels and soft targets, its twin from the same labels."""
    usual, config = RunConfig(), view.config
    same = (
        "data",
        "objective",
        "labelled",
        "omitted_digits",
        "label_noise",
        "baseline",
        "shift",
        "permuted_doubts",
    )
    return (
        0 < config.alpha < 1
        and all(getattr(config, name) == getattr(usual, name) or not config.counts(name) for name in same)
        and view.result is not None
        and view.result["teacher"]["parameters"] >= 2 * view.result["distilled"]["parameters"]
    )


def comes_to(page: str) -> None:
    """Notes which page is drawn."""
    st.session_state[_PAGE] = page


def drawn_page() -> str:
    """Returns the page that is drawn, by its English name in small letters; empty before there is one."""
    return st.session_state.get(_PAGE, "").lower()


def show(run_id: str) -> None:
    """Shows this run from now on, here and in the URL."""
    st.session_state[_KEY] = run_id
    address.rewrite({"run": run_id})


def _finished(lab: Lab) -> list[RunView]:
    return [entry for entry in lab.runs.views() if entry.status == "finished"]


def _first_choice(entries: Sequence[RunView]) -> RunView | None:
    return next(iter(_in_order(entries)), None)


def _in_order(entries: Sequence[RunView]) -> list[RunView]:
    """Sorts the runs: what trains, then the standard setting, what came with the project, the newest."""
    standard = RunConfig().run_id
    return sorted(entries, key=lambda entry: (not entry.active, entry.run_id != standard, not entry.shipped))
