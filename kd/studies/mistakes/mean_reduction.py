"""The divergence averaged over the classes."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

_BOTH = "p, q = softmax(teacher_logits / T), softmax(student_logits / T)\n"

EXPERIMENT = of_codes(
    "mean_reduction",
    {"mean_reduction": _BOTH + "distillation_loss = mean(p * log(p / q)) * T**2"},
    right=_BOTH + "distillation_loss = mean(sum(p * log(p / q), axis=-1)) * T**2",
    thread=Thread(
        "yuanli2333/Teacher-free-Knowledge-Distillation #5",
        "Questions about KD loss",
        "https://github.com/yuanli2333/Teacher-free-Knowledge-Distillation/issues/5",
        N_(
            "One asks why the loss does not use PyTorch's “batchmean”, and another takes it for a bug; the "
            "author answers that with it one has to search for other settings."
        ),
    ),
    title=N_("Mean instead of batch mean"),
    question=N_(
        "A divergence is a sum over the classes. PyTorch's default averages over them, too: with ten digits, "
        "a tenth remains. Does one notice?"
    ),
    means=N_(
        "It is a factor, and so it changes the balance of labels and teacher, and nothing else. Where the "
        "teacher outweighs the labels by far, a tenth of that is still plenty. With a thousand classes it "
        "is a thousandth."
    ),
    differs=N_(
        "The thread is about PyTorch, whose line is written out here: p times the logarithm of p / q."
    ),
    next=("no_t_squared", "alpha_reversed"),
)
