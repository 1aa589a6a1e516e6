"""α given to the wrong part of the loss."""

from __future__ import annotations

from kd.config import RunConfig
from kd.studies.mistakes.mistake import Thread, of_codes
from kd.studies.study import Study
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "alpha_reversed",
    {"alpha_reversed": "loss = alpha * distillation_loss + (1 - alpha) * student_loss"},
    right="loss = alpha * student_loss + (1 - alpha) * distillation_loss",
    thread=Thread(
        "lucidrains/vit-pytorch #91",
        "Fix alpha coefficient multiplication in the loss",
        "https://github.com/lucidrains/vit-pytorch/pull/91",
        N_(
            "It corrects which part α multiplies. At α = 0.5 that makes no difference, it says, and at other "
            "values the loss is not the paper's."
        ),
    ),
    title=N_("α the wrong way round"),
    question=N_(
        "Some papers give α to the labels, others to the teacher. What if the α of one meets the code of "
        "another?"
    ),
    means=N_(
        "α = 0.1 becomes 0.9, and the labels have the word that was meant for the teacher. The soft targets "
        "keep their T², so that even a tenth of them is worth something."
    ),
    differs=N_("The thread is about a vision transformer; here it is a small convolutional network."),
    sweep=Study(RunConfig(), {"alpha": (0.1, 0.3, 0.5, 0.7, 0.9)}, 3),
    next=("no_t_squared", "reversed_divergence"),
)
