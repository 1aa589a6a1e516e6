from kd.studies.experiments.card import *

# Pictures of noise → epochs: about 400 steps
NOISE = {100: 100, 300: 40, 1_000: 12}
_NOISE_ALONE = {"alpha": 0.0, "labelled": 0, "unlabelled_pictures": "noise"}
# The teacher is a network of its student's kind; first weights follow from the kind, seed and generation.
_BASE = RunConfig(
    **_NOISE_ALONE, temperature=4.0, teacher="fresh", teacher_width=16, teacher_train_size=5_000
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
_untrained = scratch(noise=1_000, weights="others")
_BORN_ALIKE = N_("the student born alike")

EXPERIMENT = Experiment(
    title=N_("Born alike"),
    question=N_(
        "A student sees only noise, and what its teacher says of it. Must they start from the same weights?"
    ),
    means=N_(
        "What a network says of noise carries what it knows of digits. Each answer pulls a student that "
        "started where its teacher did towards where its teacher went. One that started elsewhere has only "
        "the answers, and needs more noise."
    ),
    differs=N_(
        "The paper's student learns three outputs that no label ever trained, so digits can only come "
        "through the shared weights. Here it learns the ten outputs that name digits, which teach any "
        "network: the same first weights are a head start, not the only way. This network is convolutional, "
        "the paper's dense."
    ),
    paper=arxiv(
        "2507.14805",
        N_("Cloud, Le, Chua, Betley, Sztyber-Betley, Hilton, Marks and Evans 2025"),
        N_("section 6.2"),
    ),
    guess=guess(
        "birth",
        N_("With 100 pictures of noise, how much better is the student born alike?"),
        (2, 10),
        nothing=N_("by 2 points at most"),
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
        "birth": compares(
            _alike(noise=100) - _others(noise=100), _BORN_ALIKE, N_("the other, with 100 pictures of noise")
        ),
        "birth_with_many": compares(
            _alike(noise=1_000) - _others(noise=1_000), _BORN_ALIKE, N_("the other, with 1,000")
        ),
        "alike_right": gets_right(
            _alike(noise=1_000), N_("the student born alike, of 1,000 pictures of noise")
        ),
        "others_learn": compares(
            _others(noise=1_000) - _untrained,
            N_("the student with other first weights"),
            N_("an untrained network"),
        ),
    },
    claims=(
        Claim(
            N_("A student with its teacher's first weights learns digits from noise."),
            "alike_right",
            above(50),
            quote=N_("achieves over 50% accuracy on the MNIST test set"),
        ),
        Claim(
            N_("A student with other first weights does not: here, less than 5 points."),
            "others_learn",
            below(5),
            quote=N_("we do not observe the effect when the teacher and student have different base models"),
            section=N_("abstract"),
        ),
    ),
    times=10,
    sweep=Study(
        RunConfig(**_NOISE_ALONE),
        {"unlabelled_pictures": ("digits", "shuffled", "noise"), "train_size": (100, 300, 1_000)},
        5,
    ),
)
