from kd.pictures.changes import CHANGES
from kd.studies.experiments.card import *

_BASE = RunConfig()
IMAGES = {500: {"train_size": 500, "epochs": 40}, 5_000: {"train_size": 5_000, "epochs": 8}}
_CHANGED = [at(f"right_{change}", images=5_000) for change in CHANGES if change != "plain"]
_cost = at("right_plain", images=5_000) - sum(_CHANGED[1:], _CHANGED[0]) * (1 / len(_CHANGED))

EXPERIMENT = Experiment(
    title=N_("Robustness"),
    question=N_("Shifted, noisy or inverted digits: no student has seen any. Who reads them better?"),
    means=N_(
        "A teacher only speaks of the pictures its student sees. What the student does with others depends "
        "on how they are changed, which a mean over all changes would hide. The strong teacher has itself "
        "seen turned, thicker and thinner digits, and no noise; its student has seen none of them."
    ),
    differs=N_(
        "The paper has fifteen other corruptions, and networks that know all of MNIST. Here every fifth test "
        "picture is changed in six ways, and students have seen 500 or 5,000 pictures."
    ),
    paper=arxiv("1906.02337", N_("Mu and Gilmer 2019"), N_("abstract")),
    guess=which_side(
        "noisy_5000", N_("With 5,000 images, how does the taught student do on noisy pictures?"), 1
    ),
    chart=Chart("bars", "images", N_("Training images"), tuple(f"gain_{change}" for change in CHANGES)),
    plan=each(_BASE, "images", IMAGES),
    outcomes={
        "noisy_5000": helps(at("gain_noisy", images=5_000), N_("on noisy pictures, with 5,000 images")),
        "noisy_500": helps(at("gain_noisy", images=500), N_("on noisy pictures, with 500 images")),
        "shifted_5000": helps(at("gain_shifted", images=5_000), N_("on shifted pictures, with 5,000 images")),
        "plain_5000": helps(at("gain_plain", images=5_000), N_("on plain pictures, with 5,000 images")),
        "distilled_loses": named(
            _cost, N_("what the changes cost the distilled student on average, with 5,000 images")
        ),
    },
    measures=tuple(f"{name}_{change}" for name in ("gain", "right") for change in CHANGES),
    claims=(
        Claim(
            N_("Changes that leave a digit easy to read for people make networks much worse."),
            "distilled_loses",
            quote=N_("our corruptions significantly degrade performance"),
            figure=N_("fifteen corruptions"),
        ),
    ),
    sweep=Study(_BASE, {"train_size": (500, 5_000), "temperature": (2.0, 10.0)}, seeds=5),
)
