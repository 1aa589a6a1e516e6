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

EXPERIMENT = Experiment(
    title=N_("Born again"),
    question=N_(
        "A network teaches a network of its very own kind, which has seen no more than it has. Is the pupil "
        "better than its teacher? And the pupil's pupil?"
    ),
    means=N_(
        "Nothing is compressed here, and no picture is added: a pupil learns its teacher's answers to "
        "pictures that its teacher has learned. It starts from other weights, so it may be better or worse "
        "than its teacher by luck alone. A network that starts from the same weights and learns from labels "
        "has the same luck. Permuted doubts still say how sure the teacher is, but no longer which digits "
        "it takes for each other."
    ),
    differs=N_(
        "The paper trains large networks on photographs and on text, with a learning rate that falls. Here a "
        "small network learns from 500 digits. As with the photographs, each generation starts from other "
        "weights and learns from its teacher alone, at T = 1."
    ),
    paper=arxiv("1805.04770", N_("Furlanello, Lipton, Tschannen, Itti and Anandkumar 2018"), N_("abstract")),
    guess=guess(
        "last",
        N_("How does the third generation compare with the network that only had labels?"),
        (0,),
        worse=N_("worse"),
        better=N_("better"),
    ),
    chart=Chart(
        "line",
        "generation",
        series="doubts",
        series_label=N_("The teacher's doubts"),
        names={"kept": N_("as they are"), "permuted": N_("permuted")},
    ),
    plan=_plan,
    outcomes={
        "born_again": compares(_kept(generation=1) - _labels_alone, N_("the first pupil"), N_("its teacher")),
        "gain": compares(
            gain(generation=1, doubts="kept"),
            N_("the first pupil"),
            N_("a network that starts as it does and has labels"),
        ),
        "last": compares(
            _kept(generation=GENERATIONS) - _labels_alone,
            N_("the third generation"),
            N_("the network that only had labels"),
        ),
        "permuted": compares(
            distilled(generation=1, doubts="permuted") - _labels_alone,
            N_("a pupil of permuted doubts"),
            N_("its teacher"),
        ),
    },
    claims=(
        Claim(
            N_("Born-again networks are better than their teachers."),
            "born_again",
            quote="outperform their teachers significantly",
            figure=N_("errors fall from 18.25 to 16.95 % on CIFAR-100 (table 2, the smallest DenseNet)"),
        ),
        Claim(
            N_("After several generations, the gain is still there."),
            "last",
            quote="inconsistent but positive improvements",
            section=N_("section 5.2"),
            figure=N_("16.59 % errors in the third generation, where the teacher makes 18.25 %"),
        ),
        Claim(
            N_("Even with permuted doubts, a pupil is better than its teacher."),
            "permuted",
            quote="still systematically contribute to improved generalization",
            section=N_("section 5.2"),
            figure=N_("17.84 % errors, where the teacher makes 18.25 %"),
        ),
    ),
    next=("same_size_same_answers", "teacher_or_regulariser"),
)
