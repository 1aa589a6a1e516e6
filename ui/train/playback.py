"""Time as a slider: a finished training played back, epoch by epoch, on Train and on Draw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis.logits import softmax
from kd.analysis.observations import relearned
from kd.analysis.playback import logits_over_time, picture_path, playback_table
from kd.charts import error_charts, playback_charts
from kd.config import TEST_IMAGES
from kd.lab import Lab
from kd.pictures.mnist import load_mnist
from kd.text.chart_words import confusion_words, playback_words, reading_words
from kd.text.translation import N_, _
from kd.text.words import NAMES, STUDENTS, a_digit, accuracy, file_size, percent
from ui.pictures import ways_in
from ui.shared import lessons
from ui.shared.figure import figure
from ui.shared.guard import guard, guarded
from ui.shared.lesson import lesson
from ui.shared.markup import pixels, role

_SECONDS_A_POINT = 0.8


def play_training(lab: Lab, run_id: str) -> None:
    """A tab of a finished run: the test set and one picture, played back."""
    with guard():
        snapshots = course(lab, run_id)
        distilled = snapshots["distilled"]
        times = tuple(distilled["times"].tolist())
        player("train", times, lambda at: _training(lab, run_id, times, at))
        lesson(
            _("Most is learned in the first moments"),
            _most_is_learned(_table(run_id, snapshots, lab.test_logits(run_id)["teacher"])),
            _(
                "How many pictures does a student get right, then wrong, then right again? Guess, press "
                "Play, and watch a few of the strips. In this run the distilled student did this with "
                "{count} of the 10,000.",
                count=f"{_relearned(run_id, snapshots['distilled']['logits']):,}",
            ),
            r"\text{agreement}(t) = \frac{1}{n} \sum_n "
            r"\bigl[\arg\max_k z^{(t)}_{nk} = \arg\max_k z^{\text{teacher}}_{nk}\bigr]",
            _kept(sum(distilled[kept][0].nbytes for kept in ("logits", "weights"))),
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
            player("draw", times, lambda at: _reading(times, logits, at))
            lessons.earlier(len(times))


def course(lab: Lab, run_id: str) -> dict[str, dict[str, np.ndarray]]:
    """`Lab.snapshots`; should that take long, a sentence says why. Not for cached functions."""
    with st.spinner(
        _(
            "How these students learned was not kept, so they are being trained once more, to exactly the "
            "same weights."
        )
    ):
        return lab.snapshots(run_id)


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
            when=playback_charts.point_name(first),
        )
    else:
        words = _(
            "Most is learned at the start: {when}, both students read most digits. What remains is hard and "
            "takes most of the time.",
            when=playback_charts.point_name(read.max()),
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


def player(name: str, times: tuple[float, ...], screen: Callable[[int], None]) -> None:
    """Play, pause and a slider over the points; calls `screen` with the chosen point's index.

    A single point leaves nothing to choose, and a browser fails to draw a slider of one value.
    """
    if len(times) == 1:
        screen(0)
        return
    key = f"playing-{name}"
    playing = st.session_state.get(key, False)
    every = _SECONDS_A_POINT if playing else None
    st.fragment(_frame, run_every=every)(name, times, screen, playing)


def _frame(name: str, times: tuple[float, ...], screen: Callable[[int], None], was_playing: bool) -> None:
    with guard():
        key, at = f"playing-{name}", f"playback-{name}"
        last = len(times) - 1
        st.session_state[at] = min(st.session_state.get(at, last), last)
        if was_playing and st.session_state[key]:
            if st.session_state.pop(f"{key}-begun", False):
                st.session_state[at] = 0 if st.session_state[at] == last else st.session_state[at]
            elif st.session_state[at] < last:
                st.session_state[at] += 1
            else:
                st.session_state[key] = False
        if was_playing != st.session_state.get(key, False):
            st.rerun()  # begins or ends the ticking
        button, slider = st.columns([1, 6], vertical_alignment="bottom")
        label, icon = (
            (_("Pause"), ":material/pause:") if was_playing else (_("Play"), ":material/play_arrow:")
        )
        button.button(
            label,
            icon=icon,
            key=f"button-{name}",
            on_click=guarded(_toggle),
            args=(key,),
            width="stretch",
            help=_("Plays through the points by itself, or pauses at this one."),
        )
        index = slider.select_slider(
            _("Time"),
            range(len(times)),
            key=at,
            format_func=lambda i: playback_charts.point_name(times[i]),
            on_change=guarded(_pause),
            args=(key,),
            help=_("A few points within the first epoch, then the ends of epochs.")
            if times[0] < 1
            else _("The ends of epochs."),
        )
        screen(index)


def _toggle(key: str) -> None:
    st.session_state[key] = not st.session_state.get(key, False)
    st.session_state[f"{key}-begun"] = st.session_state[key]


def _pause(key: str) -> None:
    st.session_state[key] = False


def _training(lab: Lab, run_id: str, times: tuple[float, ...], at: int) -> None:
    snapshots, teacher = lab.snapshots(run_id), lab.test_logits(run_id)["teacher"]
    table = _table(run_id, snapshots, teacher)
    rows = playback_charts.playback_rows(table, times[at])
    here = rows[rows["here"]].set_index("role")
    words = "; ".join(
        _(
            "{student} {accuracy} right, {agreement} the same as its teacher",
            student=role(s),
            accuracy=accuracy(here.at[s, "accuracy"]),
            agreement=accuracy(here.at[s, "agreement"]),
        )
        for s in STUDENTS
    )
    st.html(f'<p class="kd">{_when(times[at])}: &nbsp;{words}.</p>')
    points = tuple(playback_charts.point_label(time) for time in times)
    for column, measure in zip(st.columns(2, gap="large"), playback_charts.MEASURES, strict=True):
        with column:
            figure(
                f"playback-{measure}",
                playback_charts.playback_chart,
                rows,
                alt=playback_words(rows, measure, _(playback_charts.MEASURES[measure])),
                measure=measure,
                points=points,
                start=playback_charts.axis_start(table[measure]),
            )
    for column, student in zip(st.columns(2, gap="large"), STUDENTS, strict=True):
        with column:
            cells = _confusion(run_id, student, at, snapshots[student]["logits"][at])
            figure(
                f"playback-confusion-{student}",
                error_charts.confusion_chart,
                cells,
                alt=confusion_words(cells),
                file_note=f"point{at + 1}",
                title=_("{model}: its answers now", model=_(NAMES[student])),
                subtitle=_("Percent of the true class"),
            )
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
    _reading(times, {s: snapshots[s]["logits"][:, number] for s in STUDENTS}, at)


def _when(time: float) -> str:
    """A point of a training, as the beginning of a sentence."""
    words = playback_charts.point_name(time)
    return words[:1].upper() + words[1:]


def _reading(times: tuple[float, ...], logits: dict[str, np.ndarray], at: int) -> None:
    """How both students read a picture: a strip over time each. logits: student → (k, 10)."""
    answers = []
    for student in STUDENTS:
        probabilities = softmax(logits[student][at].astype(np.float64))
        best = int(probabilities.argmax())
        answers.append(f"{role(student)} {best} ({percent(float(probabilities[best]))})")
    words = _("{when}, it was read as {answers}.", when=_when(times[at]), answers=", ".join(answers))
    st.html(f'<p class="kd">{words}</p>')
    points = tuple(playback_charts.point_label(time) for time in times)
    for column, student in zip(st.columns(2, gap="large"), STUDENTS, strict=True):
        path = picture_path({student: np.array(times)}, {student: logits[student][:, np.newaxis]}, 0)
        with column:
            rows = playback_charts.reading_rows(path, times[at])
            figure(
                f"reading-{student}",
                playback_charts.reading_chart,
                rows,
                alt=reading_words(rows),
                title=_("{model}: probability of each class over time", model=_(NAMES[student])),
                points=points,
            )


@st.cache_data(max_entries=20, show_spinner=False)
def _relearned(run_id: str, _logits: np.ndarray) -> int:
    return relearned(load_mnist().y_test, _logits)


@st.cache_data(max_entries=20, show_spinner=False)
def _table(run_id: str, _snapshots: dict, _teacher: np.ndarray) -> pd.DataFrame:
    times = {s: _snapshots[s]["times"] for s in STUDENTS}
    logits = {s: _snapshots[s]["logits"] for s in STUDENTS}
    return playback_table(load_mnist().y_test, _teacher, times, logits)


@st.cache_data(max_entries=400, show_spinner=False)
def _confusion(run_id: str, student: str, at: int, _logits: np.ndarray) -> pd.DataFrame:
    return error_charts.confusion_rows(load_mnist().y_test, _logits, student)


@st.cache_data(max_entries=100, show_spinner=False)
def _drawing_logits(_lab: Lab, run_id: str, picture: np.ndarray):
    snapshots, models = _lab.snapshots(run_id), _lab.models(run_id)
    image = picture[:, :, np.newaxis].astype(np.float32)
    logits = {s: logits_over_time(models[s], snapshots[s]["weights"], image) for s in STUDENTS}
    return tuple(snapshots["distilled"]["times"].tolist()), logits
