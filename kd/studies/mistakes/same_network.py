"""The same network on both sides of the divergence."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "same_network",
    {
        "same_network": (
            "distillation_loss = KLDivergence()(softmax(teacher_logits / T), "
            "softmax(teacher_logits / T)) * T**2"
        )
    },
    thread=Thread(
        "labmlai/annotated_deep_learning_paper_implementations #66",
        "Small error in distillation code",
        "https://github.com/labmlai/annotated_deep_learning_paper_implementations/issues/66",
        N_(
            "Both sides of the loss used the large network's logits. It is no small bug, the author answers: "
            "it stops the distillation completely."
        ),
    ),
    title=N_("The same network twice"),
    question=N_("Both sides of the divergence come from the same network. Would the run look wrong?"),
    means=N_(
        "A distribution has no distance from itself. The teacher's part is 0 from the first step to the "
        "last, and the student is its scratch student under another name. A loss that starts at 0 is no "
        "loss that has been learned."
    ),
    differs=N_(
        "In the thread it was a slip while the code was tidied up, after the experiments had been run."
    ),
    next=("log_probabilities", "best_of_many"),
)
