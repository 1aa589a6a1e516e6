"""`keras.distillation.LogitsDistillation` with nothing but its temperature."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "keras_default",
    {"keras_default": "distillation_loss = LogitsDistillation(temperature=T)"},
    right="distillation_loss = LogitsDistillation(temperature=T, loss=KLDivergence())",
    thread=Thread(
        "keras-team/keras #21572",
        "Add Distillation API to Keras",
        "https://github.com/keras-team/keras/pull/21572",
        N_("It adds keras.distillation to Keras."),
    ),
    title=N_("Keras' own default"),
    question=N_(
        "Keras 3.15 has a loss for distillation, whose default is “kl_divergence”. What does a student learn "
        "from it?"
    ),
    means=N_(
        "The name becomes a function, and softmax and T² are only for an object: the function gets logits "
        "for probabilities, clips them to between 0.0000001 and 1, and so the loss can fall below 0. Give "
        "it KLDivergence() itself, and it is right."
    ),
    differs=N_(
        "The thread does not speak of it: the behaviour is that of Keras 3.15, with which the project's "
        "tests compare this mistake number by number."
    ),
    next=("probabilities_for_logits", "log_probabilities"),
)
