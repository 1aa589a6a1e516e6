"""A teacher whose dropout is at work while it answers."""

from __future__ import annotations

from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

EXPERIMENT = of_codes(
    "teacher_in_training",
    {"teacher_in_training": "teacher_logits = teacher(images, training=True)"},
    right="teacher_logits = teacher(images, training=False)",
    thread=Thread(
        "neuralmagic/sparseml #2191",
        "Fix Distill Teacher Eval Mode",
        "https://github.com/neuralmagic/sparseml/pull/2191",
        N_(
            "The teacher was wrapped into the student, so that the student's train() put it into training "
            "mode, too, and it had to be put back at each step; the change keeps it in evaluation mode."
        ),
    ),
    title=N_("The teacher left in training mode"),
    question=N_(
        "A teacher with dropout answers while half of what it sees is dropped at random. What does its "
        "student learn?"
    ),
    means=N_(
        "Dropout adds noise to the teacher's answers and keeps their mean. Over many pictures a student "
        "finds the mean; how much the noise matters depends on how wide the layer is that loses half of "
        "its features."
    ),
    differs=N_(
        "The teachers that come with the project have no dropout. This one gets it for the experiment: "
        "half of the features before its last layer are dropped, once for each picture, and not anew in "
        "each epoch."
    ),
    next=("cached_answers", "same_network"),
)
