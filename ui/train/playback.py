"""Time as a slider: a finished training played back, epoch by epoch, on Train and on Draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis.logits import softmax
from kd.analysis.observations import relearned
from kd.analysis.playback import confusions, logits_over_time, playback_table
from kd.lab import Lab
from kd.pictures.data_sets import DataSet, data_set
from kd.text.chart_words import point_label, point_name, reading_words
from kd.text.translation import N_, _, numeral
from kd.text.words import NAMES, STUDENTS, a_picture_of, accuracy, called, file_size, percent, sentence_case
from ui.live import controls, views
from ui.live.live import live
from ui.pictures import ways_in
from ui.shared import address
from ui.shared.figure import computed
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.shared.markup import pixels

_MEASURES = {
    "accuracy": N_("Test accuracy by epoch"),
    "agreement": N_("Agreement with the teacher by epoch"),
}

Logits = dict[str, np.ndarray]
"""Student → its logits at each of k points in time: (k, classes) of a picture, (k, n, classes) of all."""


def play_training(lab: Lab, run_id: str) -> None:
    """Draws the tab of a finished run: the test set and one picture, played back."""
    kept, final = course(lab, run_id), lab.runs[run_id].test_logits()
    data = data_set(lab.runs.view(run_id).config.data)
    labels = data.y_test
    # in full at the end, so that this tab says what the others say
    logits = {s: np.concatenate([kept[s]["logits"][:-1], final[s][np.newaxis]]) for s in STUDENTS}
    times = kept["distilled"]["times"].tolist()
    table = computed(
        run_id,
        "playback",
        _compute=lambda: playback_table(
            labels,
            final["teacher"],
            {s: kept[s]["times"] for s in STUDENTS},
            logits,
            {s: kept[s]["accuracies"] for s in STUDENTS},
        ),
    )
    _courses(times, table)
    _matrices(run_id, data, logits)
    _one_picture(times, data, logits)
    often = computed(run_id, "relearned", _compute=lambda: relearned(labels, logits["distilled"]))
    size = sum(kept["distilled"][name][0].nbytes for name in ("logits", "weights"))
    agreement = _(
        "$z^{(t)}$: the student's logits at time $t$. Stanton et al. (2021), *Does Knowledge Distillation "
        "Really Work?*, call this fidelity."
    )
    kept_in = _(
        "Weights and logits are kept in 16 bits: {size} per point before compression.", size=file_size(size)
    )
    lesson(
        _("Most is learned in the first moments"),
        most_is_learned(table),
        _(
            "How many pictures does a student get right, then wrong, then right again? Guess, press "
            "Play, and watch a few of the strips. In this run the distilled student did this with "
            "{count} of the {all}.",
            count=numeral(often),
            all=numeral(data.about.test),
        ),
        r"\text{agreement}(t) = \frac{1}{n} \sum_n "
        r"\bigl[\arg\max_k z^{(t)}_{nk} = \arg\max_k z^{\text{teacher}}_{nk}\bigr]",
        f"{agreement} {kept_in}",
        folded=True,
    )


@st.fragment
def play_picture(lab: Lab, run_id: str, picture: np.ndarray) -> None:
    """Draws a folded section: how both students would have read a picture (28, 28) as they learned."""
    title = _("How would the students have read it earlier?")
    with guard(), st.expander(title, key="reading_open", bind="query-params") as section:
        if section.open:
            kept = course(lab, run_id)
            times = kept["distilled"]["times"].tolist()
            models, image = lab.runs[run_id].models(), picture[:, :, np.newaxis].astype(np.float32)
            logits = computed(
                run_id,
                "drawing",
                picture,
                _compute=lambda: {
                    s: logits_over_time(models[s], kept[s]["weights"], image) for s in STUDENTS
                },
            )
            classes = lab.runs.view(run_id).config.about_data.classes
            play("draw", times, _reading(times, logits, classes))
            _lesson_of_a_picture(len(times))


def course(lab: Lab, run_id: str) -> dict[str, dict[str, np.ndarray]]:
    """Returns `Run.snapshots`; should that take long, a sentence says why. Not for cached functions."""
    with st.spinner(
        _(
            "How these students learned was not kept, so they are being trained once more, to exactly the "
            "same weights."
        )
    ):
        return lab.runs[run_id].snapshots()


def most_is_learned(table: pd.DataFrame) -> str:
    """Returns when both students read most pictures. table: of `playback_table`."""
    read = table[table["accuracy"] > 0.5].groupby("model")["time"].min()
    first, points = table["time"].min(), table["time"].nunique()
    if points == 1:
        words = _(
            "So short a training is looked at only once, at its end: train for more epochs, or with more "
            "images, to see how a student comes to read."
        )
    elif len(read) < len(STUDENTS):
        words = _("Little is learned here: at no time do both students read most pictures.")
    elif read.max() <= 0.5:
        words = _(
            "Most is learned at the very start: before the first epoch is half over, both students read most "
            "pictures. What remains is hard and takes most of the time."
        )
    elif read.max() == first:
        words = _(
            "Most is learned at the start: {when}, the first point here, both students already read most "
            "pictures. What remains is hard and takes most of the time.",
            when=point_name(first),
        )
    else:
        words = _(
            "Most is learned at the start: {when}, both students read most pictures. What remains is hard "
            "and takes most of the time.",
            when=point_name(read.max()),
        )
    question = _(
        "The second chart asks another question: how often does a student say what its teacher says, right "
        "or wrong?"
    )
    return f"{words} {question}"


def play(name: str, times: Sequence[float], figures: list[views.View]) -> None:
    """Draws play, pause and a slider over the points (not for a single one), and figures that follow."""
    channel = f"playback-{name}"
    if len(times) == 1:
        live(channel, [], figures, {"point": 0})
    else:
        help = _("The ends of epochs.")
        if times[0] < 1:
            help = _("A few points within the first epoch, then the ends of epochs.")
        last = len(times) - 1
        point = address.whole("point", 0, last, last)
        control = controls.points("point", list(map(_when, times)), _("Time"), help, point)
        live(channel, [control], figures)


def _when(time: float) -> str:
    """Returns a point of a training, as the beginning of a sentence."""
    return sentence_case(point_name(time))


def _courses(times: Sequence[float], table: pd.DataFrame) -> None:
    """Draws the controls, and accuracy and agreement by time. table: of `playback_table`."""
    points = tuple(map(point_label, times))
    own = {student: rows.to_dict("list") for student, rows in table.groupby("model")}
    sentences = []
    for at, time in enumerate(times):
        said = [
            _(
                "{student} {accuracy} right, {agreement} the same as its teacher",
                student=_(NAMES[s]),
                accuracy=accuracy(own[s]["accuracy"][at]),
                agreement=accuracy(own[s]["agreement"][at]),
            )
            for s in STUDENTS
        ]
        sentences.append(_("{when}: {words}.", when=_when(time), words="; ".join(said)))
    figures = [views.point_sentence(sentences)]
    for name, title in _MEASURES.items():
        lowest = table[name].min()
        start = next(start for start in (0.95, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0) if start <= lowest)
        lines = {student: own[student][name] for student in STUDENTS}
        course = views.course(_(title), lines, points, start, name)
        figures.append(views.saved(course, f"playback-{name}", "half"))
    play("train", times, figures)


def _matrices(run_id: str, data: DataSet, logits: Logits) -> None:
    """Draws both students' answers by true class, which follow the point in the browser."""
    labels, figures = data.y_test, []
    for s in STUDENTS:
        counts = computed(run_id, "confusions", s, _compute=partial(confusions, labels, logits[s]))
        title = _("{model}: its answers now", model=_(NAMES[s]))
        matrix = views.confusion(s, title, _("Percent of the true class"), counts, data.about.classes)
        figures.append(views.saved(matrix, f"playback-confusion-{s}-point{{at}}", "half"))
    live("playback-train", [], figures)


