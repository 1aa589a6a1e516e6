"""Kept answers that belong to other pictures."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "cached_answers",
    {"cached_answers": "teacher_logits = answers_by_batch[number_of_batch]"},
    right="teacher_logits = answers[pictures_of_batch]",
    thread=Thread(
        "haitongli/knowledge-distillation-pytorch #4",
        "The train dataloader will be shuffled every epoch, Does it really work?",
        "https://github.com/haitongli/knowledge-distillation-pytorch/issues/4",
        N_(
            "The teacher's outputs are computed once, batch by batch, and taken by the number of the batch "
            "later on, when the pictures have been shuffled anew."
        ),
    ),
    title=N_("Kept answers of other pictures"),
    question=N_(
        "The teacher's answers are computed once, batch by batch, and kept. Then the pictures are shuffled "
        "for each epoch, and the answers are not. What does the student learn?"
    ),
    means=N_(
        "Each answer meets another picture in each epoch, so that all that is left to learn is their "
        "average, the same for every picture. The labels are right, and at a small α too faint to be heard."
    ),
    differs=N_(
        "The thread's author first answers that the loss stays right. Issue 23 of the same repository asks "
        "about a milder form: the outputs are computed once, although each epoch crops and flips the "
        "pictures anew."
    ),
    next=("teacher_in_training", "best_of_many"),
)
