from kd.studies.experiments.card import *

_BASE = RunConfig(
    temperature=4.0, student_width=8, teacher="fresh", teacher_train_size=5_000, teacher_epochs=8
)
LARGE = "64"
TEACHERS: Kinds = {
    "16": (N_("16 filters"), {"teacher_width": 16}),
    LARGE: (N_("64 filters"), {"teacher_width": 64}),
    "early": (N_("64, stopped early"), {"teacher_width": 64, "teacher_epochs": 2}),
}
_ASSISTED = {"assistant": N_("an assistant of 16"), "of assistant": N_("the assistant itself, by 64")}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = longer(_BASE, times)
    of_assistant = base.replace(teacher_width=64, student_width=16)
    assistant = Part(Study(of_assistant, {}, seeds), {"teacher": "of assistant"})
    (direct,) = each(_BASE, "teacher", TEACHERS)(seeds, times)
    taught = taught_by(with_seeds(of_assistant, seeds), base, {"teacher": "assistant"})
    return [[*direct, assistant], taught]


_of_small, _of_large, _of_early = (distilled(teacher=kind) for kind in TEACHERS)
_larger = teacher(teacher=LARGE) - teacher(teacher="16")

EXPERIMENT = Experiment(
    title=N_("Too good a teacher"),
    question=N_("Does a better teacher make a better student? And does an assistant between the two help?"),
    means=N_(
        "What counts is not how good a teacher is but what it says that its student can use. A large one "
        "hardly doubts the images it knows; a smaller one, or one that stopped early, doubts them more. An "
        "assistant repeats the large one's answers in a simpler way, its own mistakes included."
    ),
    differs=N_(
        "Both papers have photographs and networks of up to a hundred layers, and teacher and student learn "
        "from the same images. Here all have two convolutions; teachers know 5,000 digits, assistant and "
        "student 500 of these, so there is something to pass on."
    ),
    paper=arxiv("1910.01348", N_("Cho and Hariharan 2019"), N_("abstract")),
    guess=which_side(
        "assistant_adds", N_("The teacher is large. With an assistant in between, how is the student?")
    ),
    chart=Chart("bars", "teacher", N_("Taught by"), names={**TEACHERS, **_ASSISTED}),
    plan=_plan,
    outcomes={
        "assistant_adds": adds(distilled(teacher="assistant") - _of_large, N_("an assistant")),
        "larger_teaches_better": compares(
            _of_large - _of_small, N_("the larger teacher's student"), N_("the smaller one's")
        ),
        "larger_is_better": compares(_larger, N_("the larger teacher"), N_("the smaller one")),
        "early_teaches_better": compares(
            _of_early - _of_large, N_("the student of one that stopped early"), N_("that of one that did not")
        ),
    },
    claims=(
        Claim(
            N_("A larger teacher does not make its student better by half a point."),
            "larger_teaches_better",
            below(0.5),
            quote=N_("larger models do not often make better teachers"),
        ),
        Claim(
            N_("A large teacher whose training stops early teaches better."),
            "early_teaches_better",
            quote=N_("can be mitigated by stopping the teacher's training early"),
        ),
        Claim(
            N_("A step in between does not make the student better by half a point."),
            "assistant_adds",
            below(0.5),
            quote=N_("such as performing a sequence of knowledge distillation steps) to be ineffective"),
        ),
        Claim(
            N_("An assistant of a size in between helps."),
            "assistant_adds",
            quote=N_("to bridge the gap between the student and the teacher"),
            section=N_("Mirzadeh et al. 2020, abstract, https://arxiv.org/abs/1902.03393"),
        ),
    ),
    sweep=Study(_BASE, {"teacher_width": (16, 32, 64), "teacher_epochs": (2, 8, 20)}),
)