def _one_picture(times: Sequence[float], data: DataSet, logits: Logits) -> None:
    """Draws how both students read a test picture that one can choose."""
    seen, chosen = st.columns([1, 5], vertical_alignment="bottom")
    label = _("A test picture, as both students read it over time")
    number = ways_in.picture_number(data, chosen.number_input, label, key="playback_picture", width=320)
    picture, true = ways_in.test_picture(number, data)
    shown = a_picture_of(data.about.classes[true])
    seen.html(pixels(picture, _("Test picture {number}, {shown}", number=numeral(number), shown=shown)))
    read = {s: logits[s][:, number] for s in STUDENTS}
    live("playback-train", [], _reading(times, read, data.about.classes))


def _reading(times: Sequence[float], logits: Logits, classes: Sequence[str]) -> list[views.View]:
    """Returns how both students read a picture: a sentence, and a strip over time each."""
    probabilities = {s: softmax(logits[s].astype(np.float64)) for s in STUDENTS}
    sentences = []
    for at, time in enumerate(times):
        said = [
            f"{_(NAMES[s])} {called(classes[p[at].argmax()])} ({percent(p[at].max())})"
            for s, p in probabilities.items()
        ]
        sentences.append(_("{when}, it was read as {answers}.", when=_when(time), answers=", ".join(said)))
    figures = [views.point_sentence(sentences)]
    points = list(map(point_label, times))
    for s, p in probabilities.items():
        title = _("{model}: probability of each class over time", model=_(NAMES[s]))
        words = reading_words(s, points, p, classes)
        strip = views.reading(s, title, words, logits[s], points, classes)
        figures.append(views.saved(strip, f"reading-{s}", "half"))
    return figures


def _lesson_of_a_picture(points: int) -> None:
    """Draws the lesson under the playback of one drawing. points: at how many times weights were saved."""
    try_this = _(
        "Draw something untidy and go back to the first point. The twins began with the same weights, so "
        "they began with the same mistakes. Do they still read it alike there, and which of them is surer?"
    )
    if points == 1:
        try_this = _(
            "So short a training is saved only once, at its end: train a run with more epochs or images, and "
            "come back with an untidy drawing. The twins begin with the same weights, so they begin with the "
            "same mistakes."
        )
    lesson(
        _("Rough first, sure later"),
        _(
            "Both students' weights were saved as they learned, and your drawing has just been shown to each "
            "of those earlier students. At first, little more than the brightness of a region counts; the "
            "strokes that tell one class from another come later, and certainty comes with them."
        ),
        try_this,
        r"p^{(t)} = \sigma\bigl(z(x; \theta^{(t)})\bigr)",
        _(
            "$x$: your drawing; $\\theta^{(t)}$: a student's weights at time $t$, kept in 16 bits; $z$: its "
            "logits; $\\sigma$: softmax."
        ),
        folded=True,
    )
