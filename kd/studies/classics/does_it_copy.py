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
_larger = at("agreement", student_width=LARGER)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    others = each(_BASE, "student_width", {width: {"student_width": width} for width in (SMALLER, LARGER)})
    # of its teacher's size, a student must not start from its teacher's first weights
    base = longer(_BASE, times).replace(generation=1)
    same = taught_by(with_seeds(_BASE, seeds), base, {"student_width": SAME}, role="teacher")
    return [*others(seeds, times), same]


EXPERIMENT = Experiment(
    title=N_("Does it really copy?"),
    question=N_(
        "A student as large as its teacher learns nothing but its answers. Does it copy the mistakes, too?"
    ),
    means=N_(
        "Two networks that are nearly always right agree because they are right. So the student is compared "
        "with one that never met this teacher, and on the teacher's errors. If it agrees on the pictures it "
        "learned from and not on others, it is neither too small nor short of training: these pictures leave "
        "room for several answers elsewhere."
    ),
    differs=N_(
        "The paper distils large networks, and ensembles of them, on photographs and text, and compares with "
        "a student of another teacher. Here both are small, have the same 500 digits, and the student that "
        "never met the teacher has labels."
    ),
    paper=arxiv("2106.05945", N_("Stanton, Izmailov, Kirichenko, Alemi and Wilson 2021"), N_("abstract")),
    guess=guess(
        "errors_copied",
        N_("Of the pictures its teacher gets wrong, how many does the student get wrong the same way?"),
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
        "errors_copied": answers_alike(
            _same("errors_copied"), N_("the test pictures its teacher gets wrong")
        ),
        "on_training": answers_alike(_same("train_agreement"), N_("the pictures it learned from")),
        "on_test": answers_alike(_same("agreement"), N_("the test pictures")),
        "closer": agrees_more(
            _same("agreement") - _same("scratch_agreement"), N_("the student"), N_("one that never met it")
        ),
        "errors_more": named(
            _same("errors_copied") - _same("scratch_errors_copied"),
            N_("teacher's errors repeated, less those repeated by one that never met it"),
        ),
        "larger": agrees_more(
            _larger - _same("agreement"), N_("a student of twice the width"), N_("one of the teacher's")
        ),
    },
    measures=("train_agreement", "agreement", "scratch_agreement", "errors_copied", "scratch_errors_copied"),
    claims=(
        Claim(
            N_(
                "A student that could match its teacher still differs on more than one test picture in a "
                "hundred."
            ),
            "on_test",
            below(99),
            quote=N_("a surprisingly large discrepancy"),
            figure=N_(
                "fewer than 80 % of the answers are the same on CIFAR-100 (figure 1); over 99 % is what they "
                "call working as expected (section 4.1)"
            ),
        ),
        Claim(
            N_("On the pictures it learned from, it gives nearly all of its teacher's answers."),
            "on_training",
            above(99),
            quote=N_("almost perfect teacher-student agreement"),
            section=N_("section 6.1"),
            figure=N_("with the usual augmentation; far fewer with a stronger one"),
        ),
        Claim(
            N_("A larger student is no closer to its teacher, and no further from it: within a point."),
            "larger",
            between(-1, 1),
            quote=N_("has very little effect on fidelity"),
            section=N_("section 4.4"),
            figure=N_("with ensembles as teachers"),
        ),
    ),
    sweep=Study(_BASE, {"student_width": (SMALLER, 8, LARGER), "temperature": (1.0, 4.0, 10.0)}, seeds=2),
)
