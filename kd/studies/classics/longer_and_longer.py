from kd.studies.experiments.card import *

_BASE = RunConfig(alpha=0.0, temperature=4.0, train_size=500, student=DENSE)
VIEWS: Kinds = {
    "unshifted": (N_("not shifted"), {}),
    "apart": (N_("shifted for the student alone"), {"shift": 2, "fixed_teaching": True}),
    "alike": (N_("shifted for both"), {"shift": 2}),
}
_unshifted, _apart, _alike = (partial(distilled, views=views) for views in VIEWS)
_last = _alike(epochs=1_600)
_LONG = N_("a student with 1,600 epochs of shifted pictures")

EXPERIMENT = Experiment(
    title=N_("Longer and longer"),
    question=N_(
        "500 pictures, shifted a little each time, up to 1,600 times. Must the teacher see the same shift?"
    ),
    means=N_(
        "Each shifted picture is a new question. A consistent teacher answers that very question; a fixed "
        "one answers another, about a picture the student did not see. Without shifts there are 500 "
        "questions, whose answers can be learned by heart."
    ),
    differs=N_(
        "The paper trains large networks for up to a million epochs, and crops and mixes photographs so that "
        "no two views are the same. Here a picture has 25 places, the student has one hidden layer, and "
        "1,600 epochs are 25,600 steps."
    ),
    paper=arxiv(
        "2106.05237", N_("Beyer, Zhai, Royer, Markeeva, Anil and Kolesnikov 2022"), N_("section 3.1")
    ),
    guess=which_side(
        "consistent", N_("After 1,600 epochs, how is a student whose teacher sees the same shift?"), 0.5
    ),
    chart=Chart("line", "epochs", series="views", series_label=N_("Pictures"), names=VIEWS),
    plan=each(_BASE, "views", VIEWS, {"epochs": (25, 100, 400, 1_600)}),
    outcomes={
        "consistent": compares(
            _last - _apart(epochs=1_600),
            N_("a student whose teacher sees the same picture"),
            N_("one whose teacher sees it unshifted"),
        ),
        "patience": compares(_last - _alike(epochs=25), _LONG, N_("one with 25")),
        "late": compares(_last - _alike(epochs=400), _LONG, N_("one with 400")),
        "unshifted": compares(
            _unshifted(epochs=1_600) - _unshifted(epochs=25),
            N_("a student with 1,600 epochs of unshifted pictures"),
            N_("one with 25"),
        ),
        "gain": named(
            gain(epochs=1_600, views="alike"), N_("gain over scratch on shifted pictures, after 1,600 epochs")
        ),
    },
    claims=(
        Claim(
            N_("A teacher has to see the same picture as its student."),
            "consistent",
            quote=N_("all ‘inconsistent’ distillation settings plateau at a lower score"),
            section=N_("section 3.1.1"),
        ),
        Claim(
            N_(
                "With a consistent teacher, a student does not overfit: from 400 epochs to 1,600 it loses "
                "less than a point."
            ),
            "late",
            above(-1),
            quote=N_("Crucially, there is no overfitting even when we optimize for a 1M epochs."),
            section=N_("section 3.1.2"),
        ),
        Claim(
            N_("With one fixed view of few pictures, a student overfits."),
            "unshifted",
            below(0),
            quote=N_("for such small datasets, using a fixed teacher leads to strong overfitting"),
            section=N_("section 3.1.1"),
        ),
    ),
    times=1,  # it is about length
    sweep=Study(_BASE, {"shift": (0, 1, 2), "epochs": (40, 200)}, seeds=5),
)
