"""Headings, and lessons: a paragraph, something to try, and the formula one click away."""

from html import escape

import streamlit as st

from kd.text.translation import N_, _, numeral
from ui.shared.frame import presenting

OBJECTIVE = (
    r"L = \alpha\,\text{CE}\bigl(y, \sigma(z_s)\bigr) + (1-\alpha)\,s\,"
    r"\text{KL}\bigl(\sigma(z_t/T)\,\|\,\sigma(z_s/T)\bigr), \qquad s = T^2 \text{ or } 1"
)
OBJECTIVE_SYMBOLS = N_(
    "$y$: the label; $z_s, z_t$: logits of student and teacher; $\\sigma$: softmax; CE: cross-entropy; KL: "
    "Kullback–Leibler divergence. Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural "
    "Network*, section 2."
)


def section(title: str) -> None:
    """Draws a heading of the second level, in the reader's language."""
    st.header(title, anchor=False)


def unseen_section(title: str, *marks: str) -> None:
    """Draws such a heading for screen readers alone. marks: classes for what the stylesheet makes of it."""
    st.html(f'<h2 class="{" ".join(["kd-unseen", *marks])}">{escape(title)}</h2>')


def lesson(
    title: str, paragraph: str, try_this: str, formula: str, symbols: str, folded: bool = False
) -> None:
    """Draws a lesson for a second-year student; in presenter mode, nothing.

    try_this: something to do that ends in a surprise. symbols: of the formula (LaTeX), and its source.
    folded: whether it belongs to a section, so that its heading is one level lower.
    """
    if presenting():
        return
    (st.subheader if folded else st.header)(title, anchor=False)
    st.markdown(paragraph)
    st.markdown(_("**Try this.** {what}", what=try_this))
    with st.expander(_("The formula")):
        st.latex(formula)
        st.markdown(symbols)


_MORE_WRONG = N_(
    "Guess before you look: the student has one parameter for every {ratio} of its teacher's. How many more "
    "of the 10,000 test pictures does it get wrong? For the models above, the answer is {lost}."
)


def home_lesson(ratio: float, teacher: float, distilled: float) -> None:
    """Draws the lesson of Home. ratio: of the parameters. teacher, distilled: the test accuracies."""
    lost = round(10_000 * (teacher - distilled))
    lesson(
        _("What the teacher adds"),
        _(
            "The distilled student learns from two things at once: the label, and the teacher's "
            "probabilities, softened by a temperature T so that the small ones count too. α sets how much "
            "the label counts. Its twin, called scratch, learns from the labels alone and so shows what the "
            "teacher adds."
        ),
        _(_MORE_WRONG, ratio=numeral(ratio, ".0f"), lost=numeral(lost)),
        OBJECTIVE,
        _(OBJECTIVE_SYMBOLS),
        folded=True,
    )


def class_lesson() -> None:
    """Draws the lesson of Class."""
    lesson(
        _("Why thirty phones"),
        _(
            "One student is an anecdote. Another seed gives it other first weights and other images, and the "
            "teacher adds more, or less, or nothing. A class trains many students at once, and each is a "
            "fair draw from all the luck there is. Their mean strays less the more of them there are, so the "
            "wall can say what no single phone could know."
        ),
        _(
            "Open a class with repeats, and freeze it after the first dot: who believes it? Open it again "
            "and watch the interval shrink. Going from ten students to thirty helps less than you expect."
        ),
        r"\mathrm{SE}(\bar d) = \frac{s}{\sqrt{n}}",
        _(
            r"$\bar d$: the mean of what the teacher added for $n$ students; $s$: the standard deviation of "
            r"that; $\mathrm{SE}$: how far the mean typically strays. Four times as many students halve it. "
            "Student (1908), *The Probable Error of a Mean*."
        ),
    )


def sweep_lesson() -> None:
    lesson(
        _("One run is an anecdote"),
        _(
            "A seed decides which images the students learn from, their first weights and the order of the "
            "images: luck. A repeat is the same experiment with another seed. Both students share its luck, "
            "so their difference counts. Alone, it is judged by McNemar's test, which asks about other test "
            "pictures and knows nothing of other luck. Only the mean over several repeats, with the range "
            "where it likely is, can say whether distillation helps at a setting, or helped once. Verdicts "
            "come with 5, 10 and 20 repeats, and are corrected for the number of cells (Holm 1979), so that "
            "a large map finds no more by luck than a small one."
        ),
        _(
            "Look at 500 images and T = 10, one repeat at a time, and stop at five. Now take the largest "
            "gains first, then the smallest. One experiment tells two stories: that is why repeats are "
            "chosen before anyone looks."
        ),
        r"\bar d \pm t_{n-1,\,0.975}\,"
        r"\sqrt{\frac{MS_\text{seeds} + \max(0,\,MS_\text{blocks} - MS_\text{residual})}{n\,G}}",
        _(
            r"$\bar d$: the mean over $n$ repeats of distilled minus scratch; $MS$: the mean squares of a "
            "two-way analysis of variance of seeds and $G = 20$ blocks of test pictures; $t$: Student's "
            "quantile, 2.8 for five repeats and 2.3 for ten. Student (1908), *The Probable Error of a Mean*. "
            "More in Bouthillier et al. (2021), *Accounting for Variance in Machine Learning Benchmarks*."
        ),
    )
