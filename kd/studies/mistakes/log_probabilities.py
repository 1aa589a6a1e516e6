"""Log-probabilities for a divergence that wants probabilities."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "log_probabilities",
    {
        "log_probabilities": (
            "distillation_loss = KLDivergence()(log_softmax(teacher_logits / T), "
            "log_softmax(student_logits / T)) * T**2"
        )
    },
    thread=Thread(
        "HobbitLong/RepDistiller #52",
        "Why using log_softmax instead of softmax?",
        "https://github.com/HobbitLong/RepDistiller/issues/52",
        N_(
            "It asks why one side of PyTorch's divergence gets log_softmax and the other softmax: they would "
            "not be comparable."
        ),
    ),
    title=N_("Log-probabilities for probabilities"),
    question=N_(
        "PyTorch's divergence wants the student's log-probabilities, Keras' wants probabilities. What if "
        "Keras gets logarithms?"
    ),
    means=N_(
        "Keras clips what its divergence gets to between 0.0000001 and 1. Logarithms of probabilities are "
        "below 0, so all become the same number: the loss is 0, its gradient is 0, and nobody says so. The "
        "student learns from its labels alone."
    ),
    differs=N_(
        "The thread is about PyTorch, where log_softmax is right on the student's side. Here it is about the "
        "same line in Keras, where it is wrong."
    ),
    next=("same_network", "keras_default"),
)
