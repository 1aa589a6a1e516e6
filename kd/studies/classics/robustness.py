from kd.pictures.changes import CHANGES
from kd.studies.experiments.card import *

_BASE = RunConfig()
_CHANGED = [at(f"right_{change}", images=5_000) for change in CHANGES if change != "plain"]
# of the changes, two that teachers do not know: the chart has all of them
_TOLD = ("plain", "shifted", "noisy")
_adds = told(
    N_("gain over scratch on {change} pictures, with {images} images"),
    N_("With {images} images, a teacher adds {value} points on {change} pictures ({interval})."),
    N_("With {images} images, a teacher costs {value} points on {change} pictures ({interval})."),
    N_("With {images} images, no difference is shown on {change} pictures ({interval} points)."),
    by=("change", "images"),
)

EXPERIMENT = Experiment(
    title=N_("Robustness"),
    question=N_(
        "Shifted, turned, noisy, thick, thin and inverted digits: no student has trained on any. On which of "
        "them is one that had a teacher better, and on which is it worse?"
    ),
    means=N_(
        "A teacher only speaks of the pictures that its student sees. What the student is like on other "
        "pictures depends on how they are changed: a mean over all changes would hide it. The strong teacher "
        "has itself seen turned, thicker and thinner digits, and no noise; its student has seen none of them."
    ),
    differs=N_(
        "The paper has other corruptions, fifteen of them, and networks that have learned from all of MNIST. "
        "Here every fifth test picture is changed in six ways, and the students have seen 500 or 5,000 "
        "pictures."
    ),
    paper=arxiv("1906.02337", N_("Mu and Gilmer 2019"), N_("abstract")),
    guess=guess(
        "noisy_5000",
        N_("With 5,000 training images, what does the teacher change on noisy pictures?"),
        (-1, 1),
        worse=N_("its student is worse by more than a point"),
        alike=N_("both students are within a point"),
        better=N_("its student is better by more than a point"),
    ),
    chart=Chart("bars", "images", N_("Training images"), tuple(f"gain_{change}" for change in CHANGES)),
    plan=each(
        _BASE, "images", {500: {"train_size": 500, "epochs": 40}, 5_000: {"train_size": 5_000, "epochs": 8}}
    ),
    outcomes={
        **{
            f"{change}_{images}": _adds(
                at(f"gain_{change}", images=images), value(f"gain_{change}").label, f"{images:,}"
            )
            for images in (500, 5_000)
            for change in _TOLD
        },
        "distilled_loses": named(
            at("right_plain", images=5_000) - sum(_CHANGED[1:], _CHANGED[0]) * (1 / len(_CHANGED)),
            N_("what the changes cost the distilled student on average, with 5,000 images"),
        ),
    },
    measures=tuple(f"{name}_{change}" for name in ("gain", "right") for change in CHANGES),
    claims=(
        Claim(
            N_("Changes that leave a digit easy to read for people make networks much worse."),
            "distilled_loses",
            quote="our corruptions significantly degrade performance",
            figure=N_("fifteen corruptions"),
        ),
    ),
    sweep=Study(_BASE, {"train_size": (500, 5_000), "temperature": (2.0, 10.0)}, seeds=5),
    next=("longer_and_longer", "does_it_copy", "how_many_images"),
)
