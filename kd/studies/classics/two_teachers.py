from kd.studies.experiments.card import *

FIRST, SECOND = "first teacher", "second teacher"
OF_FIRST, OF_SECOND, OF_BOTH = "of the first", "of the second", "of both"
_BASE = RunConfig(alpha=0.1, temperature=4.0, train_size=1_000, epochs=20)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = longer(_BASE, times)
    labels_alone = {FIRST: base.replace(alpha=1.0), SECOND: base.replace(alpha=1.0, generation=1)}
    teachers = [Part(Study(config, {}, seeds), {"who": who}) for who, config in labels_alone.items()]
    students = []
    for pair in zip(*(with_seeds(config, seeds) for config in labels_alone.values()), strict=True):
        one, other = (config.model_ids["distilled"] for config in pair)
        taught = {OF_FIRST: (one, ""), OF_SECOND: (other, ""), OF_BOTH: (one, other)}
        for who, (teacher, second) in taught.items():
            # of weights that neither teacher started from
            config = base.replace(seed=pair[0].seed, generation=2, teacher=teacher, second_teacher=second)
            students.append(Part(Study(config, {}), {"who": who}))
    return [teachers, students]


_ensemble = at("ensemble_right", who=OF_BOTH)
_one_teacher = (distilled(who=FIRST) + distilled(who=SECOND)) * 0.5
_of_both = distilled(who=OF_BOTH)
_of_one = (distilled(who=OF_FIRST) + distilled(who=OF_SECOND)) * 0.5
_STUDENT_OF_BOTH = N_("the student of both")

EXPERIMENT = Experiment(
    title=N_("Two teachers are better than one?"),
    question=N_(
        "Two networks that differ in their first weights alone are right together more often than each by "
        "itself, or so one hopes. Can one student learn from both what they know together?"
    ),
    means=N_(
        "Networks of one kind make different errors, and a mean cancels some of them, at the price of asking "
        "two. A student of the mean costs no more than one of them. What the second teacher gives it is what "
        "it has beyond a student of one, who learns from soft targets, too."
    ),
    differs=N_(
        "The paper has ten large networks that learn speech from 2,000 hours of it, and a student of their "
        "size that sees all of that, too. Here there are two, and they and the student learn from the same "
        "1,000 digits."
    ),
    paper=arxiv("1503.02531", N_("Hinton, Vinyals and Dean 2015"), N_("section 4, table 1")),
    guess=guess(
        "second_teacher",
        N_("How much better is a student of both teachers than a student of one?"),
        (-0.5, 0.5),
        worse=N_("it is worse by more than half a point"),
        same=N_("within half a point"),
        better=N_("by more than half a point"),
    ),
    chart=Chart(
        "bars",
        "who",
        N_("Who"),
        ("distilled_right", "ensemble_right"),
        names={
            FIRST: N_("the first teacher"),
            SECOND: N_("the second teacher"),
            OF_FIRST: N_("student of the first"),
            OF_SECOND: N_("student of the second"),
            OF_BOTH: N_("student of both"),
        },
    ),
    plan=_plan,
    outcomes={
        "ensemble": compares(_ensemble - _one_teacher, N_("the mean of both teachers"), N_("one of them")),
        "student": compares(gain(who=OF_BOTH), _STUDENT_OF_BOTH, N_("the same network with labels alone")),
        "second_teacher": compares(_of_both - _of_one, _STUDENT_OF_BOTH, N_("a student of one")),
        "left_behind": compares(_of_both - _ensemble, _STUDENT_OF_BOTH, N_("its teachers together")),
    },
    claims=(
        Claim(
            N_("Networks of one kind are better together."),
            "ensemble",
            quote="train many different models on the same data and then to average their predictions",
            section=N_("abstract"),
        ),
        Claim(
            N_("What they know together improves a single network of their kind."),
            "student",
            quote="More than 80% of the improvement in frame classification accuracy",
            figure=N_("58.9 % alone, 61.1 % for ten together, 60.8 % for the single student of the ten"),
        ),
    ),
    measures=("ensemble_right",),
    sweep=Study(_BASE, {"temperature": (1.0, 4.0, 10.0), "alpha": (0.1, 0.5)}, seeds=5),
    next=("born_again", "too_good_a_teacher", "does_it_copy"),
)
