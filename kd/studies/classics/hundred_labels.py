from kd.studies.experiments.card import *

_BASE = RunConfig(temperature=4.0, train_size=1_000, labelled=100, epochs=30)
_NO_LABEL = {"labelled": 0, "alpha": 0.0}
PICTURES: Kinds = {
    "none": (N_("none"), {"train_size": 100}),
    "digits": (N_("digits"), {}),
    "noise": (N_("noise"), {"unlabelled_pictures": "noise"}),
    "smooth": (N_("smooth noise"), {"unlabelled_pictures": "smooth"}),
    "noise alone": (N_("noise, and no label"), {"unlabelled_pictures": "noise", **_NO_LABEL}),
    "smooth alone": (N_("smooth noise, and no label"), {"unlabelled_pictures": "smooth", **_NO_LABEL}),
}


def _with(pictures: str) -> Quantity:
    return distilled(pictures=pictures)


EXPERIMENT = Experiment(
    title=N_("A hundred labels"),
    question=N_(
        "Of 1,000 pictures only 100 have a label. What are the others worth, if a teacher says what it sees "
        "in them? And if there is nothing to see?"
    ),
    means=N_(
        "What a teacher answers tells of the function that its student is to learn, whatever the picture "
        "shows. It tells most where the answers differ: in smooth noise the teacher finds every digit, in "
        "plain noise hardly ever a 0, a 1 or a 6."
    ),
    differs=N_(
        "The paper takes care that the teacher's answers are balanced. Here they are only spread: the "
        "teacher takes about 5 to 18 % of smooth noise for each digit. All students see each of their "
        "pictures equally often, so that those with more pictures take more steps."
    ),
    paper=arxiv("2011.09113", N_("Nayak, Mopuri and Chakraborty 2020"), N_("abstract")),
    guess=guess(
        "smooth_alone",
        N_("A student has seen nothing but smooth noise. How many digits does it get right?"),
        (20, 66.7),
        few=N_("fewer than a fifth"),
        some=N_("more, but no more than two thirds"),
        most=N_("more than two thirds"),
    ),
    chart=Chart(
        "bars",
        "pictures",
        N_("Pictures besides those with labels"),
        ("distilled_right",),
        names=names_of(PICTURES),
    ),
    plan=each(_BASE, "pictures", fields_of(PICTURES)),
    outcomes={
        "gain_none": helps(gain(pictures="none"), N_("on the 100 images alone")),
        "digits_adds": adds(_with("digits") - _with("none"), N_("the teacher's word on 900 more digits")),
        "noise_adds": adds(_with("noise") - _with("none"), N_("the teacher's word on 900 pictures of noise")),
        "smooth_adds": adds(
            _with("smooth") - _with("none"), N_("the teacher's word on 900 pictures of smooth noise")
        ),
        "noise_alone": gets_right(_with("noise alone"), N_("a student that has seen noise alone")),
        "smooth_alone": gets_right(_with("smooth alone"), N_("a student that has seen smooth noise alone")),
    },
    claims=(
        Claim(
            N_(
                "Pictures that have nothing to do with the task serve, if the teacher's answers are balanced."
            ),
            "smooth_alone",
            above(50),
            quote="surprising effectiveness of using arbitrary data",
            figure=N_(
                "on MNIST and three collections of photographs; more than half right counts as agreement here"
            ),
        ),
    ),
    sweep=Study(
        _BASE, {"labelled": (10, 100, 500), "unlabelled_pictures": ("digits", "shuffled", "noise", "smooth")}
    ),
    next=("how_many_images", "never_saw_it", "no_teacher_at_all"),
)
