from kd.studies.experiments.card import *

GENERATIONS = 3
_BASE = RunConfig(alpha=0.0, temperature=1.0)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = longer(_BASE, times)
    labels_alone = base.replace(alpha=1.0)
    stages = [[Part(Study(labels_alone, {}, seeds), {"generation": 0, "doubts": "kept"})]]
    last = first = with_seeds(labels_alone, seeds)
    for generation in range(1, GENERATIONS + 1):
        labels = {"generation": generation, "doubts": "kept"}
        stages.append(taught_by(last, base.replace(generation=generation), labels))
        last = [part.study.base for part in stages[-1]]
    permuted = base.replace(generation=1, permuted_doubts=True)
    stages[1] += taught_by(first, permuted, {"generation": 1, "doubts": "permuted"})
    return stages


_kept = partial(distilled, doubts="kept")
_labels_alone = _kept(generation=0)
_permuted = distilled(generation=1, doubts="permuted")
_PUPIL, _TEACHER = N_("the first pupil"), N_("its teacher")

EXPERIMENT = Experiment(
    title=N_("Born again"),
    question=N_("A network teaches a network of its own kind. Is the pupil better? And the pupil's pupil?"),
    means=N_(
        "Nothing is compressed and no picture added: the pupil learns its teacher's answers to the teacher's "
        "own pictures. It starts from other weights, so luck alone may set the two apart; a network that "
        "starts like the pupil but has labels shares that luck. Permuted doubts still say how sure the "
        "teacher is, but no longer which digits look alike."
    ),
    differs=N_(
        "The paper trains large networks on photographs and text, with a falling learning rate; here a small "
        "one has 500 digits. As with the photographs, each generation learns from its teacher alone, at T = "
        "1."
    ),
    paper=arxiv("1805.04770", N_("Furlanello, Lipton, Tschannen, Itti and Anandkumar 2018"), N_("abstract")),
    guess=which_side("last", N_("How does the third generation compare with the network that had labels?")),
    chart=Chart(
        "line",
        "generation",
        series="doubts",
        series_label=N_("The teacher's doubts"),
        names={"kept": N_("as they are"), "permuted": N_("permuted")},
    ),
    plan=_plan,
    outcomes={
        "last": compares(
            _kept(generation=GENERATIONS) - _labels_alone,
            N_("the third generation"),
            N_("the network that had labels"),
        ),
        "born_again": compares(_kept(generation=1) - _labels_alone, _PUPIL, _TEACHER),
        "gain": compares(gain(generation=1, doubts="kept"), _PUPIL, N_("its twin that had labels")),
        "permuted": compares(_permuted - _labels_alone, N_("a pupil of permuted doubts"), _TEACHER),
    },
    claims=(
        Claim(
            N_("Born-again networks are better than their teachers."),
            "born_again",
            quote=N_("outperform their teachers significantly"),
            figure=N_("errors fall from 18.25 to 16.95 % on CIFAR-100 (table 2, the smallest DenseNet)"),
        ),
        Claim(
            N_("After several generations, the gain is still there."),
            "last",
            quote=N_("inconsistent but positive improvements"),
            section=N_("section 5.2"),
            figure=N_("16.59 % errors in the third generation, where the teacher makes 18.25 %"),
        ),
        Claim(
            N_("Even with permuted doubts, a pupil is better than its teacher."),
            "permuted",
            quote=N_("still systematically contribute to improved generalization"),
            section=N_("section 5.2"),
            figure=N_("17.84 % errors, where the teacher makes 18.25 %"),
        ),
    ),
)
