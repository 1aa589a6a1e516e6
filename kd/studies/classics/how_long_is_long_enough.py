from kd.studies.experiments.card import *

_BASE = RunConfig()
KINDS: Kinds = {
    "soft": (N_("soft targets"), {}),
    "virtual": (N_("a made-up teacher"), {"objective": "virtual_teacher"}),
    "mistake": (N_("soft targets, T on one side only"), {"mistake": "one_temperature"}),
}
_soft, _mistake = (partial(distilled, kind=kind) for kind in ("soft", "mistake"))
_EARLY, _LATE = N_("after 40 epochs"), N_("after 400 epochs")
_TAUGHT, _MADE_UP = N_("a student with a teacher"), N_("a student with a made-up teacher")
_ONE_SIDED, _RIGHT = N_("a student with T on one side only"), N_("one with the right loss")
_ahead = told(
    N_("accuracy of {who} less that of {than}, {when}"),
    N_("{when}, {who} is {value} points better than {than} ({interval})."),
    N_("{when}, {who} is {value} points worse than {than} ({interval})."),
    N_("{when}, {who} is not shown to be better or worse than {than} ({interval} points)."),
    by=("when", "who", "than"),
)

EXPERIMENT = Experiment(
    title=N_("How long is long enough?"),
    question=N_(
        "500 images, seen 20 to 400 times: by a student with a teacher, by one with a made-up teacher that "
        "knows nothing, and by one whose distillation loss has T on one side only. Who is ahead of the "
        "labels early, and who at the end?"
    ),
    means=N_(
        "A short training shows who learns fast, a long one who learns well, and the two need not be the "
        "same student. So every verdict belongs to a length of training, and a comparison that stops early "
        "may have the wrong winner."
    ),
    differs=N_(
        "In both papers a longer training brings new views: Beyer crops and mixes its photographs, and "
        "Busbridge's language models read new text all the time. Here the student sees the same 500 images "
        "again, and labels alone have soon told it all they can."
    ),
    paper=arxiv(
        "2502.08606", N_("Busbridge, Shidani, Weers, Ramapuram, Littwin and Webb 2025"), N_("section 5.1")
    ),
    guess=guess(
        "mistake_most",
        N_("After 400 epochs, who is ahead: the right distillation loss, or the one with T on one side?"),
        (0,),
        right=N_("the right one"),
        mistake=N_("the one with T on one side"),
    ),
    chart=Chart(
        "line",
        "epochs",
        y=("gain",),
        series="kind",
        series_label=N_("The student learns from"),
        names=names_of(KINDS),
    ),
    plan=each(_BASE, "kind", fields_of(KINDS), {"epochs": (20, 40, 100, 200, 400)}),
    outcomes={
        "soft_usual": _ahead(gain(kind="soft", epochs=40), _EARLY, _TAUGHT, N_("scratch")),
        "soft_most": _ahead(gain(kind="soft", epochs=400), _LATE, _TAUGHT, N_("scratch")),
        "virtual_usual": _ahead(gain(kind="virtual", epochs=40), _EARLY, _MADE_UP, N_("scratch")),
        "virtual_most": _ahead(gain(kind="virtual", epochs=400), _LATE, _MADE_UP, N_("scratch")),
        "mistake_usual": _ahead(_mistake(epochs=40) - _soft(epochs=40), _EARLY, _ONE_SIDED, _RIGHT),
        "mistake_most": _ahead(_mistake(epochs=400) - _soft(epochs=400), _LATE, _ONE_SIDED, _RIGHT),
        "patience": compares(
            _soft(epochs=400) - _soft(epochs=40),
            N_("a student with a teacher for 400 epochs"),
            N_("one for 40"),
        ),
    },
    claims=(
        Claim(
            N_("A student with a teacher gains from a training ten times as long."),
            "patience",
            quote="One needs patience along with consistency when doing distillation.",
            section=N_("Beyer et al. 2022, figure 4"),
            figure=N_("up to a million epochs, where a hundred are usual"),
        ),
        Claim(
            N_("Given enough training, a student of the labels alone overtakes one with a teacher."),
            "soft_most",
            below(0),
            quote="Supervised learning always outperforms distillation given enough student compute",
            figure=N_("language models of 143 million to 12.6 billion parameters"),
        ),
    ),
    times=1,  # it is about length
    sweep=Study(_BASE, {"epochs": (20, 40, 100, 200), "train_size": (200, 500)}, seeds=5),
    next=("how_many_images", "longer_and_longer", "one_temperature"),
)
