"""The best of many runs against a single one: a mistake in reporting, with a method that does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kd.studies.experiments.card import *
from kd.studies.mistakes.mistake import Gauges, Mistake, MistakeExperiment, Thread

NAME = "best_of_many"
ALPHAS = (0.1, 0.3, 0.5, 0.7, 0.9)
CHOSEN = ALPHAS[0]
MANY = 20
# On average, the standard deviation of five draws is so much of the true one.
_OF_FIVE = 0.94
_THREAD = Thread(
    "megvii-research/mdistiller #40",
    "Failed to reproduce DKD result with ResNet32x4 / ResNet8x4 on CIFAR100",
    "https://github.com/megvii-research/mdistiller/issues/40",
    N_(
        "Somebody gets 75.8 to 76.19 % where the paper says 76.32 %, which is quoted as an average of 5 "
        "trials. The answer points to issue 7, where the authors' own runs range from 75.9 to 76.5 %."
    ),
)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    # the teacher's part is 0: nothing is distilled, whatever α. Each α has first weights of its own.
    kinds = {alpha: {"alpha": alpha, "generation": draw} for draw, alpha in enumerate(ALPHAS)}
    return [cells(RunConfig(mistake="same_network"), kinds, "alpha", seeds, times)]


@cache
def luck(draws: int) -> float:
    """How far the best of so many draws from a normal distribution is above a single one, on average.

    In standard deviations: the mean of the largest, by its density.
    """
    from scipy.stats import norm

    at = np.linspace(-10, 10, 4_001)
    return float(np.trapezoid(at * draws * norm.pdf(at) * norm.cdf(at) ** (draws - 1), at))


def _judge(rows: pd.DataFrame) -> Findings:
    """The gain of the setting that was chosen beforehand, of the best run, and of what luck alone gives."""
    scratch = means(by_seed(rows, "scratch_right", alpha=CHOSEN))
    honest = means(by_seed(rows, "gain", alpha=CHOSEN))
    draws = rows.groupby("seed")["distilled_right"]
    reported, spread = draws.max() - scratch, draws.std() / _OF_FIVE
    return {
        "reported": finding(reported),
        "honest": finding(honest),
        "exaggerated": finding(reported - honest),
        "luck": finding(luck(len(ALPHAS)) * spread),
        "luck_of_many": finding(luck(MANY) * spread),
    }


@dataclass(frozen=True)
class _Reported(Mistake):
    """All runs are right: what is wrong is which of them are shown."""

    def gauges(self, rows: pd.DataFrame) -> dict[str, Gauges]:
        found = _judge(rows)
        return {NAME: Gauges(None, None, None, found["exaggerated"], found["reported"])}


def _alone(measured: str, draws: str) -> Says:
    sentence = N_(
        "From how far the runs are apart, luck alone gives the best of {draws} {value} points ({interval})."
    )
    return Says(
        measured,
        sentence,
        sentence,
        sentence,
        label=N_("what luck alone gives the best of {draws}"),
        names={"draws": draws},
    )


EXPERIMENT = MistakeExperiment(
    name=NAME,
    kind="mistake",
    title=N_("The best of many"),
    question=N_(
        "A method is tried at five settings, each with first weights of its own, and its best run is "
        "compared with one run of the baseline. This method does nothing at all. How much does it gain?"
    ),
    means=N_(
        "Runs differ by luck, and whoever may pick picks luck. The more runs are tried on one side only, the "
        "larger the gain of a method that does nothing. Choose the setting first, compare seed by seed, and "
        "say the mean with its interval."
    ),
    differs=N_(
        "Nothing in the thread says that results were picked: its figure is quoted as an average of 5 "
        "trials, and it shows how far apart runs of one setting are. In issue 30 of the same repository the "
        "authors say that they report the best of the epochs. Here the runs of a seed have the same images, "
        "as those of a benchmark have; other images would set them further apart."
    ),
    paper=Paper(_THREAD.place, f"“{_THREAD.title}”", _THREAD.url),
    guess=Guess(
        N_("How much does a method gain that does nothing?"),
        {
            "nothing": Choice(N_("next to nothing"), below(0.2)),
            "some": Choice(N_("up to a point"), between(0.2, 1)),
            "much": Choice(N_("more than a point"), above(1)),
        },
        measured="reported",
    ),
    chart=Chart(
        "bars",
        "alpha",
        N_("α, weight of the true labels"),
        ("distilled_right", "scratch_right"),
        RIGHT,
    ),
    plan=_plan,
    judge=_judge,
    labels={"exaggerated": N_("by how much the best run exaggerates")},
    says=(
        compares("reported", N_("the best run"), N_("one run of the baseline")),
        compares("honest", N_("the setting that was chosen first"), N_("the baseline, seed by seed")),
        _alone("luck", N_("five")),
        _alone("luck_of_many", N_("twenty")),
    ),
    next=("same_network", "how_many_images"),
    mistake=_Reported(
        "gain = (distilled[chosen] - scratch).mean()",
        {NAME: "gain = distilled.max() - scratch[0]"},
        _THREAD,
    ),
)
