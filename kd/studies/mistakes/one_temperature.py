"""T on the teacher's side alone."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "one_temperature",
    {
        "one_temperature": (
            "distillation_loss = KLDivergence()(softmax(teacher_logits / T), softmax(student_logits)) * T**2"
        )
    },
    thread=Thread(
        "yuanli2333/Teacher-free-Knowledge-Distillation #24",
        "Question about the loss function of Tf-reg KD",
        "https://github.com/yuanli2333/Teacher-free-Knowledge-Distillation/issues/24",
        N_(
            "It asks whether the student's outputs should be divided by T as well, as the paper's equation 9 "
            "has it: the code divides the teacher's alone."
        ),
    ),
    title=N_("T on one side only"),
    question=N_("The teacher's logits are divided by T, and the student's are not. What comes of it?"),
    means=N_(
        "The student has to say what the teacher says only softly: its own probabilities are as flat as "
        "the soft targets, so it will seem unsure of every digit. Which digit is the most probable stays "
        "the same, and accuracy asks for nothing else."
    ),
    differs=N_(
        "In the thread the teacher is virtual and there is no T². Here T² stays, so that the line differs "
        "in one place only, and the gradient becomes long."
    ),
    next=("reversed_divergence", "probabilities_for_logits"),
)
