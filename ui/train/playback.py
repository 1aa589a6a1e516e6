"""Time as a slider: a finished training played back, epoch by epoch, on Train and on Draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis.logits import softmax
from kd.analysis.observations import relearned
from kd.analysis.playback import confusions, ending_in, logits_over_time, playback_table
from kd.config import TEST_IMAGES
from kd.lab import Lab
from kd.pictures.mnist import load_mnist
from kd.text.chart_words import point_label, point_name, reading_words
from kd.text.translation import N_, _
from kd.text.words import NAMES, STUDENTS, a_digit, accuracy, file_size, percent, sentence_case
from ui.live import controls, views
from ui.live.live import live
from ui.pictures import ways_in
from ui.shared import lessons
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.shared.markup import pixels

_MEASURES = {
    "accuracy": N_("Test accuracy by epoch"),
    "agreement": N_("Agreement with the teacher by epoch"),
}


def play_training(lab: Lab, run_id: str) -> None:
    """A tab of a finished run: the test set and one picture, played back."""
    with guard():
        kept = course(lab, run_id)
        snapshots = _in_full(kept, lab.runs[run_id].test_logits())
        _training(lab, run_id, snapshots)
        lesson(
            _("Most is learned in the first moments"),
            _most_is_learned(_table(run_id, snapshots, lab.runs[run_id].test_logits()["teacher"])),
            _(
                "How many pictures does a student get right, then wrong, then right again? Guess, press "
                "Play, and watch a few of the strips. In this run the distilled student did this with "
                "{count} of the 10,000.",
                count=f"{_relearned(run_id, snapshots['distilled']['logits']):,}",
            ),
            r"\text{agreement}(t) = \frac{1}{n} \sum_n "
            r"\bigl[\arg\max_k z^{(t)}_{nk} = \arg\max_k z^{\text{teacher}}_{nk}\bigr]",
            _kept(sum(kept["distilled"][name][0].nbytes for name in ("logits", "weights"))),
            folded=True,
        )


@st.fragment
def play_picture(lab: Lab, run_id: str, picture: np.ndarray) -> None:
    """A folded section under a drawing: how both students would have read it as they learned.

    Args:
        picture: (28, 28) in [0, 1].
    """
    with (
        guard(),
        st.expander(
            _("How would the students have read it earlier?"), key="reading_open", on_change="rerun"
        ) as s,
    ):
        if s.open:
            course(lab, run_id)
            times, logits = _drawing_logits(lab, run_id, picture)
            _play("draw", times, _reading(times, logits))
            lessons.earlier(len(times))


def course(lab: Lab, run_id: str) -> dict[str, dict[str, np.ndarray]]:
    """`Run.snapshots`; should that take long, a sentence says why. Not for cached functions."""
    with st.spinner(
        _(
            "How these students learned was not kept, so they are being trained once more, to exactly the "
            "same weights."
        )
    ):
        return lab.runs[run_id].snapshots()


def _in_full(
    snapshots: dict[str, dict[str, np.ndarray]], logits: dict[str, np.ndarray]
) -> dict[str, dict[str, np.ndarray]]:
    """Snapshots that end with the logits of the run itself, so that both say the same."""
    return {
        student: {**kept, "logits": ending_in(kept["logits"], logits[student])}
        for student, kept in snapshots.items()
    }


def _most_is_learned(table: pd.DataFrame) -> str:
    """When both students read most digits. table: of `playback_table`."""
    read = table[table["accuracy"] > 0.5].groupby("model")["time"].min()
    first, points = table["time"].min(), table["time"].nunique()
    if points == 1:
        words = _(
            "So short a training is looked at only once, at its end: train for more epochs, or with more "
            "images, to see how a student comes to read."
        )
    elif len(read) < len(STUDENTS):
        words = _("Few digits are learned here: at no time do both students read most of them.")
    elif read.max() <= 0.5:
        words = _(
            "Most is learned at the very start: before the first epoch is half over, both students read most "
            "digits. What remains is hard and takes most of the time."
        )
    elif read.max() == first:
        words = _(
            "Most is learned at the start: {when}, the first point here, both students already read most "
            "digits. What remains is hard and takes most of the time.",
            when=point_name(first),
        )
    else:
        words = _(
            "Most is learned at the start: {when}, both students read most digits. What remains is hard and "
            "takes most of the time.",
            when=point_name(read.max()),
        )
    question = _(
        "The second chart asks another question: how often does a student say what its teacher says, right "
        "or wrong?"
    )
    return f"{words} {question}"


_KEPT_IN_16_BITS = N_("Weights and logits are kept in 16 bits: {size} per point before compression.")


def _kept(size: int) -> str:
    """The symbols of agreement, and what is kept for it. size: of one point, in bytes."""
    symbols = _(
        "$z^{(t)}$: the student's logits at time $t$. Stanton et al. (2021), *Does Knowledge Distillation "
        "Really Work?*, call this fidelity."
    )
    return f"{symbols} {_(_KEPT_IN_16_BITS, size=file_size(size))}"


def _training(lab: Lab, run_id: str, snapshots: dict[str, dict[str, np.ndarray]]) -> None:
    times = tuple(snapshots["distilled"]["times"].tolist())
    _courses(times, _table(run_id, snapshots, lab.runs[run_id].test_logits()["teacher"]))
    _matrices(run_id, {s: snapshots[s]["logits"] for s in STUDENTS})
    seen, chosen = st.columns([1, 5], vertical_alignment="bottom")
    number = chosen.number_input(
        _("A test picture, as both students read it over time"),
        min_value=0,
        max_value=TEST_IMAGES - 1,
        value=ways_in.FIRST_PICTURE,
        key="playback_picture",
        width=320,
        help=_(ways_in.TEST_PICTURE_HELP),
    )
    picture, label = ways_in.test_picture(number)
    description = _("Test picture {number}, {a_digit}", number=f"{number:,}", a_digit=a_digit(label))
    seen.html(pixels(picture, description))
    logits = {s: snapshots[s]["logits"][:, number] for s in STUDENTS}
    live("playback-train", [], _reading(times, logits))


def _play(name: str, times: tuple[float, ...], figures: list[views.View]) -> None:
    """Draws play, pause and a slider over the points (not for a single one), and figures that follow."""
    if len(times) == 1:
        live(f"playback-{name}", [], figures, {"point": 0})
        return
    control = controls.points(
        f"playback-{name}",
        [_when(time) for time in times],
        _("Time"),
        _("A few points within the first epoch, then the ends of epochs.")
        if times[0] < 1
        else _("The ends of epochs."),
    )
    live(f"playback-{name}", [control], figures)


def _courses(times: tuple[float, ...], table: pd.DataFrame) -> None:
    """Draws the controls, and accuracy and agreement by time. table: of `playback_table`."""
    points = tuple(point_label(time) for time in times)
    own = {student: rows.reset_index() for student, rows in table.groupby("model")}
    courses = [
        views.saved(
            views.course(
                _(title),
                {student: own[student][measure].tolist() for student in STUDENTS},
                points,
                _axis_start(table[measure]),
                measure,
            ),
            f"playback-{measure}",
        )
        for measure, title in _MEASURES.items()
    ]
    sentences = [
        _("{when}: {words}.", when=_when(time), words="; ".join(_how_good(s, own[s], at) for s in STUDENTS))
        for at, time in enumerate(times)
    ]
    _play("train", times, [views.point_sentence(sentences), *map(views.half, courses)])


def _axis_start(values: pd.Series) -> float:
    """Returns a round number that is not above any of the values."""
    lowest = float(values.min())
    return next(start for start in (0.95, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0) if start <= lowest)


def _how_good(student: str, rows: pd.DataFrame, at: int) -> str:
    return _(
        "{student} {accuracy} right, {agreement} the same as its teacher",
        student=_(NAMES[student]),
        accuracy=accuracy(rows.at[at, "accuracy"]),
        agreement=accuracy(rows.at[at, "agreement"]),
    )


def _matrices(run_id: str, logits: dict[str, np.ndarray]) -> None:
    """Draws both students' answers by true class at each point. logits: student → (k, n, 10)."""
    matrices = [
        views.confusion(
            student,
            _("{model}: its answers now", model=_(NAMES[student])),
            _("Percent of the true class"),
            _confusions(run_id, student, logits[student]),
        )
        for student in STUDENTS
    ]
    files = [f"playback-confusion-{student}-point{{at}}" for student in STUDENTS]
    figures = [views.half(views.saved(*each)) for each in zip(matrices, files, strict=True)]
    live("playback-train", [], figures)


