from kd.studies.experiments.card import *

USUAL = "soft_targets"
STUDENTS = {
    "logit_matching": N_("the student of logit matching"),
    "decoupled": N_("the student of decoupled soft targets"),
    "relations": N_("the student of relations"),
    "standardized": N_("the student of standardised logits"),
    "virtual_teacher": N_("the student of a virtual teacher"),
    "attention": N_("the student of attention transfer"),
}
_OBJECTIVES = (USUAL, *STUDENTS)

EXPERIMENT = Experiment(
    title=N_("Which objective is best?"),
    question=N_(
        "Seven objectives, equal training. Does logit matching beat soft targets, or does any other?"
    ),
    means=N_(
        "Test six useless methods: up to one time in four, one looks good, its 95 % interval clear of 0. At "
        "99 %, by which this page judges, that is one time in 17 at most. What is not told apart need not be "
        "equal."
    ),
    differs=N_(
        "Each paper tunes its objective, for large networks and photographs. Here each has its default "
        "fields, with α = 0.1, 500 digits and the same seeds: tuned, the order may change."
    ),
    paper=arxiv("2105.08919", N_("Kim, Oh, Kim, Cho and Yun 2021; Zhao et al. 2022"), N_("abstract")),
    guess=which_side("logit_matching", N_("How is logit matching beside soft targets?"), 0.5),
    chart=Chart("bars", "objective", y=("gain",)),
    plan=grid(RunConfig(), {"objective": _OBJECTIVES}),
    outcomes={
        name: compares(
            distilled(objective=name) - distilled(objective=USUAL), student, N_("that of soft targets")
        )
        for name, student in STUDENTS.items()
    },
    claims=(
        Claim(
            N_("Kim et al.: matching logits is better than soft targets."),
            "logit_matching",
            quote=N_("The MSE loss outperforms the KL divergence loss"),
        ),
        Claim(
            N_("Zhao et al.: decoupled, soft targets teach better."),
            "decoupled",
            quote=N_("suppresses the effectiveness of NCKD"),
            section=N_("abstract of arXiv:2203.08679, of the coupled loss"),
        ),
    ),
    seeds=10,
    sweep=Study(RunConfig(), {"objective": _OBJECTIVES, "alpha": (0.1, 0.5)}, 3),
)
