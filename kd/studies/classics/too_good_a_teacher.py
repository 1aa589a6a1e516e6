"""Teachers that are too large or too old for their student, and an assistant between the two."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kd.config import RunConfig
from kd.studies.experiments.chains import at_each_seed, taught_by
from kd.studies.experiments.experiment import (
    Chart,
    Choice,
    Claim,
    Experiment,
    Findings,
    Guess,
    Paper,
    Part,
    Says,
)
from kd.studies.experiments.judging import above, below, by_seed, finding
from kd.studies.experiments.plans import longer
from kd.studies.study import Study
from kd.text.translation import N_

IMAGES, STUDENT, ASSISTANT = 1_000, 2, 8
_BASE = RunConfig(
    temperature=4.0,
    train_size=IMAGES,
    epochs=20,
    student_width=STUDENT,
    teacher="fresh",
    teacher_train_size=IMAGES,
    teacher_epochs=10,
)
# The teacher → its fields
TEACHERS: dict[str, dict[str, Any]] = {
    "16": {"teacher_width": 16},
    "32": {"teacher_width": 32},
    "64": {"teacher_width": 64},
    "128": {"teacher_width": 128},
    "young": {"teacher_width": 32, "teacher_epochs": 2},
    "old": {"teacher_width": 32, "teacher_epochs": 60},
}
SMALLEST, LARGEST = "16", "128"


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base, direct, assisted = longer(_BASE, times), [], []
    for name, fields in TEACHERS.items():
        of_student = base.replace(**fields)
        of_assistant = of_student.replace(student_width=ASSISTANT)
        direct.append(Part(Study(of_student, {}, seeds), {"teacher": name, "way": "direct"}))
        direct.append(Part(Study(of_assistant, {}, seeds), {"teacher": name, "way": "to assistant"}))
        labels = {"teacher": name, "way": "assisted"}
        assisted += [part for _config, part in taught_by(at_each_seed(of_assistant, seeds), base, labels)]
    return [direct, assisted]


def _judge(rows: pd.DataFrame) -> Findings:
    def right(name: str, way: str = "direct") -> pd.Series:
        return by_seed(rows, "distilled_right", teacher=name, way=way)

    helped = {name: right(name, "assisted") - right(name) for name in TEACHERS}
    better = by_seed(rows, "teacher_right", teacher=LARGEST, way="direct") - by_seed(
        rows, "teacher_right", teacher=SMALLEST, way="direct"
    )
    return {
        "larger_is_better": finding(better),
        "larger_teaches_better": finding(right(LARGEST) - right(SMALLEST)),
        "young_teaches_better": finding(right("young") - right("old")),
        "assistant_of_largest": finding(helped[LARGEST]),
        "assistant": finding(sum(helped.values()) / len(helped)),
    }


EXPERIMENT = Experiment(
    name="too_good_a_teacher",
    title=N_("Too good a teacher"),
    question=N_(
        "Does a better teacher make a better student? And if the teacher is too far above it, does an "
        "assistant between the two help?"
    ),
    means=N_(
        "What counts is not how good a teacher is but what it says that the student can use. On its own "
        "training images a large or long-trained teacher hardly doubts any more. An assistant says it "
        "again in a simpler way, and passes on its own mistakes, too."
    ),
    differs=N_(
        "Both papers have photographs and networks of up to a hundred layers. Here all networks have two "
        "convolutions and learn from the same 1,000 digits, so the gap between them is one of width alone, "
        "and the small student is limited by its size whatever it is told."
    ),
    paper=Paper(
        N_("Cho and Hariharan 2019; Mirzadeh et al. 2020"),
        N_("abstracts"),
        "https://arxiv.org/abs/1910.01348",
    ),
    guess=Guess(
        N_("What does an assistant bring, on average over all these teachers?"),
        {
            "helps": Choice(N_("it helps"), above(0)),
            "hurts": Choice(N_("it does harm"), below(0)),
        },
        measured="assistant",
    ),
    chart=Chart(
        "bars",
        "teacher",
        N_("Teacher"),
        ("distilled_right",),
        N_("Right, in percent of the test images"),
        series="way",
        series_label=N_("Taught"),
        names={
            "16": N_("16 filters"),
            "32": N_("32 filters"),
            "64": N_("64 filters"),
            "128": N_("128 filters"),
            "young": N_("32, young"),
            "old": N_("32, old"),
            "direct": N_("by the teacher"),
            "assisted": N_("by an assistant"),
            "to assistant": N_("the assistant itself"),
        },
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "larger_is_better": N_("accuracy of the largest teacher less that of the smallest"),
        "larger_teaches_better": N_("student of the largest teacher less that of the smallest"),
        "young_teaches_better": N_("student of the teacher of 2 epochs less that of the one of 60"),
        "assistant_of_largest": N_("what an assistant brings where the teacher is largest"),
        "assistant": N_("what an assistant brings on average"),
    },
    claims=(
        Claim(
            N_("Cho and Hariharan: a larger teacher does not make a better student."),
            "larger_teaches_better",
            below(0),
            figure=N_("larger models do not often make better teachers"),
        ),
        Claim(
            N_("Cho and Hariharan: a teacher whose training stops early teaches better."),
            "young_teaches_better",
            above(0),
            figure=N_("stopping the teacher's training early mitigates the effect"),
        ),
        Claim(
            N_("Cho and Hariharan: a sequence of steps from the teacher down to the student does not help."),
            "assistant_of_largest",
            below(0),
            figure=N_("typical ways of circumventing the gap, such as such a sequence, are ineffective"),
        ),
        Claim(
            N_("Mirzadeh et al.: an assistant of a size in between helps."),
            "assistant_of_largest",
            above(0),
            figure=N_("an intermediate network bridges the gap (https://arxiv.org/abs/1902.03393)"),
        ),
    ),
    says=(
        Says(
            "larger_is_better",
            N_("The largest teacher is {value} points better than the smallest ({interval})."),
            N_("The largest teacher is {value} points worse than the smallest ({interval})."),
            N_("The largest teacher is not shown to be better than the smallest ({interval} points)."),
        ),
        Says(
            "larger_teaches_better",
            N_("Its student is {value} points better ({interval})."),
            N_("Its student is {value} points worse ({interval})."),
            N_("Of their students, neither is shown to be better ({interval} points)."),
        ),
        Says(
            "young_teaches_better",
            N_("A young teacher's student is {value} points better than an old one's ({interval})."),
            N_("A young teacher's student is {value} points worse than an old one's ({interval})."),
            N_("Whether a teacher is young or old makes no difference that shows ({interval} points)."),
        ),
        Says(
            "assistant",
            N_("An assistant brings {value} points on average ({interval})."),
            N_("An assistant costs {value} points on average ({interval})."),
            N_("An assistant makes no difference on average that shows ({interval} points)."),
        ),
    ),
    sweep=Study(_BASE, {"teacher_width": (16, 32, 64), "teacher_epochs": (2, 10, 60)}),
    next=("temperature_and_size", "smoothed_teacher", "born_again"),
)
