from kd.studies.experiments.card import *

_BASE = RunConfig()
KINDS: Kinds = {
    "soft": (N_("soft targets"), {}),
    "virtual": (N_("a made-up teacher"), {"objective": "virtual_teacher"}),
    "mistake": (N_("soft targets, T on one side only"), {"mistake": "one_temperature"}),
}
_soft, _mistake = (partial(distilled, kind=kind) for kind in ("soft", "mistake"))
_RIGHT = N_("one with the right loss")

EXPERIMENT = Experiment(
    title=N_("How long is long enough?"),
    question=N_(
        "A good teacher, a made-up one, and a mistake in the loss: who leads early, and who at the end?"
    ),
    means=N_(
        "A short training shows who learns fast, a long one who learns well, and that need not be the same "
        "student. So every verdict belongs to a length of training, and a comparison that stops early may "
        "crown the wrong winner."
    ),
    differs=N_(
        "In both papers a longer training brings new views: Beyer crops and mixes photographs, and "
        "Busbridge's language models read new text all the time. Here the student sees the same 500 images "
        "again, and labels have soon told it all they can."
    ),
    paper=arxiv(
        "2502.08606", N_("Busbridge, Shidani, Weers, Ramapuram, Littwin and Webb 2025"), N_("section 5.1")
    ),
    guess=guess(
        "mistake_most",
        N_("After 400 epochs, who leads: the right loss, or the one with T on one side?"),
        (0,),
        right=NC_("loss", "the right one"),
        mistake=N_("the one with T on one side"),
    ),
    chart=Chart(
        "line", "epochs", y=("gain",), series="kind", series_label=N_("The student learns from"), names=KINDS
    ),
    plan=each(_BASE, "kind", KINDS, {"epochs": (20, 40, 100, 200, 400)}),
    outcomes={
        "mistake_most": compares(
            _mistake(epochs=400) - _soft(epochs=400),
            N_("a student with T on one side for 400 epochs"),
            _RIGHT,
        ),
        "mistake_usual": compares(
            _mistake(epochs=40) - _soft(epochs=40),
            N_("a student with T on one side for 40 epochs"),
            _RIGHT,
        ),
        "virtual_most": compares(
            gain(kind="virtual", epochs=400),
            N_("a student with a made-up teacher for 400 epochs"),
            N_("scratch"),
        ),
        "soft_most": compares(
            gain(kind="soft", epochs=400), N_("a student with a teacher for 400 epochs"), N_("scratch")
        ),
        "patience": compares(
            _soft(epochs=400) - _soft(epochs=40),
            N_("a student taught for 400 epochs"),
            N_("one taught for 40"),
        ),
    },
    claims=(
        Claim(
            N_("A student with a teacher gains from a training ten times as long."),
            "patience",
            quote=N_("One needs patience along with consistency when doing distillation."),
            section=N_("Beyer et al. 2022, figure 4"),
            figure=N_("up to a million epochs, where a hundred are usual"),
        ),
        Claim(
            N_("Given enough training, a student of labels alone overtakes one with a teacher."),
            "soft_most",
            below(0),
            quote=N_("Supervised learning always outperforms distillation given enough student compute"),
            figure=N_("language models of 143 million to 12.6 billion parameters"),
        ),
    ),
    times=1,  # it is about length
    sweep=Study(_BASE, {"epochs": (20, 40, 100, 200), "train_size": (200, 500)}, seeds=5),
)
