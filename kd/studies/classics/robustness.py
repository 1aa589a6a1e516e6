"""Whether a gain stays on test pictures that are changed as nobody trained on them, change by change."""

from __future__ import annotations

from kd.pictures.changes import CHANGES
from kd.studies.experiments.card import *
from kd.studies.measures import MEASURES

FEW, MANY = 500, 5_000
_BASE = RunConfig()
_EPOCHS = {FEW: 40, MANY: 8}
_CHANGED = tuple(change for change in CHANGES if change != "plain")
# Of the changes, two that teachers do not know: the chart has all of them.
TOLD = ("plain", "shifted", "noisy")


def _plan(seeds: int, times: int) -> list[list[Part]]:
    kinds = {images: {"train_size": images, "epochs": epochs} for images, epochs in _EPOCHS.items()}
    return [cells(_BASE, kinds, "images", seeds, times)]


def _judge(rows: pd.DataFrame) -> Findings:
    def of(name: str, images: int) -> pd.Series:
        return by_seed(rows, name, images=images)

    plain, *changed = (of(f"right_{change}", MANY) for change in ("plain", *_CHANGED))
    gains = {f"{change}_{images}": of(f"gain_{change}", images) for images in _EPOCHS for change in TOLD}
    return {
        **{name: finding(gain) for name, gain in gains.items()},
        "distilled_loses": finding(plain - sum(changed) / len(changed)),
    }


def _gain(change: str, images: int) -> Says:
    return Says(
        f"{change}_{images}",
        N_("With {images} images, a teacher adds {value} points on {change} pictures ({interval})."),
        N_("With {images} images, a teacher costs {value} points on {change} pictures ({interval})."),
        N_("With {images} images, no difference is shown on {change} pictures ({interval} points)."),
        label=N_("gain over scratch on {change} pictures, with {images} images"),
        names={"change": MEASURES[f"gain_{change}"].label, "images": f"{images:,}"},
    )


EXPERIMENT = Experiment(
    name="robustness",
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
    paper=Paper(N_("Mu and Gilmer 2019"), N_("abstract"), "https://arxiv.org/abs/1906.02337"),
    guess=Guess(
        N_("With 5,000 training images, what does the teacher change on noisy pictures?"),
        {
            "better": Choice(N_("its student is better by more than a point"), above(1)),
            "alike": Choice(N_("both students are within a point"), between(-1, 1)),
            "worse": Choice(N_("its student is worse by more than a point"), below(-1)),
        },
        measured="noisy_5000",
    ),
    chart=Chart(
        "bars",
        "images",
        N_("Training images"),
        tuple(f"gain_{change}" for change in CHANGES),
        GAIN,
    ),
    plan=_plan,
    judge=_judge,
    measures=tuple(f"{name}_{change}" for name in ("gain", "right") for change in CHANGES),
    labels={
        "distilled_loses": N_("what the changes cost the distilled student on average, with 5,000 images")
    },
    claims=(
        Claim(
            N_("Changes that leave a digit easy to read for people make networks much worse."),
            "distilled_loses",
            above(0),
            quote="our corruptions significantly degrade performance",
            figure=N_("fifteen corruptions"),
        ),
    ),
    says=tuple(_gain(change, images) for images in _EPOCHS for change in TOLD),
    sweep=Study(_BASE, {"train_size": (FEW, MANY), "temperature": (2.0, 10.0)}, seeds=5),
    next=("longer_and_longer", "does_it_copy", "how_many_images"),
)
