"""Which run a page shows, so that leaving, reloading or closing it never hides one."""

from __future__ import annotations

import contextlib

import streamlit as st

from kd.config import RunConfig
from kd.lab import Lab, RunView
from kd.text.translation import _
from ui.shared import address, notices

_KEY = "shown_run"


def shown_run(lab: Lab) -> RunView | None:
    """The run in the URL, else the one this session looked at last, else one that trains, else a stored one.

    None only when there is no run at all.
    """
    asked = st.query_params.get("run")
    for run_id in (asked, st.session_state.get(_KEY)):
        if run_id is None:
            continue
        try:
            view = lab.watch(run_id)
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
    view = _first_choice(lab.runs())
    if view is not None:
        show(view.run_id)
    return view


def looked_at() -> str | None:
    """The run that this session looked at last."""
    return st.session_state.get(_KEY)


def finished_run(lab: Lab) -> tuple[RunView | None, list[RunView], RunView | None]:
    """The finished run to ask, all finished ones, and the run shown elsewhere if it cannot be asked."""
    finished = [view for view in lab.runs() if view.status == "finished"]
    shown = shown_run(lab)
    if shown is not None and shown.status == "finished":
        return shown, finished, None
    return _first_choice(finished), finished, shown


def example_run(lab: Lab) -> RunView | None:
    """The run that explains best: the standard setting's, or a finished one that is as Home describes it."""
    with contextlib.suppress(ValueError):
        view = lab.watch(RunConfig().run_id)
        if view.status == "finished":
            return view
    return _first_choice([view for view in lab.runs() if view.status == "finished" and _is_plain(view)])


def _is_plain(view: RunView) -> bool:
    """Whether a small student learns from labels and soft targets, and its twin from the same labels."""
    usual, config = RunConfig(), view.config
    same = ("objective", "labelled", "omitted_digits", "label_noise", "baseline")
    return (
        0 < config.alpha < 1
        and all(getattr(config, name) == getattr(usual, name) or not config.counts(name) for name in same)
        and view.result["teacher"]["parameters"] >= 2 * view.result["distilled"]["parameters"]
    )


def show(run_id: str) -> None:
    """Show this run from now on, here and in the URL."""
    st.session_state[_KEY] = run_id
    # Every assignment sends the browser the whole address as the server last knew it, which would undo a
    # control that was moved meanwhile: so only when there is something new to say.
    if st.query_params.get("run") != run_id:
        address.rewrite({"run": run_id})


def stay() -> None:
    """Go on showing the run that was shown last.

    A click that overtakes the news of another run brings along the address from before it.
    """
    if _KEY in st.session_state:
        show(st.session_state[_KEY])


def _first_choice(views: list[RunView]) -> RunView | None:
    standard = RunConfig().run_id
    ranked = sorted(views, key=lambda view: (not view.active, view.run_id != standard, not view.shipped))
    return ranked[0] if ranked else None
