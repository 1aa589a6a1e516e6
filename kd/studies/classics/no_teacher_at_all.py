from kd.studies.experiments.card import *

_BASE = RunConfig(alpha=0.5, temperature=20.0)
_BEGINNER = {"teacher": "fresh", "teacher_width": 16, "teacher_train_size": 60}
_MIDDLING = {**_BEGINNER, "teacher_epochs": 20}
TEACHERS: Kinds = {
    "poor": (N_("60 digits, once"), {**_BEGINNER, "teacher_epochs": 1}),
    "middling": (N_("60 digits, 20 times"), _MIDDLING),
    "good": (N_("60,000 digits"), {}),
}

EXPERIMENT = Experiment(
    title=N_("Better than no teacher at all?"),
    question=N_("A teacher that has seen 60 digits once is mostly wrong. Is it better than none?"),
    means=N_(
        "At T = 20 even a teacher that is mostly wrong keeps a student from being too sure of its few "
        "labels, but it also asks for its own wrong answers. Which counts more may depend on how long the "
        "student is trained."
    ),
    differs=N_(
        "The paper trains large networks on photographs, and searches α and T for each pair of teacher and "
        "student. Here the student is small, has 500 digits, and α = 0.5 and T = 20 for all teachers."
    ),
    paper=arxiv("1909.11723", N_("Yuan, Tay, Li, Wang and Feng 2020"), N_("abstract")),
    guess=which_side("gain_poor", N_("How is a student of the first teacher, which is mostly wrong?")),
    chart=Chart("bars", "kind", N_("Teacher"), ("gain",), names=TEACHERS),
    plan=each(_BASE, "kind", TEACHERS),
    outcomes={
        "gain_poor": adds(gain(kind="poor"), N_("the teacher that saw 60 digits once")),
        "gain_middling": adds(gain(kind="middling"), N_("the one that saw them 20 times")),
        "gain_good": adds(gain(kind="good"), N_("the one that knows 60,000")),
        "right_poor": gets_right(teacher(kind="poor"), N_("the teacher that saw 60 digits once")),
        "right_middling": gets_right(teacher(kind="middling"), N_("the one that saw them 20 times")),
    },
    claims=(
        Claim(
            N_("A teacher that is far worse than its student still helps it."),
            "gain_poor",
            quote=N_("can still improve the latter significantly"),
            figure=N_("+2.3 and +1.5 points by a teacher that gets 15 % right, on CIFAR-100 (table 4)"),
        ),
        Claim(
            N_("So does one that is half trained."),
            "gain_middling",
            quote=N_("greatly promoted even when distilled by a poorly-trained teacher"),
            section=N_("section 2.2"),
            figure=N_("+3.1 and +1.8 points by a teacher that gets 46 % right, on CIFAR-100 (table 4)"),
        ),
    ),
    times=10,
    sweep=Study(_BASE.replace(**_MIDDLING), {"alpha": (0.1, 0.5, 0.9), "epochs": (40, 200)}, seeds=2),
)
