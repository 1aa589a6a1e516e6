from kd.studies.experiments.card import *

SMALLER, SAME, LARGER = 4, 16, 32
_BASE = RunConfig(
    alpha=0.0,
    temperature=4.0,
    teacher="fresh",
    teacher_width=SAME,
    teacher_train_size=500,
    teacher_epochs=100,
)
_same = partial(at, student_width=SAME)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    others = each(_BASE, "student_width", {width: {"student_width": width} for width in (SMALLER, LARGER)})
    # of its teacher's size, a student must not start from its teacher's first weights
    base = longer(_BASE, times).replace(generation=1)
    same = taught_by(with_seeds(_BASE, seeds), base, {"student_width": SAME}, role="teacher")
    return [*others(seeds, times), same]


_repeats = told(
    N_("the teacher's errors that the student repeats less those of one that never met it"),
    N_("It repeats {value} points more of these errors than one that never met it ({interval})."),
    N_("It repeats {value} points fewer of these errors than one that never met it ({interval})."),
    N_("It is not shown to repeat more or less than one that never met it ({interval} points)."),
)

EXPERIMENT = Experiment(
    title=N_("Does it really copy?"),
    question=N_(
        "A student learns nothing but its teacher's answers, and is as large as its teacher: it could give "
        "all of them. Does it, on pictures that it has not seen, even where its teacher is wrong?"
    ),
    means=N_(
        "Two networks that are nearly always right agree because they are right. So a student is compared "
        "with one that never met this teacher, and on the teacher's errors. Where it agrees on the pictures "
        "that it learned from and not on others, it is not too small, and not short of training: these "
        "pictures leave room for several answers elsewhere."
    ),
    differs=N_(
        "The paper distils large networks and ensembles of them, on photographs and on text. Here both are "
        "small networks with the same 500 digits, and the student that never met the teacher learned from "
        "labels; the paper's learned from another teacher."
    ),
    paper=arxiv("2106.05945", N_("Stanton, Izmailov, Kirichenko, Alemi and Wilson 2021"), N_("abstract")),
    guess=guess(
        "errors_copied",
        N_("Of the pictures that the teacher gets wrong, how many does its student get wrong the same way?"),
        (33.3, 66.7),
        few=N_("fewer than a third"),
        half=N_("about half"),
        most=N_("more than two thirds"),
    ),
    chart=Chart(
        "line",
        "student_width",
        N_("Width of the student; the teacher's is 16"),
        ("train_agreement", "agreement", "scratch_agreement", "errors_copied"),
        N_("Percent of the pictures"),
    ),
    plan=_plan,
    outcomes={
        "on_training": answers_alike(_same("train_agreement"), N_("the pictures that it learned from")),
        "on_test": answers_alike(_same("agreement"), N_("the test pictures")),
        "closer": agrees_more(
            _same("agreement") - _same("scratch_agreement"), N_("the student"), N_("one that never met it")
        ),
        "errors_copied": answers_alike(
            _same("errors_copied"), N_("the test pictures that its teacher gets wrong")
        ),
        "errors_more": _repeats(_same("errors_copied") - _same("scratch_errors_copied")),
        "larger": agrees_more(
            at("agreement", student_width=LARGER) - _same("agreement"),
            N_("a student of twice the width"),
            N_("one of the teacher's"),
        ),
    },
    measures=("train_agreement", "agreement", "scratch_agreement", "errors_copied", "scratch_errors_copied"),
    claims=(
        Claim(
            N_(
                "A student that could match its teacher does not: to more than one test picture in a hundred "
                "it gives another answer."
            ),
            "on_test",
            below(99),
            quote="a surprisingly large discrepancy",
            figure=N_(
                "fewer than 80 % of the answers are the same on CIFAR-100 (figure 1); over 99 % is what they "
                "call working as expected (section 4.1)"
            ),
        ),
        Claim(
            N_("On the pictures that it learned from, it gives nearly all of its teacher's answers."),
            "on_training",
            above(99),
            quote="almost perfect teacher-student agreement",
            section=N_("section 6.1"),
            figure=N_("with the usual augmentation; far fewer with a stronger one"),
        ),
        Claim(
            N_("A larger student is no closer to its teacher, and no further from it: within a point."),
            "larger",
            between(-1, 1),
            quote="has very little effect on fidelity",
            section=N_("section 4.4"),
            figure=N_("with ensembles as teachers"),
        ),
    ),
    sweep=Study(_BASE, {"student_width": (SMALLER, 8, LARGER), "temperature": (1.0, 4.0, 10.0)}, seeds=2),
    next=("same_size_same_answers", "never_saw_it"),
)
