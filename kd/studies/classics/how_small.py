from kd.studies.experiments.card import *

WIDTHS = (1, 2, 4, 8, 16, 32)
_BASE = RunConfig()


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = longer(_BASE, times)
    convolutional = Part(Study(base, {"student_width": WIDTHS}, seeds), {"student": "convolutional"})
    linear = Study(base.replace(student=LINEAR), {}, seeds)
    return [[convolutional, Part(linear, {"student": LINEAR, "student_width": 0})]]


EXPERIMENT = Experiment(
    title=N_("How small can it be?"),
    question=N_("With a teacher, is a student of half the width as good as one of full width without?"),
    means=N_(
        "Soft targets ask for more than labels do: ten numbers for each picture, not one digit. A student "
        "that hardly has room for that may need longer to gain by its teacher, or lose by it."
    ),
    differs=N_(
        "The paper trains shallow networks, some with millions of parameters, on the logits of deep ones, "
        "for speech and photographs. Here student and teacher have the same layers, the student has 500 "
        "digits, and size is the number of filters."
    ),
    paper=arxiv("1312.6184", N_("Ba and Caruana 2014"), N_("abstract")),
    guess=which_side(
        "half", N_("How does half the width with a teacher compare with full width without?"), 1
    ),
    chart=Chart(
        "line",
        "parameters",
        N_("Parameters of the student"),
        series="student",
        series_label=N_("Student"),
        names={"convolutional": N_("convolutional"), "linear": N_("linear")},
    ),
    plan=_plan,
    outcomes={
        "half": compares(
            distilled(student_width=8) - scratch(student_width=16),
            N_("a student of 8 filters with a teacher"),
            N_("one of 16 without"),
        ),
        "gain_16": helps(gain(student_width=16), N_("with the notebook's 16 filters")),
        "gain_4": helps(gain(student_width=4), N_("with 4 filters")),
        "gain_1": helps(gain(student_width=1), N_("with a single filter")),
        "gain_linear": helps(gain(student_width=0), N_("in a linear student")),
    },
    measures=("parameters",),
    claims=(
        Claim(
            N_("Taught by a larger network, a student is as good as a larger one with labels."),
            "half",
            quote=N_("achieve accuracies previously only achievable with deep models"),
        ),
    ),
    sweep=Study(_BASE, {"student_width": WIDTHS, "temperature": (2.0, 4.0, 10.0)}, seeds=5),
)
