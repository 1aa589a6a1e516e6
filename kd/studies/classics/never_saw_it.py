from kd.base.fields import FieldSpec
from kd.base.unusable import Unusable
from kd.studies.experiments.card import *

_BASE = PRESETS["unseen_digit"].config
_HELP = N_("What is added to the logits of the digits left out.")
_BIAS = FieldSpec(label=N_("Bias"), help=_HELP, minimum=-30.0, maximum=30.0, step=0.5)
_MOVES = tuple(half / 2 for half in range(-4, 25))
_UNSEEN = N_("the digits it never saw")


def _plan(seeds: int, times: int, omitted_digits: str, bias: float) -> list[list[Part]]:
    if not omitted_digits:
        raise Unusable("omitted_digits must have at least one digit here, such as 3.")
    return each(_BASE, "omitted_digits", {omitted_digits: {"omitted_digits": omitted_digits}})(seeds, times)


EXPERIMENT = Experiment(
    title=N_("The digit it never saw"),
    question=N_("It never saw a 3. How many can it read?"),
    means=N_(
        "The teacher's doubts about 8s, 5s and 2s show what a 3 looks like, and the student learns it from "
        "them. It also learns that 3s never occur; a number (a bias) added to the 3's logit corrects that."
    ),
    differs=N_(
        "The paper's student has 800 units in each of two layers, and sees all 60,000 images but the 3s "
        "until it knows them. Here a convolutional student with 20,490 parameters sees 10,000 images: five "
        "times in the short training, fifty times in the long one."
    ),
    paper=arxiv("1503.02531", N_("Hinton, Vinyals and Dean 2015"), N_("section 3")),
    guess=guess(
        "with_best",
        N_("How many can it read, after one correction?"),
        (10, 50, 90),
        none=N_("next to none"),
        some=N_("fewer than half"),
        most=N_("more than half"),
        nearly_all=N_("more than 90 %"),
    ),
    chart=Chart(
        "bars",
        "omitted_digits",
        N_("Digits it never saw"),
        ("scratch_omitted_right", "omitted_right", "omitted_right_with:bias", "omitted_right_biased"),
        N_("Right, in percent of the test images of these digits"),
    ),
    plan=_plan,
    outcomes={
        "with_best": gets_right(at("omitted_right_biased"), N_("the student after one correction"), _UNSEEN),
        "as_it_is": gets_right(at("omitted_right"), N_("the student as it is"), _UNSEEN),
        "with_bias": named(
            at("omitted_right_with:bias"), N_("share of the digits it never saw read with the bias chosen")
        ),
        "all_with_best": named(at("right_biased"), N_("share of all digits read after one correction")),
        "best_bias": named(at("best_bias"), N_("the correction: the best bias")),
    },
    measures=(
        *("scratch_omitted_right", "omitted_right", "omitted_right_with:{bias}", "omitted_right_biased"),
        *("right_biased", "best_bias"),
    ),
    claims=(
        Claim(
            N_("Even as it is, the student reads most 3s."),
            "as_it_is",
            above(50),
            quote=N_("the distilled model only makes 206 test errors of which 133 are on the 1010 threes"),
            figure=N_("86.8 % of the 3s right"),
        ),
        Claim(
            N_("With the right bias, it reads nearly every 3 although it never saw one."),
            "with_best",
            above(95),
            quote=N_("with the right bias, the distilled model gets 98.6% of the test 3s correct"),
            figure=N_("a bias of 3.5, the best there"),
        ),
    ),
    options={
        "omitted_digits": Option(FIELDS["omitted_digits"], "3"),
        "bias": Option(_BIAS, 3.5, moves=_MOVES, explores=("omitted_right_with", "right_with")),
    },
    times=10,
    sweep=Study(_BASE, {"omitted_digits": ("3", "8", "37")}, seeds=5),
)
