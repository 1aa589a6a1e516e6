"""Three looks at one picture, at one T: answers, soft targets, the pull on a student; each with a lesson."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.base.data_sets import MNIST, About
from kd.config import FIELDS, RunConfig
from kd.text.translation import N_, _
from kd.text.words import NAMES, STUDENTS
from ui.live import controls, views
from ui.live.controls import Control
from ui.live.live import live
from ui.pictures import canvas
from ui.pictures.ways_in import CANVAS, Given
from ui.serving import networks as served
from ui.shared import address
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.shared.pieces import quiet
from ui.shared.server import lab

CHANNEL = "picture"
"""What all figures of the picture follow, wherever they stand on the page."""

LOOK = address.choice(
    N_("There is no view “{text}”: use {allowed}."),
    {"answers": N_("Answers"), "targets": N_("Soft targets"), "pull": N_("The pull on a student")},
)
TERMS = {
    "answers": ("temperature", "divergence"),
    "targets": ("temperature", "soft_targets", "bit"),
    "pull": ("logit", "alpha", "temperature_squared"),
}
"""The terms in each look, to tap."""

TEMPERATURE = address.number("T", LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, instead=1.0)
LOG = address.switch("log")
ALPHA = address.number("pull_alpha", 0, 1, instead=0.1)
SQUARED = address.switch("pull_squared", default=True)
STUDENT = address.choice(
    N_("There is no student “{text}” here: use {allowed}."),
    {"nothing": N_("Knows nothing yet"), **{name: NAMES[name] for name in reversed(STUDENTS)}},
)

_MISTAUGHT = N_(
    "Squares and triangles mark the two students: the blue one was taught with such numbers, but with a "
    "mistake made on purpose ({mistake}); the grey one was not."
)
_TAUGHT = N_(
    "Squares and triangles mark the two students: the blue one was taught with such numbers, the grey one "
    "was not."
)
_NOT_TAUGHT = N_("Squares and triangles mark the two students; neither was taught with such numbers.")


def seen(given: Given, run_id: str, is_drawn: bool) -> None:
    """Draws the picture as the models see it, which the browser answers, and what a pen draws.

    is_drawn: whether there is a canvas to draw on.
    """
    names = lab().runs[run_id].network_names()
    networks = {model: served.address(name) for model, name in names.items()}
    followed = (CANVAS, canvas.drawing_name(), st.session_state["pen"]) if is_drawn else ()
    live(CHANNEL, [], [views.seen(given.picture, networks, *followed)])


@st.fragment
def figures(look: str, given: Given, logits: dict[str, np.ndarray], config: RunConfig) -> None:
    """Draws the figures of a look, the T that they follow, and what they show in words.

    logits: model → (classes,), until the browser answers. config: of the run whose models answer.
    """
    label, classes = given.label, config.about_data.classes
    with guard():
        temperature = controls.temperature(
            "T",
            TEMPERATURE,
            _("T, temperature"),
            _(
                "Divides the logits before the softmax. At T = 1 these are the models' own answers; a higher "
                "T also shows what else they consider, which is what a student learns from."
            ),
        )
        if look == "pull":
            chosen, shown = _pull(label, logits, config)
        elif look == "targets":
            chosen, shown = _soft_targets(label, logits, classes)
        else:
            chosen, shown = [], [views.saved(views.answers(logits, label, classes), "answers-T{T}")]
        said = views.opinions(logits if look == "answers" else {}, given.origin, classes)
        live(CHANNEL, [temperature, *chosen], [*shown, said])


def _soft_targets(
    label: int | None, logits: dict[str, np.ndarray], classes: Sequence[str]
) -> tuple[list[Control], list[views.View]]:
    log = controls.switch(
        "log",
        "log",
        False,
        _("Logarithmic scale"),
        _("Shows what the teacher thinks of the classes it all but rules out."),
        LOG,
    )
    return [log], [
        views.soft_target_sentence(logits["teacher"], label, classes),
        views.saved(views.soft_targets(logits, classes), "soft-targets-T{T}", "wide"),
        views.saved(views.entropies(logits), "entropy-T{T}", "narrow"),
    ]


def _pull(
    label: int | None, logits: dict[str, np.ndarray], config: RunConfig
) -> tuple[list[Control], list[views.View]]:
    if config.makes_mistake:
        mistake = FIELDS["mistake"].in_words(config.mistake)
        words = N_("This run makes a mistake on purpose: {mistake}. What pulls here is the right formula.")
        quiet(_(words, mistake=mistake))
    students = {code: _(name) for code, name in STUDENT.labels.items()}
    classes = config.about_data.classes
    named = {str(number): name for number, name in enumerate(classes)}
    meant = {"teacher": _("What the teacher says"), **named}
    help = _("The label of your picture, which only you know.")
    by_code = address.choice(N_("You cannot mean “{text}”: use {allowed}."), meant)
    means = controls.choice("meant", "meant", meant, _("You meant"), help, by_code)
    chosen = [
        controls.choice(
            "student",
            "pulled_student",
            students,
            _("Student"),
            _("Whose logits are pulled: those of a student that knows nothing, or of one that was trained."),
            STUDENT,
        ),
        *([means] if label is None else []),
        controls.alpha(
            "pull_alpha",
            ALPHA,
            _("α, weight of the true labels"),
            _("As in training: at 1 only the label counts, at 0 only the teacher."),
        ),
        controls.switch(
            "squared",
            "pull_squared",
            True,
            _("Teacher's part × T²"),
            _("Switch this off at a high T and watch the teacher's part shrink."),
            SQUARED,
        ),
    ]
    taught = {code: logits.get(code, np.zeros(len(classes))) for code in students}
    pulls, note = views.pulls(label, logits["teacher"], taught, classes), "T{T}-alpha{alpha}"
    return chosen, [
        views.pull_sentence(pulls),
        views.saved(pulls, f"pull-{note}", "wide"),
        views.saved(views.strengths(pulls), f"pull-strength-{note}", "narrow"),
    ]


def lesson_of(look: str, config: RunConfig) -> None:
    """Draws the lesson of a look. config: of the run whose models answer."""
    if look == "pull":
        _pull_lesson()
    elif look == "targets":
        _targets_lesson(config)
    else:
        _answers_lesson(config.about_data)


_PLACED = N_(
    "Your drawing is made to look like MNIST's digits: its strokes become about as wide as theirs, it is "
    "scaled to fit into 20 × 20 pixels, and shifted until its centre of mass is in the middle of 28 × 28."
)
_SCALED = N_("Your drawing is scaled to 28 × 28 pixels, and stays where you have drawn it.")
_ONE_OR_SEVEN = N_(
    "Draw a plain stroke, a 1, and add a flag to the left at its top; make the flag longer and longer. When "
    "does it become a 7? For the models that came with the app, a flag two fifths as long as the stroke is "
    "enough, and nobody ever told them where the border is."
)
_ONE_OR_ANOTHER = N_(
    "Draw something of one class, and change it stroke by stroke until it is of another. When does each "
    "model change its mind? Nobody ever told them where the border is."
)


def _answers_lesson(about: About) -> None:
    choose = _(
        "Each network turns it into one logit for each class, and the softmax turns those into "
        "probabilities. All three must always choose: there is no answer “none of these”."
    )
    lesson(
        _("What the models see"),
        f"{_(_PLACED if about.centred else _SCALED)} {choose}",
        _(_ONE_OR_SEVEN if about.id == MNIST else _ONE_OR_ANOTHER),
        r"p_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)}",
        _(
            "$z$: a model's logits for your drawing; $T$: the slider above, 1 for the plain answer. How "
            "MNIST was prepared: LeCun, Bottou, Bengio and Haffner (1998), *Gradient-based learning applied "
            "to document recognition*, section III.A."
        ),
    )


def _targets_lesson(config: RunConfig) -> None:
    students = _(_TAUGHT if config.learns_from_teacher else _NOT_TAUGHT)
    if config.makes_mistake:
        students = _(_MISTAUGHT, mistake=FIELDS["mistake"].in_words(config.mistake))
    lesson(
        _("What the wrong answers know"),
        _(
            "A label is one answer. The teacher gives a number for each class, and those for the wrong ones "
            "are not noise: they say which classes the picture resembles. A trained teacher makes them so "
            "small that a student would hardly notice them. Dividing the logits by a temperature T before "
            "the softmax shrinks all differences between them by the same factor, and the small numbers "
            "show. {students}",
            students=students,
        ),
        _(
            "Under “Test pictures”, choose a class and its first picture, of which the teacher is sure. Set "
            "T to 1, and switch the logarithmic scale on and off: one bar becomes many. Now drag T. However "
            "far you go, no bar ever overtakes another: the doubts were there all along."
        ),
        r"q_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)} \qquad H(q) = -\sum_i q_i \log_2 q_i",
        _(
            "$z$: the teacher's logits; $q$: its soft targets at temperature $T$; $H$: their entropy in "
            "bits. Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural Network*, section "
            "2."
        ),
    )


def _pull_lesson() -> None:
    lesson(
        _("Two pulls on every logit"),
        _(
            "Training moves each of the student's logits against the gradient of the loss. That gradient is "
            "a weighted sum of two simple differences: the student's answer minus the label and, with both "
            "softened, the student's answer minus the teacher's. Green bars show the label's pull, orange "
            "bars the teacher's, and the line across shows the two together. The label only ever pulls one "
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
