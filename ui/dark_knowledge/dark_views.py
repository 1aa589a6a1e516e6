"""The three views of dark knowledge: one picture, its pull on a student, and all 10,000 test pictures."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis import softening
from kd.analysis.observations import most_one_sided_likeness
from kd.charts import dark_charts
from kd.config import FIELDS, RunConfig
from kd.pictures.mnist import load_mnist
from kd.text.dark_words import look_alikes_words, mean_entropy_words
from kd.text.translation import N_, _
from kd.text.words import percent
from ui.dark_knowledge.dark_picture import STRIP, Shown, strip
from ui.live import controls, views
from ui.live.controls import Control
from ui.live.live import live
from ui.shared import address
from ui.shared.figure import figure
from ui.shared.guard import guarded

STUDENTS = {
    "nothing": N_("Knows nothing yet"),
    "scratch": N_("Scratch, after training"),
    "distilled": N_("Distilled, after training"),
}

LOG = address.kept(address.switch("log"), False)


def sentence(words: str) -> None:
    """The one sentence above the figures; its place keeps its height."""
    st.html(f'<p class="kd kd-verdict">{words}</p>')


def one_picture(shown: Shown, temperature: Control) -> None:
    """Soft targets as bars, and how unsure the models are at each T."""
    log = controls.switch(
        "log",
        "log",
        False,
        _("Logarithmic scale"),
        _("Shows what the teacher thinks of the classes it all but rules out."),
        LOG,
    )
    figures = [
        views.soft_target_sentence(shown.logits["teacher"], shown.label),
        views.wide(views.saved(views.soft_targets(shown.logits), "soft-targets-T{T}")),
        views.narrow(views.saved(views.entropies(shown.logits), "entropy-T{T}")),
    ]
    live("soft-targets", [temperature, log], figures)


def pull(shown: Shown, temperature: Control, config: RunConfig) -> None:
    """What label and teacher tell a student about this picture."""
    if config.makes_mistake:
        words = _(
            "This run makes a mistake on purpose: {mistake}. What pulls here is the right formula.",
            mistake=FIELDS["mistake"].in_words(config.mistake),
        )
        st.html(f'<p class="kd kd-quiet">{escape(words)}</p>')
    student = controls.choice(
        "student",
        "pulled_student",
        {code: _(name) for code, name in STUDENTS.items()},
        _("Student"),
        _(
            "The student whose logits are pulled: one that finds all classes equally likely, or one of this "
            "run's two."
        ),
    )
    alpha = controls.alpha(
        "pull_alpha",
        0.1,
        _("α, weight of the true labels"),
        _("As in training: at 1 only the label counts, at 0 only the teacher."),
    )
    squared = controls.switch(
        "squared",
        "pull_squared",
        True,
        _("Teacher's part × T²"),
        _("Switch this off at a high T and watch the teacher's part shrink."),
    )
    teacher_logits = shown.logits["teacher"]
    students = {code: shown.logits.get(code, np.zeros(10)) for code in STUDENTS}
    pulls = views.pulls(shown.label, teacher_logits, students)
    note = "T{T}-alpha{alpha}"
    figures = [
        views.pull_sentence(pulls),
        views.wide(views.saved(pulls, f"pull-{note}")),
        views.narrow(views.saved(views.strengths(pulls), f"pull-strength-{note}")),
    ]
    live("pull", [temperature, student, alpha, squared], figures)


def whole_test_set(run_id: str, logits: np.ndarray, control: Control) -> None:
    """Which digits the teacher thinks look alike, pictures that show it, and how unsure it is at each T."""
    temperature = live("look-alikes", [control], [])["T"]
    rows = _look_alikes(run_id, temperature, logits)
    wrong = rows[rows["true"] != rows["class"]]
    first = wrong.loc[wrong["share_of_wrong"].idxmax()]
    sentence(
        _(
            "For pictures of {digit}, {share} of the teacher's probability for wrong digits goes to {other}. "
            "Nobody told it that the two look alike.",
            digit=first["true"],
            share=percent(first["share_of_wrong"]),
            other=first["class"],
        )
    )
    matrix, behind = st.columns([1.2, 1], gap="large")
    with matrix:
        figure(
            "look-alikes",
            dark_charts.look_alike_chart,
            rows,
            alt=look_alikes_words(rows, temperature),
            file_note=f"T{temperature:g}",
            on_select=guarded(_pick_cell),
        )
    with behind:
        true, other = _cell()
        numbers, probabilities = _behind(run_id, true, other, logits)
        strip(numbers, tuple(map(percent, probabilities)), name="pictures-behind-a-cell")
        st.markdown(_("**Most confusing:** the true digit got the lowest probability (label → answer)"))
        numbers, answers = _confusing(run_id, logits)
        captions = tuple(f"{label} → {answer}" for label, answer in answers)
        strip(numbers, captions, name="confusing-pictures")
        st.caption(_("You can also click a cell of the matrix, or a picture."))
    entropies = dark_charts.mean_entropy_rows(_mean_entropy(run_id, logits), temperature)
    figure(
        "mean-entropy",
        dark_charts.mean_entropy_chart,
        entropies,
        alt=mean_entropy_words(entropies),
        file_note=f"T{temperature:g}",
    )


def _cell() -> tuple[int, int]:
    """The cell of the matrix whose pictures are shown: a click on a cell sets these two controls as well."""
    heading = st.empty()
    with st.container(horizontal=True):
        true = _digit(_("Pictures of"), "true", 4, _("The row of the matrix: the label of the pictures."))
        other = _digit(
            _("that look most like"), "class", 9, _("The column of the matrix: the digit they resemble.")
        )
    heading.markdown(
        _(
            "**Behind the cell {true} → {other}:** the pictures of {true} that look most like {other}",
            true=true,
            other=other,
        )
    )
    return true, other


def _digit(label: str, name: str, default: int, help: str) -> int:
    key = f"dark_cell_{name}"
    return st.selectbox(
        label, range(10), index=default, key=key, help=help, persist_state="session", width="stretch"
    )


def _pick_cell() -> None:
    points = st.session_state["look-alikes"].selection.cell
    if points:
        for name in ("true", "class"):
            st.session_state[f"dark_cell_{name}"] = int(points[0][name])


@st.cache_data(max_entries=400, show_spinner=False)
def _look_alikes(run_id: str, temperature: float, _logits: np.ndarray) -> pd.DataFrame:
    return dark_charts.look_alike_rows(load_mnist().y_test, _logits, temperature)


@st.cache_data(max_entries=50, show_spinner=False)
def one_sided(run_id: str, _logits: np.ndarray) -> tuple[int, int, float, float]:
    """Two digits of which only one resembles the other, at T = 4: kd.analysis.observations."""
    return most_one_sided_likeness(load_mnist().y_test, _logits, 4.0)


@st.cache_data(max_entries=50, show_spinner=False)
def _mean_entropy(run_id: str, _logits: np.ndarray) -> pd.DataFrame:
    return softening.mean_entropy_curve(_logits)


@st.cache_data(max_entries=400, show_spinner=False)
def _behind(
    run_id: str, true: int, other: int, _logits: np.ndarray
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    # ordered at T = 1: the pictures behind a cell should not change while T is dragged
    table = softening.pictures_behind(load_mnist().y_test, _logits, true, other, 1.0, STRIP)
    return tuple(table["picture"].astype(int)), tuple(table["probability_other"])


@st.cache_data(max_entries=50, show_spinner=False)
def _confusing(run_id: str, _logits: np.ndarray) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    table = softening.most_confusing(load_mnist().y_test, _logits, STRIP)
    return tuple(table["picture"].astype(int)), tuple(zip(table["true"], table["predicted"], strict=True))