def _when(time: float) -> str:
    """A point of a training, as the beginning of a sentence."""
    return sentence_case(point_name(time))


def _reading(times: tuple[float, ...], logits: dict[str, np.ndarray]) -> list[views.View]:
    """How both students read a picture: a sentence, and a strip over time each. logits: student → (k, 10)."""
    probabilities = {s: softmax(logits[s].astype(np.float64)) for s in STUDENTS}
    sentences = []
    for at, time in enumerate(times):
        said = [f"{_(NAMES[s])} {p[at].argmax()} ({percent(p[at].max())})" for s, p in probabilities.items()]
        sentences.append(_("{when}, it was read as {answers}.", when=_when(time), answers=", ".join(said)))
    points = [point_label(time) for time in times]
    strips = [
        views.saved(
            views.reading(
                s,
                _("{model}: probability of each class over time", model=_(NAMES[s])),
                reading_words(s, points, p),
                logits[s],
                points,
            ),
            f"reading-{s}",
        )
        for s, p in probabilities.items()
    ]
    return [views.point_sentence(sentences), *map(views.half, strips)]


@st.cache_data(max_entries=20, show_spinner=False)
def _confusions(run_id: str, student: str, _logits: np.ndarray) -> np.ndarray:
    return confusions(load_mnist().y_test, _logits)


@st.cache_data(max_entries=20, show_spinner=False)
def _relearned(run_id: str, _logits: np.ndarray) -> int:
    return relearned(load_mnist().y_test, _logits)


@st.cache_data(max_entries=20, show_spinner=False)
def _table(run_id: str, _snapshots: dict, _teacher: np.ndarray) -> pd.DataFrame:
    times = {s: _snapshots[s]["times"] for s in STUDENTS}
    logits = {s: _snapshots[s]["logits"] for s in STUDENTS}
    accuracies = {s: _snapshots[s]["accuracies"] for s in STUDENTS}
    return playback_table(load_mnist().y_test, _teacher, times, logits, accuracies)


@st.cache_data(max_entries=100, show_spinner=False)
def _drawing_logits(
    _lab: Lab, run_id: str, picture: np.ndarray
) -> tuple[tuple[float, ...], dict[str, np.ndarray]]:
    snapshots, models = _lab.runs[run_id].snapshots(), _lab.runs[run_id].models()
    image = picture[:, :, np.newaxis].astype(np.float32)
    logits = {s: logits_over_time(models[s], snapshots[s]["weights"], image) for s in STUDENTS}
    return tuple(snapshots["distilled"]["times"].tolist()), logits
