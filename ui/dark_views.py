"""The three views of dark knowledge: one picture, its pull on a student, and all 10,000 test pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from kd import dark_charts, pull_charts, softening
from kd.dark_words import pull_sentence, soft_target_sentence
from kd.data import load_mnist
from kd.logits import softmax
from kd.words import MODELS
from ui.dark_picture import STRIP, Shown, strip
from ui.figure import figure
from ui.lesson import lesson
from ui.markup import role

STUDENTS = {
    "nothing": "knows nothing yet",
    "scratch": "scratch, trained",
    "distilled": "distilled, trained",
}


def sentence(words: str) -> None:
    """The one sentence over the figures; its place keeps its height."""
    st.html(f'<p class="kd kd-verdict">{words}</p>')


def one_picture(shown: Shown, temperature: float) -> None:
    """Soft targets as bars, and the models' doubts against T."""
    soft = softmax(shown.logits["teacher"], temperature)
    sentence(soft_target_sentence(soft, temperature, shown.label))
    bars, curve = st.columns([1.4, 1], gap="large")
    with bars:
        st.html(f'<p class="kd">{" &ensp; ".join(role(model) for model in MODELS)}</p>')
        log = st.toggle(
            "Logarithmic scale",
            key="log",
            bind="query-params",
            help="Shows what the teacher thinks of the classes it all but rules out.",
        )
        figure(
            "soft-targets",
            dark_charts.soft_targets_chart,
            dark_charts.soft_targets_rows(shown.logits, temperature),
            alt="Bar chart: the teacher's soft targets by class, with the two students' as marks",
            file_note=f"T{temperature:g}",
            log=log,
        )
    with curve:
        figure(
            "entropy",
            dark_charts.entropy_chart,
            dark_charts.entropy_rows(shown.logits, temperature),
            alt="Line chart: entropy in bits against T for teacher, distilled and scratch",
            file_note=f"T{temperature:g}",
        )
    lesson(
        f"A label says one word: “{shown.label}”. The teacher says ten numbers, and the nine for the wrong "
        "digits are no "
        "noise: they tell which digits this one nearly is. In a trained teacher they are so small that a "
        "student would never feel them. Dividing the logits by a temperature T before the softmax shrinks "
        "all differences alike, and the small numbers come into sight. Squares and triangles are the two "
        "students: the blue one was taught with such numbers, the grey one was not.",
        "Choose a picture the teacher is sure of (A digit, the first in the strip), set T to 1, and switch "
        "the logarithmic scale on and off. One bar becomes ten. Now drag T: however far you go, no bar ever "
        "overtakes another. The doubts were there all along.",
        r"q_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)} \qquad H(q) = -\sum_i q_i \log_2 q_i",
        "$z$: the teacher's logits; $q$: its soft targets at temperature $T$; $H$: their entropy in bits. "
        "Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural Network*, section 2.",
    )


def pull(shown: Shown, temperature: float) -> None:
    """What labels and teacher tell a student about this picture."""
    place = st.container()
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    student = left.selectbox(
        "The student",
        STUDENTS,
        key="pulled_student",
        format_func=STUDENTS.get,
        help="Whose logits are pulled: one that finds all classes alike, or one of this run's two.",
    )
    alpha = middle.slider(
        "α, weight of the true labels",
        0.0,
        1.0,
        0.1,
        0.05,
        key="pull_alpha",
        help="As in the objective: 1 hears the label only, 0 the teacher only.",
    )
    squared = right.toggle(
        "Teacher's part × T²",
        value=True,
        key="pull_squared",
        help="Switch it off at a high T and watch the teacher's part.",
    )
    teacher_logits = shown.logits["teacher"]
    logits = np.zeros(10) if student == "nothing" else shown.logits[student]
    gradient = softening.loss_gradient(
        np.array(shown.label), logits, teacher_logits, alpha, temperature, squared
    )
    with place:
        sentence(pull_sentence(*gradient))
    bars, curve = st.columns([1.4, 1], gap="large")
    note = f"T{temperature:g}-alpha{alpha:g}"
    with bars:
        figure(
            "pull",
            pull_charts.pull_chart,
            pull_charts.pull_rows(gradient),
            alt="Bar chart: the pull on each of the student's ten logits, from labels and from teacher",
            file_note=note,
            limit=_limit(shown.label, tuple(logits.tolist()), tuple(teacher_logits.tolist()), alpha),
        )
    with curve:
        figure(
            "pull-strength",
            pull_charts.strength_chart,
            pull_charts.strength_rows(shown.label, logits, teacher_logits, alpha, temperature),
            alt="Line chart: how strongly labels and teacher pull, against T, with and without T squared",
            file_note=note,
        )
    lesson(
        "Training moves each logit of the student against the gradient of the loss. That gradient is a sum "
        "of two plain differences: what the student says minus what the label says, and what it says "
        "minus what the teacher says, both softened. Green bars are the label's wish, orange ones the "
        "teacher's, the grey tick is what the student feels. The label only ever pulls one class up. The "
        "teacher has a wish for every class.",
        "Set T to 20 and switch T² off. The orange bars are gone: at this temperature the teacher pulls 400 "
        "times less, and α no longer means what it says. That is all T² is for: softening divides the "
        "gradient by T twice, once in the derivative and once because soft targets differ less.",
        r"\frac{\partial L}{\partial z_s} = \alpha\,\bigl(\sigma(z_s) - y\bigr) + (1-\alpha)\,s\,"
        r"\frac{\sigma(z_s/T) - \sigma(z_t/T)}{T}, \qquad s = T^2 \text{ or } 1",
        "$z_s, z_t$: logits of student and teacher; $y$: the label as a vector with a single 1; $\\sigma$: "
        "softmax. Bars show the negative gradient, so up is up. Hinton et al. (2015), section 2: soft "
        "targets' gradients scale as $1/T^2$.",
    )


