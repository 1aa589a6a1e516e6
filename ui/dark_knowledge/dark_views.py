"""The three views of dark knowledge, each with its lesson: a picture, its pull on a student, all pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from kd.analysis import softening
from kd.analysis.observations import most_one_sided_likeness
from kd.base.fields import STORED_MODEL
from kd.charts import dark_charts
from kd.config import FIELDS, RunConfig
from kd.pictures.mnist import load_mnist
from kd.text.dark_words import look_alikes_words, mean_entropy_words
from kd.text.translation import N_, _
from kd.text.words import percent
from ui.dark_knowledge.dark_picture import SOURCE, STRIP, Shown, strip
from ui.live import controls, views
from ui.live.controls import Control
from ui.live.live import live
from ui.shared import address
from ui.shared.figure import computed, figure
from ui.shared.guard import guarded
from ui.shared.lesson import lesson
from ui.shared.pieces import quiet

STUDENTS = {
    "nothing": N_("Knows nothing yet"),
    "scratch": N_("Scratch, after training"),
    "distilled": N_("Distilled, after training"),
}

LOG = address.switch("log")
_MISTAUGHT = N_(
    "Squares and triangles mark the two students: the blue one was taught with such numbers, but with a "
    "mistake made on purpose ({mistake}); the grey one was not."
)
_TAUGHT = N_(
    "Squares and triangles mark the two students: the blue one was taught with such numbers, the grey one "
    "was not."
)
_NOT_TAUGHT = N_("Squares and triangles mark the two students; neither was taught with such numbers.")
_BY_LABELS = N_(
    "Nobody told the teacher that a 4 is like a 9 and unlike a 0: it was trained on labels alone. It learned "
    "this anyway."
)
_BY_ANOTHER = N_("No label ever told the teacher that a 4 is like a 9 and unlike a 0.")


def one_picture(shown: Shown, temperature: Control) -> None:
    """Draws soft targets as bars, and how unsure the models are at each T."""
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
        views.saved(views.soft_targets(shown.logits), "soft-targets-T{T}", "wide"),
        views.saved(views.entropies(shown.logits), "entropy-T{T}", "narrow"),
    ]
    live("soft-targets", [temperature, log], figures)


def pull(shown: Shown, temperature: Control, config: RunConfig) -> None:
    """Draws what label and teacher tell a student about this picture."""
    if config.makes_mistake:
        mistake = FIELDS["mistake"].in_words(config.mistake)
        quiet(
            _(
                "This run makes a mistake on purpose: {mistake}. What pulls here is the right formula.",
                mistake=mistake,
            )
        )
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
        views.saved(pulls, f"pull-{note}", "wide"),
        views.saved(views.strengths(pulls), f"pull-strength-{note}", "narrow"),
    ]
    live("pull", [temperature, student, alpha, squared], figures)


def whole_test_set(run_id: str, logits: np.ndarray, control: Control) -> None:
    """Draws which digits the teacher thinks look alike, pictures that show it, and its entropy at each T."""
    labels, temperature = load_mnist().y_test, live("look-alikes", [control], [])["T"]
    rows = dark_charts.look_alike_rows(labels, logits, temperature)
    wrong = rows[rows["true"] != rows["class"]]
    first = wrong.loc[wrong["share_of_wrong"].idxmax()]
    words = _(
        "For pictures of {digit}, {share} of the teacher's probability for wrong digits goes to {other}. "
        "Nobody told it that the two look alike.",
        digit=first["true"],
        share=percent(first["share_of_wrong"]),
        other=first["class"],
    )
    st.html(f'<p class="kd kd-verdict">{words}</p>')
    matrix, pictures = st.columns([1.2, 1], gap="large")
    with matrix:
        figure(
            "look-alikes",
            dark_charts.look_alike_chart,
            rows,
            alt=look_alikes_words(rows, temperature),
            file_note=f"T{temperature:g}",
            on_select=guarded(_pick_cell),
        )
    with pictures:
        true, other = _cell()
        # ordered at T = 1: the pictures behind a cell should not change while T is dragged
        behind = computed(
            run_id,
            "behind",
            true,
            other,
            _compute=lambda: softening.pictures_behind(labels, logits, true, other, 1.0, STRIP),
        )
        said = tuple(map(percent, behind["probability_other"]))
        strip(tuple(behind["picture"].astype(int)), said, name="pictures-behind-a-cell")
        st.markdown(_("**Most confusing:** the true digit got the lowest probability (label → answer)"))
        wrong = computed(
            run_id, "confusing", _compute=lambda: softening.most_confusing(labels, logits, STRIP)
        )
        pairs = zip(wrong["true"], wrong["predicted"], strict=True)
        said = tuple(f"{label} → {answer}" for label, answer in pairs)
        strip(tuple(wrong["picture"].astype(int)), said, name="confusing-pictures")
        st.caption(_("You can also click a cell of the matrix, or a picture."))
    curve = computed(run_id, "mean entropy", _compute=lambda: softening.mean_entropy_curve(logits))
    entropies = dark_charts.mean_entropy_rows(curve, temperature)
    figure(
        "mean-entropy",
        dark_charts.mean_entropy_chart,
        entropies,
        alt=mean_entropy_words(entropies),
        file_note=f"T{temperature:g}",
    )


def _cell() -> tuple[int, int]:
    """Draws the controls of the cell whose pictures are shown, which a click on a cell sets as well."""
    heading = st.empty()

    def digit(label: str, name: str, default: int, help: str) -> int:
        key = f"dark_cell_{name}"
        return st.selectbox(
            label, range(10), index=default, key=key, help=help, persist_state="session", width="stretch"
        )

    with st.container(horizontal=True):
        true = digit(_("Pictures of"), "true", 4, _("The row of the matrix: the label of the pictures."))
        other = digit(
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


def _pick_cell() -> None:
    points = st.session_state["look-alikes"].selection.cell
    if points:
        for name in ("true", "class"):
            st.session_state[f"dark_cell_{name}"] = int(points[0][name])


def one_picture_lesson(label: int, config: RunConfig) -> None:
    """Draws the lesson under one picture, which has this label, and the answers of a run's students."""
    students = _(_TAUGHT if config.learns_from_teacher else _NOT_TAUGHT)
    if config.makes_mistake:
        students = _(_MISTAUGHT, mistake=FIELDS["mistake"].in_words(config.mistake))
    lesson(
        _("What the wrong answers know"),
        _(
            "A label gives one answer: “{label}”. The teacher gives ten numbers, and the nine for the wrong "
            "digits are not noise: they say which other digits the picture resembles. A trained teacher "
            "makes them so small that a student would hardly notice them. Dividing the logits by a "
            "temperature T before the softmax shrinks all differences between them by the same factor, and "
            "the small numbers become visible. {students}",
            label=label,
            students=students,
        ),
        _(
            "Choose a picture the teacher is sure of (under “{way}”, the first in the strip), set T to 1, "
            "and switch the logarithmic scale on and off. One bar becomes ten. Now drag T: however far you "
            "go, no bar ever overtakes another. The doubts were there all along.",
            way=_(SOURCE.labels["digit"]),
        ),
        r"q_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)} \qquad H(q) = -\sum_i q_i \log_2 q_i",
        _(
            "$z$: the teacher's logits; $q$: its soft targets at temperature $T$; $H$: their entropy in "
            "bits. Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural Network*, section "
            "2."
        ),
    )


