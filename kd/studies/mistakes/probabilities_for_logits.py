"""A softmax too many, in the teacher, or in both networks."""

from __future__ import annotations

from kd.studies.experiments.experiment import Says
from kd.studies.mistakes.mistake import Thread, of_codes
from kd.text.translation import N_

_TEACHER = 'teacher.add(layers.Dense(10, activation="softmax"))'

EXPERIMENT = of_codes(
    "probabilities_for_logits",
    {
        "teacher_probabilities": _TEACHER,
        "both_probabilities": f'{_TEACHER}\nstudent.add(layers.Dense(10, activation="softmax"))',
    },
    right="teacher.add(layers.Dense(10))",
    thread=Thread(
        "keras-team/keras-io #755",
        "knowledge_distillation teacher model",
        "https://github.com/keras-team/keras-io/issues/755",
        N_(
            "It asks whether it is intended that the example's teacher ends without a softmax. It is, says "
            "the answer: its loss is told that it gets logits."
        ),
    ),
    title=N_("Probabilities for logits"),
    question=N_(
        "A network that ends in a softmax gives probabilities, and the loss takes another softmax of them. "
        "What if the teacher does so, and what if both do?"
    ),
    means=N_(
        "Probabilities lie between 0 and 1, so a softmax of them is nearly flat, at T = 10 all the more. On "
        "the teacher's side that leaves soft targets that hardly name a digit; on both sides it takes the "
        "gradient away as well. The loss is small and looks as if all were learned."
    ),
    differs=N_("With both, the labels' part still gets logits, so that one thing is wrong at a time."),
    labels={
        "difference_teacher_probabilities": N_("accuracy with the teacher's probabilities less that without"),
        "gain_teacher_probabilities": N_("gain over scratch with the teacher's probabilities"),
        "difference_both_probabilities": N_("accuracy with both networks' probabilities less that without"),
        "gain_both_probabilities": N_("gain over scratch with both networks' probabilities"),
    },
    says=(
        Says(
            "difference_teacher_probabilities",
            N_("With the teacher's probabilities, the student is {value} points better ({interval})."),
            N_("On the teacher's side it costs {value} points ({interval})."),
            N_("On the teacher's side, accuracy does not show it ({interval} points)."),
        ),
        Says(
            "gain_teacher_probabilities",
            N_("The student is {value} points better than its scratch student ({interval})."),
            N_("The student is {value} points worse than its scratch student ({interval})."),
            N_(
                "The student is no better than its scratch student, as far as one can tell ({interval} "
                "points)."
            ),
        ),
        Says(
            "difference_both_probabilities",
            N_("With both networks' probabilities, the student is {value} points better ({interval})."),
            N_("On both sides it costs {value} points ({interval})."),
            N_("On both sides, accuracy does not show it ({interval} points)."),
        ),
        Says(
            "gain_both_probabilities",
            N_("With both, it is {value} points better than its scratch student ({interval})."),
            N_("With both, it is {value} points worse than its scratch student ({interval})."),
            N_(
                "With both, it is no better than its scratch student, as far as one can tell ({interval} "
                "points)."
            ),
        ),
    ),
    next=("log_probabilities", "keras_default"),
)
