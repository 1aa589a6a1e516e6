"""The divergence taken from the student to the teacher."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "reversed_divergence",
    {
        "reversed_divergence": (
            "distillation_loss = KLDivergence()(softmax(student_logits / T), "
            "softmax(teacher_logits / T)) * T**2"
        )
    },
    thread=Thread(
        "huggingface/trl #3043",
        "Fixing JSD loss computation in GKDTrainer as per definition",
        "https://github.com/huggingface/trl/pull/3043",
        N_(
            "It corrects a loss that lies between the two divergences, and the thread notes that the order "
            "of PyTorch's arguments can cause confusion."
        ),
    ),
    title=N_("Divergence the wrong way round"),
    question=N_(
        "A divergence has two arguments, and they are easily exchanged. What does it do to a student?"
    ),
    means=N_(
        "KL(teacher ‖ student) punishes a student that rules out what the teacher thinks possible; "
        "KL(student ‖ teacher) one that thinks possible what the teacher rules out. Near their common "
        "minimum, and at a high T, the two are nearly the same."
    ),
    differs=N_("The thread is about language models, whose words are many thousands of classes."),
    next=("one_temperature", "same_network"),
)