def pull_lesson() -> None:
    lesson(
        _("Two pulls on every logit"),
        _(
            "Training moves each of the student's logits against the gradient of the loss. That gradient is "
            "a weighted sum of two simple differences: the student's answer minus the label and, with both "
            "softened, the student's answer minus the teacher's. Green bars show the label's pull, orange "
            "bars the teacher's, and the grey tick shows the two together. The label only ever pulls one "
            "class up. The teacher has something to say about every class."
        ),
        _(
            "Set T to 20 and switch T² off. The orange bars all but vanish: the teacher now pulls 400 times "
            "more weakly, and α no longer means what it says. That is all T² is for. Softening divides the "
            "gradient by T twice: once in the derivative, and once because softened answers differ less."
        ),
        r"\frac{\partial L}{\partial z_s} = \alpha\,\bigl(\sigma(z_s) - y\bigr) + (1-\alpha)\,s\,"
        r"\frac{\sigma(z_s/T) - \sigma(z_t/T)}{T}, \qquad s \in \{T^2, 1\}",
        _(
            "$z_s, z_t$: logits of student and teacher; $y$: the label as a vector with a single 1; "
            "$\\sigma$: softmax; $s$: $T^2$, or 1 where T² is switched off. Bars show the negative gradient, "
            "so a bar that points up pulls its logit up. Hinton et al. (2015), section 2: the gradients from "
            "soft targets scale as $1/T^2$."
        ),
    )


def whole_test_set_lesson(run_id: str, config: RunConfig, logits: np.ndarray) -> None:
    """Draws the lesson under all test pictures: of two digits at T = 4, only one resembles the other."""
    a, b, there, back = computed(
        run_id,
        "one-sided",
        _compute=lambda: most_one_sided_likeness(load_mnist().y_test, logits, 4.0),
    )
    lesson(
        _("What no label ever said"),
        _(
            "Each row is the average of the teacher's soft targets over all test pictures of one digit. "
            "{learned} Hinton called it dark knowledge, and a distilled student is taught it with every "
            "picture, for free.",
            learned=_(_BY_ANOTHER if STORED_MODEL.fullmatch(config.teacher) else _BY_LABELS),
        ),
        _(
            "Set T to 4. Click the cell in row {a}, column {b}, then the one in row {b}, column {a}. On "
            "average, this teacher gives pictures of {a} a probability of {there} for {b}, but pictures of "
            "{b} only {back} for {a}: resemblance is not mutual, and no label ever said so.",
            a=a,
            b=b,
            there=percent(there),
            back=percent(back),
        ),
        r"M_{cj} = \frac{1}{|\{n: y_n = c\}|} \sum_{n:\, y_n = c} "
        r"\frac{\exp(z_{nj}/T)}{\sum_k \exp(z_{nk}/T)}",
        _(
            "$M_{cj}$: the mean probability of class $j$ for pictures of class $c$; $z_n$: the teacher's "
            "logits for test picture $n$; $y_n$: its label."
        ),
    )
