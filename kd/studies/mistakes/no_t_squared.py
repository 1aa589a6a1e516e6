"""The teacher's part without T²."""

from __future__ import annotations

from kd.config import RunConfig
from kd.studies.mistakes.mistake import Thread, of_codes
from kd.studies.study import Study
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "no_t_squared",
    {
        "no_t_squared": (
            "distillation_loss = KLDivergence()(softmax(teacher_logits / T), softmax(student_logits / T))"
        )
    },
    thread=Thread(
        "keras-team/keras-io #869",
        "Knowledge Distillation: Scaling of the distillation loss",
        "https://github.com/keras-team/keras-io/issues/869",
        N_(
            "It notes that the Keras example of distillation has no T², and suggests to multiply by it, as "
            "the paper recommends."
        ),
    ),
    title=N_("T² forgotten"),
    question=N_("The teacher's part of the loss is not multiplied by T². Does one notice?"),
    means=N_(
        "The gradients of soft targets shrink as 1/T². Without the factor, α no longer says how labels and "
        "teacher are balanced: the higher T, the less the teacher has to say. It is a mistake only beside "
        "labels: for the teacher's part alone, Adam makes up for the length of the gradient."
    ),
    differs=N_(
        "The author of the example answers in pull request 870 that he left T² out on purpose: it only "
        "changes how one has to choose α and T. That is so, and nobody chooses them anew."
    ),
    sweep=Study(
        RunConfig(alpha=0.5), {"temperature": (1.0, 4.0, 10.0, 20.0), "temperature_squared": (True, False)}, 3
    ),
    next=("alpha_reversed", "mean_reduction"),
)