@st.cache_data(max_entries=500, show_spinner=False)
def _limit(label: int, student: tuple[float, ...], teacher: tuple[float, ...], alpha: float) -> float:
    return pull_charts.pull_limit(label, np.array(student), np.array(teacher), alpha)


def whole_test_set(run_id: str, logits: np.ndarray, temperature: float) -> None:
    """Which digits the teacher thinks look alike, the pictures behind it, and its doubts against T."""
    rows = _look_alikes(run_id, temperature, logits)
    true, other = st.session_state.get("dark_cell", (4, 9))
    wrong = rows[rows["true"] != rows["class"]]
    first = wrong.loc[wrong["share_of_wrong"].idxmax()]
    sentence(
        f"Of all the probability that {first['true']}s give to wrong classes, "
        f"{100 * first['share_of_wrong']:.0f} % go to {first['class']}. "
        "Nobody told the teacher that they look alike."
    )
    matrix, behind = st.columns([1.2, 1], gap="large")
    with matrix:
        figure(
            "look-alikes",
            dark_charts.look_alike_chart,
            rows,
            alt="Matrix of ten by ten: the teacher's mean soft target by true class",
            file_note=f"T{temperature:g}",
            on_select=_pick_cell,
        )
    with behind:
        st.markdown(f"**Behind the cell {true} → {other}:** the {true}s with most of a {other}")
        strip(*_behind(run_id, true, other, logits), key="dark_behind")
        st.markdown("**Most confusing:** least probability for the true class")
        strip(*_confusing(run_id, logits), key="dark_confusing")
        st.caption("Click a cell of the matrix or a picture.")
    figure(
        "mean-entropy",
        dark_charts.mean_entropy_chart,
        dark_charts.mean_entropy_rows(_mean_entropy(run_id, logits), temperature),
        alt="Line chart: the teacher's mean entropy in bits over the test set against T",
        file_note=f"T{temperature:g}",
    )
    lesson(
        "Each row is the average of the soft targets of all test pictures of one digit. Nobody ever told the "
        "teacher that a 4 is like a 9 and unlike a 0: it was trained on single words. That it knows all the "
        "same is what Hinton called dark knowledge, and it is what a distilled student is taught on every "
        "picture, for free.",
        "Click the cell in row 1, column 8, then the one in row 8, column 1. To this teacher a 1 has "
        "something of an 8, and an 8 nothing of a 1: looking alike is not mutual, and no label ever said so.",
        r"M_{cj} = \frac{1}{|\{n: y_n = c\}|} \sum_{n:\, y_n = c} "
        r"\frac{\exp(z_{nj}/T)}{\sum_k \exp(z_{nk}/T)}",
        "$M_{cj}$: mean probability that pictures of class $c$ give to class $j$; $z_n$: the teacher's "
        "logits for test picture $n$, $y_n$ its label.",
    )


def _pick_cell() -> None:
    points = st.session_state["look-alikes"].selection.cell
    if points:
        st.session_state["dark_cell"] = (int(points[0]["true"]), int(points[0]["class"]))


@st.cache_data(max_entries=400, show_spinner=False)
def _look_alikes(run_id: str, temperature: float, _logits: np.ndarray):
    return dark_charts.look_alike_rows(load_mnist().y_test, _logits, temperature)


@st.cache_data(max_entries=50, show_spinner=False)
def _mean_entropy(run_id: str, _logits: np.ndarray):
    return softening.mean_entropy_curve(_logits)


@st.cache_data(max_entries=400, show_spinner=False)
def _behind(run_id: str, true: int, other: int, _logits: np.ndarray):
    # ordered at T = 1: which pictures stand behind a cell should not change while T is dragged
    table = softening.pictures_behind(load_mnist().y_test, _logits, true, other, 1.0, STRIP)
    return _numbers_and_captions(table, "probability_other")


@st.cache_data(max_entries=50, show_spinner=False)
def _confusing(run_id: str, _logits: np.ndarray):
    table = softening.most_confusing(load_mnist().y_test, _logits, STRIP)
    return tuple(table["picture"].astype(int)), tuple(
        f"{true}, said {said}" for true, said in zip(table["true"], table["predicted"], strict=True)
    )


def _numbers_and_captions(table, column: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    return tuple(table["picture"].astype(int)), tuple(f"{100 * share:.0f} %" for share in table[column])
