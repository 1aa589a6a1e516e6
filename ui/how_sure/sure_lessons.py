"""The lesson under each view of How sure."""

from __future__ import annotations

from kd.text.translation import _
from ui.shared.lesson import lesson


def seeds() -> None:
    """Under the seeds that are added one by one."""
    lesson(
        _("What another seed would have said"),
        _(
            "A seed decides which images the students learn from, their initial weights, and the order of "
            "the images. Two seeds are two equally good repetitions of the same experiment, and they differ. "
            "McNemar's test asks whether one of these two students is better on other pictures; it knows "
            "nothing of the next training. Only several seeds can say whether distillation helps at this "
            "setting, or helped this once. A verdict comes with 5, 10 and 20 seeds. Its interval also takes "
            "into account that other test pictures would give another difference; the included teacher and "
            "MNIST are fixed."
        ),
        _(
            "Take one objective, set the number of seeds to 5 and the order to “Largest gain first”, then to "
            "“Smallest gain first”. The same experiment now tells two stories. That is why seeds are chosen "
            "before anyone looks."
        ),
        r"\bar d \pm t_{n-1,\,0.975}\,"
        r"\sqrt{\frac{MS_\text{seeds} + \max(0,\,MS_\text{blocks} - MS_\text{residual})}{n\,G}}",
        _(
            r"$\bar d$: the mean over $n$ seeds of distilled minus scratch; $MS$: the mean squares of a "
            "two-way analysis of variance of seeds and $G = 20$ blocks of test pictures; $t$: Student's "
            "quantile, 2.8 for five seeds and 2.3 for ten. Student (1908), *The Probable Error of a Mean*. "
            "More in Bouthillier et al. (2021), *Accounting for Variance in Machine Learning Benchmarks*."
        ),
    )


def stopping() -> None:
    """Under the trap of looking too often."""
    lesson(
        _("Looking often finds what is not there"),
        _(
            "With p below 0.05, one of twenty methods that do nothing seems to do something. That holds for "
            "one look. Whoever looks after every seed and stops at the first difference has many chances, "
            "and a quarter of such methods gets through by 20 seeds. Nobody cheats; it is enough to go on "
            "while nothing is shown. So the lab gives verdicts at stations only, each at a stricter level, "
            "however often you look in between. Together they stay below 5 %."
        ),
        _(
            "Let somebody look again after 10 seeds in place of every seed, and then go on to 40 seeds. "
            "Fewer looks fool less, and more patience fools more."
        ),
        r"P(\text{any verdict}) \le \sum_k \alpha_k = 3 \cdot 0.01 + 5 \cdot 0.003 = 0.045",
        _(
            r"$\alpha_k$: the level at the stations, 1 % with 5, 10 and 20 seeds and 0.3 % with 40, 80, 160, "
            "320 and 640. Armitage, McPherson and Rowe (1969), *Repeated Significance Tests on Accumulating "
            "Data*."
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
        r"p_{(k)} < \frac{0.01}{m - k + 1} \quad \text{for } k = 1, 2, \dots \text{ until one fails}",
        _(
            "$m$: how many comparisons; $p_{(k)}$: the $k$-th smallest p. Holm (1979), *A Simple "
            "Sequentially Rejective Multiple Test Procedure*."
        ),
    )
