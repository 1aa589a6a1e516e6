from kd.studies.experiments.card import *

FIRST, SECOND = "first teacher", "second teacher"
OF_FIRST, OF_SECOND, OF_BOTH = "of the first", "of the second", "of both"
_BASE = RunConfig(alpha=0.1, temperature=4.0, train_size=1_000, epochs=20)
_NAMES = {
    FIRST: N_("the first teacher"),
    SECOND: N_("the second teacher"),
    OF_FIRST: N_("student of the first"),
    OF_SECOND: N_("student of the second"),
    OF_BOTH: N_("student of both"),
}


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


_first, _second, _of_first, _of_second, _of_both = (distilled(who=who) for who in _NAMES)
_ensemble = at("ensemble_right", who=OF_BOTH)
_BOTH = N_("the student of both")

EXPERIMENT = Experiment(
    title=N_("Two teachers are better than one?"),
    question=N_("Two networks together are right more often than one. Can one student learn from both?"),
    means=N_(
        "Networks of one kind make different errors, and a mean cancels some of them, at the price of asking "
        "two. A student of the mean costs no more than one. What the second teacher gives it is what it has "
        "beyond a student of one."
    ),
    differs=N_(
        "The paper has ten large networks that learn speech from 2,000 hours of it, and a student of their "
        "size that hears all of that, too. Here there are two, and they and the student learn from the same "
        "1,000 digits."
    ),
    paper=arxiv("1503.02531", N_("Hinton, Vinyals and Dean 2015"), N_("section 4, table 1")),
    guess=which_side("second_teacher", N_("How is a student of both teachers beside a student of one?"), 0.5),
    chart=Chart("bars", "who", N_("Who"), ("distilled_right", "ensemble_right"), names=_NAMES),
    plan=_plan,
    outcomes={
        "second_teacher": compares(_of_both - (_of_first + _of_second) * 0.5, _BOTH, N_("a student of one")),
        "student": compares(gain(who=OF_BOTH), _BOTH, N_("the same network with labels alone")),
        "ensemble": compares(
            _ensemble - (_first + _second) * 0.5, N_("the mean of both teachers"), N_("one of them")
        ),
        "left_behind": compares(_of_both - _ensemble, _BOTH, N_("its teachers together")),
    },
    claims=(
        Claim(
            N_("Networks of one kind are better together."),
            "ensemble",
            quote=N_("train many different models on the same data and then to average their predictions"),
            section=N_("abstract"),
        ),
        Claim(
            N_("What they know together improves a single network of their kind."),
            "student",
            quote=N_("More than 80% of the improvement in frame classification accuracy"),
            figure=N_("58.9 % alone, 61.1 % for ten together, 60.8 % for the single student of the ten"),
        ),
    ),
    measures=("ensemble_right",),
    sweep=Study(_BASE, {"temperature": (1.0, 4.0, 10.0), "alpha": (0.1, 0.5)}, seeds=5),
)
