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


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = longer(_BASE, times)
    of_assistant = base.replace(teacher_width=64, student_width=16)
    assistant = Part(Study(of_assistant, {}, seeds), {"teacher": "of assistant"})
    (direct,) = each(_BASE, "teacher", fields_of(TEACHERS))(seeds, times)
    taught = taught_by(with_seeds(of_assistant, seeds), base, {"teacher": "assistant"})
    return [[*direct, assistant], taught]


_of_large = distilled(teacher=LARGE)

EXPERIMENT = Experiment(
    title=N_("Too good a teacher"),
    question=N_(
        "Does a better teacher make a better student? And if the teacher is too far above it, does an "
        "assistant between the two help?"
    ),
    means=N_(
        "What counts is not how good a teacher is but what it says that its student can use. A large one "
        "hardly doubts the images that it has learned; a smaller one, or one that stopped early, doubts them "
        "more. An assistant says the large one's answers again in a simpler way, its own mistakes included."
    ),
    differs=N_(
        "Both papers have photographs and networks of up to a hundred layers, and teacher and student learn "
        "from the same images. Here all have two convolutions, and the teachers know 5,000 digits, the "
        "assistant and the student 500 of these: so there is something to pass on."
    ),
    paper=arxiv("1910.01348", N_("Cho and Hariharan 2019"), N_("abstract")),
    guess=guess(
        "assistant_adds",
        N_("What does an assistant bring, where the teacher is large?"),
        (0,),
        hurts=N_("it does harm"),
        helps=N_("it helps"),
    ),
    chart=Chart(
        "bars",
        "teacher",
        N_("Taught by"),
        names={
            **names_of(TEACHERS),
            "assistant": N_("an assistant of 16"),
            "of assistant": N_("the assistant itself, by 64"),
        },
    ),
    plan=_plan,
    outcomes={
        "larger_is_better": compares(
            teacher(teacher=LARGE) - teacher(teacher="16"), N_("the larger teacher"), N_("the smaller one")
        ),
        "gain_of_larger": helps(gain(teacher=LARGE), N_("where it is large")),
        "larger_teaches_better": compares(
            _of_large - distilled(teacher="16"), N_("the larger teacher's student"), N_("the smaller one's")
        ),
        "early_teaches_better": compares(
            distilled(teacher="early") - _of_large,
            N_("the student of one that stopped early"),
            N_("that of one that did not"),
        ),
        "assistant_adds": adds(distilled(teacher="assistant") - _of_large, N_("an assistant")),
    },
    claims=(
        Claim(
            N_("A larger teacher does not make its student better by half a point."),
            "larger_teaches_better",
            below(0.5),
            quote="larger models do not often make better teachers",
        ),
        Claim(
            N_("A large teacher whose training stops early teaches better."),
            "early_teaches_better",
            quote="can be mitigated by stopping the teacher's training early",
        ),
        Claim(
            N_("A step in between does not make the student better by half a point."),
            "assistant_adds",
            below(0.5),
            quote="such as performing a sequence of knowledge distillation steps) to be ineffective",
        ),
        Claim(
            N_("An assistant of a size in between helps."),
            "assistant_adds",
            quote="to bridge the gap between the student and the teacher",
            section=N_("Mirzadeh et al. 2020, abstract, https://arxiv.org/abs/1902.03393"),
        ),
    ),
    sweep=Study(_BASE, {"teacher_width": (16, 32, 64), "teacher_epochs": (2, 8, 20)}),
    next=("temperature_and_size", "smoothed_teacher", "born_again"),
)
