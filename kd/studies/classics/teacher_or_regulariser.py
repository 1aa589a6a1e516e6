from kd.studies.experiments.card import *

_BASE = RunConfig(alpha=0.5, temperature=20.0)
# Smoothing by a tenth is a virtual teacher that takes all digits to be equally likely, with weight 0.1.
_SMOOTHED = {"objective": "virtual_teacher", "virtual_confidence": 0.1, "alpha": 0.9}
TEACHERS: Kinds = {
    "smoothing": (N_("smoothed labels"), _SMOOTHED),
    "virtual": (N_("made up"), {"objective": "virtual_teacher"}),
    "permuted": (N_("real, doubts permuted"), {"permuted_doubts": True}),
    "real": (N_("real"), {}),
}
_smoothing, _virtual, _permuted, _real = (gain(kind=kind) for kind in TEACHERS)
_MADE_UP = N_("a student of a made-up teacher")

EXPERIMENT = Experiment(
    title=N_("Teacher or regulariser?"),
    question=N_(
        "A teacher, or just something against being too sure? A made-up teacher knows nothing: does it do?"
    ),
    means=N_(
        "Smoothed labels and the made-up teacher know only the labels: they keep a student from being too "
        "sure. Permuted doubts also say how sure a real teacher is of each picture, but ask for likenesses "
        "that are not there; its own doubts say which digits look alike. A gain that only short training "
        "shows is speed."
    ),
    differs=N_(
        "The paper trains large networks on photographs, and searches α and T for each. Here the student is "
        "small, has 500 digits, which it learns by heart, and T = 20 for all; α is 0.5 and, with smoothed "
        "labels, 0.9."
    ),
    paper=arxiv("1909.11723", N_("Yuan, Tay, Li, Wang and Feng 2020"), N_("abstract")),
    guess=guess(
        "real_over_virtual",
        N_("How much better is a student of the real teacher than one of the made-up teacher?"),
        (1, 5),
        little=N_("by less than a point, or worse"),
        some=N_("by one to five points"),
        much=N_("by more than five points"),
    ),
    chart=Chart("bars", "kind", N_("Teacher"), ("gain",), names=TEACHERS),
    plan=each(_BASE, "kind", TEACHERS),
    outcomes={
        "real_over_virtual": compares(_real - _virtual, N_("a student of a real teacher"), _MADE_UP),
        "virtual_over_smoothing": compares(_virtual - _smoothing, _MADE_UP, N_("one of smoothed labels")),
        "gain_permuted": adds(_permuted, N_("a real teacher whose doubts are permuted")),
        "gain_virtual": adds(_virtual, N_("a made-up teacher")),
        "gain_real": adds(_real, N_("a real teacher")),
    },
    claims=(
        Claim(
            N_("A made-up teacher helps as much as a superior real one: within a point."),
            "real_over_virtual",
            between(-1, 1),
            quote=N_("comparable performance with normal KD from a superior teacher"),
            figure=N_("+2.5 points made up, +2.7 real, for MobileNetV2 on CIFAR-100 (table 9)"),
        ),
        Claim(
            N_("A made-up teacher helps more than smoothed labels."),
            "virtual_over_smoothing",
            quote=N_("superior to label smoothing regularization"),
            figure=N_("+2.5 and +0.9 points for MobileNetV2 on CIFAR-100 (table 9)"),
        ),
        Claim(
            N_("A teacher that does not say which digits look alike still helps."),
            "gain_permuted",
            quote=N_("KD may still well improve the student models"),
            section=N_("section 1"),
            figure=N_("a conjecture there; permuted doubts are those of Furlanello et al. 2018"),
        ),
    ),
    times=10,
    sweep=Study(_BASE, {"objective": ("soft_targets", "virtual_teacher"), "alpha": (0.1, 0.5, 0.9)}, seeds=2),
)
