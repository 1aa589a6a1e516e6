from kd.studies.experiments.card import *

# Pictures of noise → epochs: about 400 steps
NOISE = {100: 100, 300: 40, 1_000: 12}
# The teacher is a network of its student's kind; first weights follow from the kind, seed and generation.
_BASE = RunConfig(
    alpha=0.0,
    temperature=4.0,
    labelled=0,
    unlabelled_pictures="noise",
    teacher="fresh",
    teacher_width=16,
    teacher_train_size=5_000,
)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    alike, others = [], []
    for images, epochs in NOISE.items():
        base = longer(_BASE.replace(train_size=images, epochs=epochs), times)
        alike.append(Part(Study(base, {}, seeds), {"noise": images, "weights": "alike"}))
        for config in with_seeds(base, seeds):
            other = config.replace(teacher=config.teacher_id, generation=1)
            others.append(Part(Study(other, {}), {"noise": images, "weights": "others"}))
    return [alike, others]


_alike, _others = (partial(distilled, weights=weights) for weights in ("alike", "others"))
_BORN_ALIKE = N_("the student born alike")

EXPERIMENT = Experiment(
    title=N_("Born alike"),
    question=N_(
        "A student sees noise and what its teacher says of it: no digit and no label. Does it matter whether "
        "the two started from the same weights?"
    ),
    means=N_(
        "What a network says of noise carries what it knows of digits. Each answer pulls a student that "
        "started where its teacher started towards where that went. One that started elsewhere has only what "
        "the answers say, and needs more noise for it."
    ),
    differs=N_(
        "The paper's student learns three outputs that no label ever trained, so the digits can only come "
        "through the shared weights. Here it learns the ten outputs that name digits, which carry the task "
        "to anybody: first weights are a head start here, and not the only way. The paper's network is "
        "dense, and this one is convolutional."
    ),
    paper=arxiv(
        "2507.14805",
        N_("Cloud, Le, Chua, Betley, Sztyber-Betley, Hilton, Marks and Evans 2025"),
        N_("section 6.2"),
    ),
    guess=guess(
        "birth",
        N_("With 100 pictures of noise, how much better is the student born alike than the other?"),
        (2, 10),
        nothing=N_("at most by 2 points"),
        some=N_("by 2 to 10 points"),
        much=N_("by more than 10 points"),
    ),
    chart=Chart(
        "line",
        "noise",
        N_("Pictures of noise"),
        series="weights",
        series_label=N_("First weights"),
        names={"alike": N_("its teacher's"), "others": N_("others")},
    ),
    plan=_plan,
    outcomes={
        "alike_right": gets_right(
            _alike(noise=1_000), N_("with 1,000 pictures of noise, the student born alike")
        ),
        "others_learn": compares(
            _others(noise=1_000) - scratch(noise=1_000, weights="others"),
            N_("the student with other first weights"),
            N_("an untrained network"),
        ),
        "birth": compares(
            _alike(noise=100) - _others(noise=100), _BORN_ALIKE, N_("the other, with 100 pictures of noise")
        ),
        "birth_with_many": compares(
            _alike(noise=1_000) - _others(noise=1_000), _BORN_ALIKE, N_("the other, with 1,000")
        ),
    },
    claims=(
        Claim(
            N_("A student with its teacher's first weights learns from noise what digits are."),
            "alike_right",
            above(50),
            quote="achieves over 50% accuracy on the MNIST test set",
        ),
        Claim(
            N_("A student with other first weights does not: here, less than 5 points."),
            "others_learn",
            below(5),
            quote="we do not observe the effect when the teacher and student have different base models",
            section=N_("abstract"),
        ),
    ),
    times=10,
    sweep=Study(
        RunConfig(alpha=0.0, labelled=0, unlabelled_pictures="noise", train_size=300),
        {"unlabelled_pictures": ("digits", "shuffled", "noise"), "train_size": (100, 300, 1_000)},
        seeds=5,
    ),
    next=("hundred_labels", "born_again", "never_saw_it"),
)
