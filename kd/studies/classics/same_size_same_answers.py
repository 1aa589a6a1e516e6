from kd.studies.experiments.card import *

# Pictures with an answer of the teacher's, and how often each is seen: the steps are as many.
EPOCHS = {200: 90, 2_000: 10, 20_000: 1}
_BASE = RunConfig(
    alpha=0.0,
    temperature=4.0,
    labelled=200,
    teacher="fresh",
    teacher_width=16,
    teacher_train_size=200,
    teacher_epochs=100,
)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    first, second = [], []
    for images, epochs in EPOCHS.items():
        base = longer(_BASE.replace(train_size=images, epochs=epochs), times)
        if images == 200:
            first.append(Part(Study(base, {}, seeds), {"train_size": images, "start": "same"}))
        labels = {"train_size": images, "start": "other"}
        second += taught_by(with_seeds(_BASE, seeds), base.replace(generation=1), labels, role="teacher")
    return [first, second]


def _better_with(images: int) -> Quantity:
    """Returns how much better the student is than its teacher.

    Both see the same test pictures, most of which both get right: other pictures would hardly change it.
    """
    pair = (model(train_size=images, start="other").without_blocks() for model in (distilled, teacher))
    student, its_teacher = pair
    return student - its_teacher


_with_few, _with_many = (at("agreement", train_size=images, start="other") for images in (200, 20_000))
_same_start = at("agreement", train_size=200, start="same")
_MANY, _FEW, _TEACHER = N_("a student with 20,000 answers"), N_("one with 200"), N_("its teacher")

EXPERIMENT = Experiment(
    title=N_("Same size, same answers?"),
    question=N_(
        "A network of the teacher's own size learns its answers. Will it copy its teacher, or beat it?"
    ),
    means=N_(
        "Being like a teacher and being good are two things. A student that gives all of its teacher's "
        "answers is exactly as good; to be better, it has to differ. Few pictures leave room for many "
        "students that agree on them, and the first weights decide which of these it becomes."
    ),
    differs=N_(
        "The paper's network is LeNet-5, and its student sees 60,000 digits and more; here it sees 20,000 at "
        "most. Teachers learn 200 digits in 100 epochs in both."
    ),
    paper=arxiv("2106.05945", N_("Stanton, Izmailov, Kirichenko, Alemi and Wilson 2021"), N_("section 4.1")),
    guess=which_side(
        "better_with_many", N_("With answers to 20,000 digits, how is the student beside its teacher?"), 1
    ),
    chart=Chart(
        "line",
        "train_size",
        N_("Digits with an answer of the teacher's"),
        ("agreement", "distilled_right", "teacher_right"),
        N_("Percent of the test images"),
        "start",
        N_("First weights, and order of the pictures"),
        {"same": N_("its teacher's"), "other": N_("others")},
    ),
    plan=_plan,
    outcomes={
        "better_with_many": compares(_better_with(20_000), _MANY, _TEACHER),
        "better_with_few": compares(_better_with(200), N_("a student with 200 answers"), _TEACHER),
        "with_many": answers_alike(_with_many, N_("the test pictures after 20,000")),
        "closer": agrees_more(_with_many - _with_few, _MANY, _FEW),
        "alike": agrees_more(
            _same_start - _with_few,
            N_("a student with the teacher's first weights and order"),
            N_("one with others"),
        ),
    },
    measures=("agreement",),
    claims=(
        Claim(
            N_("With more of its teacher's answers, a student gives them more often."),
            "closer",
            quote=N_("as we enlarge the distillation dataset the student fidelity improves"),
            figure=N_("in the end over 99 % of the test answers, with 60,000 digits, and letters besides"),
        ),
        Claim(
            N_("With many, it is as good as its teacher, and no better: within a point."),
            "better_with_many",
            between(-1, 1),
            quote=N_("self-distillation does not improve generalization"),
            figure=N_("84 to 86 % right, the teacher and the student"),
        ),
    ),
)
