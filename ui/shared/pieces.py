"""Small pieces that several pages draw: lines of text, how far a study is, what a button does."""

import logging
from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from kd.lab.experiments import ExperimentView
from kd.studies.study import StudyView
from kd.text.translation import _
from kd.text.words import duration
from ui.shared import notices
from ui.shared.guard import guarded
from ui.shared.terms import explained

_log = logging.getLogger("kd")


def quiet(words: str, *terms: str, **options: Any) -> None:
    """Draws a line in small grey type. terms: to explain (`ui.shared.terms`); options: of `st.html`."""
    st.html(f'<p class="kd kd-quiet">{explained(words, *terms)}</p>', **options)


def quiet_status(words: str) -> None:
    """Draws such a line as wide as its words, which screen readers say when it changes."""
    st.html(f'<p class="kd kd-quiet" role="status">{escape(words)}</p>', width="content")


def into_sight(key: str, media: str = "all", lowest: float = 0.8) -> None:
    """Scrolls to the container with this key, if it is out of sight.

    media: on which screens, as in CSS. lowest: which share of the screen may be above it.
    """
    st.html(
        f"""<span class="kd-unseen"></span><script>{{
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let isLeft = !matchMedia("{media}").matches;
  const look = () => {{
    const place = document.querySelector(".st-key-{key}");
    const top = place?.getBoundingClientRect().top;
    if (isLeft || (top >= 0 && top <= {lowest} * innerHeight)) return;
    place?.scrollIntoView({{ behavior: calm ? "auto" : "smooth" }});
  }};
  // what is above may still grow, but whoever scrolls by themselves is left alone
  for (const moves of ["wheel", "touchmove", "keydown"]) {{
    addEventListener(moves, () => {{ isLeft = true; }}, {{ once: true }});
  }}
  for (const wait of [0, 500, 1500]) setTimeout(look, wait);
}}</script>""",
        unsafe_allow_javascript=True,
    )


def verdict(words: str, *terms: str) -> None:
    """Draws a sentence in large type, which screen readers say when it changes. terms: as in `quiet`."""
    st.html(f'<p class="kd kd-verdict" role="status">{explained(words, *terms)}</p>')


def moves(status: str) -> bool:
    """Returns whether a study or an experiment with this status goes on by itself."""
    return status in ("running", "waiting for room")


def head(sentence: str, below: str, view: StudyView | ExperimentView | None) -> None:
    """Draws a sentence (as HTML), a line below, and a bar while runs are missing. view: None if included."""
    bar, source = "", "" if view else " kd-source"
    if view is not None and view.status != "finished":
        name = escape(_("Runs that have finished"))
        bar = f'<progress value="{view.done}" max="{view.runs}" aria-label="{name}"></progress>'
    st.html(
        f'<div class="kd kd-head"><p class="kd-verdict" role="status">{sentence}</p>'
        f'<p class="kd-quiet{source}">{explained(below, "seed")}</p>{bar}</div>'
    )


def takes(seconds: float) -> str:
    """Says about how long something takes; 0 means that all of it is stored."""
    return _("about {time}", time=duration(max(1.0, seconds))) if seconds else _("everything is stored")


def acts(act: Callable[..., object], *arguments: Any, others: str = "") -> Callable[[], None]:
    """Returns a widget's callback; a refusal becomes a notice, and so does others where act returns False."""

    def clicked() -> None:
        notices.clear()
        try:
            if act(*arguments) is False and others:
                notices.add(others)
        except ValueError as error:
            notices.add(str(error))
        except OSError as error:
            _log.exception("A control could not do its work")
            notices.add(str(error))

    return guarded(clicked)
