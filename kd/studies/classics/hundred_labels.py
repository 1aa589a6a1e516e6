from kd.studies.experiments.card import *

_BASE = RunConfig(temperature=4.0, train_size=1_000, labelled=100, epochs=30)
_NO_LABEL = {"labelled": 0, "alpha": 0.0}
PICTURES: Kinds = {
    "none": (NC_("pictures", "none"), {"train_size": 100}),
    "digits": (N_("digits"), {}),
    "noise": (N_("noise"), {"unlabelled_pictures": "noise"}),
    "smooth": (N_("smooth noise"), {"unlabelled_pictures": "smooth"}),
    "noise alone": (N_("noise, and no label"), {"unlabelled_pictures": "noise", **_NO_LABEL}),
    "smooth alone": (N_("smooth noise, and no label"), {"unlabelled_pictures": "smooth", **_NO_LABEL}),
}
_none, _digits, _noise, _smooth, _noise_alone, _smooth_alone = (distilled(pictures=kind) for kind in PICTURES)

EXPERIMENT = Experiment(
    title=N_("A hundred labels"),
    question=N_(
        "Only 100 of 1,000 pictures have a label. What are the others worth, even if they are noise?"
    ),
    means=N_(
        "Whatever a picture shows, a teacher's answer says something about the function its student is to "
        "learn. Answers say most where they differ: in smooth noise the teacher finds every digit, "
        "in plain noise hardly ever a 0, a 1 or a 6."
    ),
    differs=N_(
        "The paper balances the teacher's answers. Here they are only spread: it takes about 5 to 18 % of "
        "smooth noise for each digit. All students see each picture equally often, so those with more "
        "pictures take more steps."
    ),
    paper=arxiv("2011.09113", N_("Nayak, Mopuri and Chakraborty 2020"), N_("abstract")),
    guess=guess(
        "smooth_alone",
        N_("A student has seen nothing but smooth noise. How many digits can it read?"),
        (20, 66.7),
        few=N_("fewer than a fifth"),
        some=N_("more, but no more than two thirds"),
        most=N_("more than two thirds"),
    ),
    chart=Chart(
        "bars", "pictures", N_("Pictures besides those with labels"), ("distilled_right",), names=PICTURES
    ),
    plan=each(_BASE, "pictures", PICTURES),
    outcomes={
        "smooth_alone": gets_right(_smooth_alone, N_("a student that has seen smooth noise alone")),
        "noise_alone": gets_right(_noise_alone, N_("a student that has seen plain noise alone")),
        "digits_adds": adds(_digits - _none, N_("the teacher's word on 900 more digits")),
        "smooth_adds": adds(_smooth - _none, N_("its word on 900 pictures of smooth noise")),
        "noise_adds": adds(_noise - _none, N_("its word on 900 pictures of plain noise")),
    },
    claims=(
        Claim(
            N_(
                "Pictures that have nothing to do with the task serve, if the teacher's answers are balanced."
            ),
            "smooth_alone",
            above(50),
            quote=N_("surprising effectiveness of using arbitrary data"),
            figure=N_("on MNIST and three collections of photographs; here, more than half right is enough"),
        ),
    ),
    sweep=Study(
        _BASE, {"labelled": (10, 100, 500), "unlabelled_pictures": ("digits", "shuffled", "noise", "smooth")}
    ),
)
