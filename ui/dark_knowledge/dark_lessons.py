"""The lesson under each view of dark knowledge. It does not depend on T, so it is not redrawn with T."""

from __future__ import annotations

from kd.base.fields import STORED_MODEL
from kd.config import FIELDS, RunConfig
from kd.text.translation import N_, _
from kd.text.words import percent
from ui.dark_knowledge.dark_picture import SOURCE
from ui.shared.lesson import lesson


def one_picture(label: int, config: RunConfig) -> None:
    """Under the soft targets of one picture, which has this label, and the answers of a run's students."""
    lesson(
        _("What the wrong answers know"),
        _(
            "A label gives one answer: “{label}”. The teacher gives ten numbers, and the nine for the wrong "
            "digits are not noise: they say which other digits the picture resembles. A trained teacher "
            "makes them so small that a student would hardly notice them. Dividing the logits by a "
            "temperature T before the softmax shrinks all differences between them by the same factor, and "
            "the small numbers become visible. {students}",
            label=label,
            students=_students(config),
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


def pull() -> None:
    """Under the pull on a student."""
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


def _students(config: RunConfig) -> str:
    """Which mark is whose, and what each was taught."""
    if config.makes_mistake:
        return _(_MISTAUGHT, mistake=FIELDS["mistake"].in_words(config.mistake))
    return _(_TAUGHT if config.learns_from_teacher else _NOT_TAUGHT)


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


def whole_test_set(config: RunConfig, a: int, b: int, there: float, back: float) -> None:
    """Under the view of all test pictures.

    Args:
        config: of the run whose teacher this is.
        a, b: digits of which a resembles b, but b hardly resembles a.
        there, back: the mean soft target of b for pictures of a at T = 4, and of a for pictures of b.
    """
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
