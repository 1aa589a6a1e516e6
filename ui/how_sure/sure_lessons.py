"""The lesson under each view of How sure."""

from __future__ import annotations

from kd.text.translation import _
from ui.shared.lesson import lesson


def seeds() -> None:
    """Under the seeds that are added one by one."""
    lesson(
        _("What another seed would have said"),
        _(
            "A seed decides the first weights and the order of the images. Two seeds are two equally good "
            "repetitions of the same experiment, and they differ. McNemar's test asks whether one student "
            "beats the other on new pictures; it knows nothing of the next training. Only several seeds can "
            "say whether distillation helps at this setting, or helped this once. Two seeds say almost "
            "nothing, because they hardly tell how much seeds differ. From there the interval shrinks with "
            "the square root of their number: half as wide takes four times the seeds."
        ),
        _(
            "Set the number of seeds to 2 and the order to “Largest gain first”, then to “Smallest gain "
            "first”. The same experiment now tells two stories. That is why seeds are chosen before anyone "
            "looks."
        ),
        r"\bar d \pm t_{n-1,\,0.975}\,\frac{s}{\sqrt n}",
        _(
            r"$\bar d$: the mean over $n$ seeds of distilled minus scratch; $s$: their standard deviation; "
            "$t$: Student's quantile, 12.7 for two seeds, 2.8 for five and 2.3 for ten. Student (1908), *The "
            "Probable Error of a Mean*. More in Bouthillier et al. (2021), *Accounting for Variance in "
            "Machine Learning Benchmarks*."
        ),
    )


def objectives() -> None:
    """Under the leaderboard."""
    lesson(
        _("Which of seven is best?"),
        _(
            "Compare enough objectives, and one looks better by luck: of six comparisons with nothing "
            "to find, up to one time in four some interval is without 0. So the verdicts are corrected "
            "together. Holm's method asks most of the smallest p, less of the next, and stops at the first "
            "that fails. What passes may be called better; the rest cannot be told apart with so few seeds, "
            "which does not mean that it is equal."
        ),
        _(
            "Look for an interval that is without 0 and still hollow. Alone, that objective would have been "
            "published."
        ),
        r"p_{(k)} < \frac{0.05}{m - k + 1} \quad \text{for } k = 1, 2, \dots \text{ until one fails}",
        _(
            "$m$: how many comparisons; $p_{(k)}$: the $k$-th smallest p. Holm (1979), *A Simple "
            "Sequentially Rejective Multiple Test Procedure*."
        ),
    )
