"""The best of many runs against a single one: a mistake in reporting, with a method that does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kd.config import RunConfig
from kd.studies.experiments.experiment import Chart, Choice, Findings, Guess, Paper, Part, Says
from kd.studies.experiments.judging import above, below, between, by_seed, finding, means
from kd.studies.experiments.plans import longer
from kd.studies.mistakes.mistake import Gauges, Mistake, MistakeExperiment, Thread
from kd.studies.study import Study
from kd.text.translation import N_

if TYPE_CHECKING:
    import pandas as pd

NAME = "best_of_many"
ALPHAS = (0.1, 0.3, 0.5, 0.7, 0.9)
CHOSEN = ALPHAS[0]
_THREAD = Thread(
    "megvii-research/mdistiller #40",
    "Failed to reproduce DKD result with ResNet32x4 / ResNet8x4 on CIFAR100",
    "https://github.com/megvii-research/mdistiller/issues/40",
    N_(
        "Somebody gets 75.8 to 76.19 % where the paper says 76.32 %. The answer points to issue 7, where the "
        "authors' own runs range from 75.9 to 76.5 %."
    ),
)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    # its teacher's part is 0: nothing is distilled, whatever α
    base = longer(RunConfig(mistake="same_network"), times)
    return [[Part(Study(base, {"alpha": ALPHAS}, seeds))]]


def _judge(rows: pd.DataFrame) -> Findings:
    """The gain as it is with the setting that was chosen beforehand, and as the best run of all makes it."""
    scratch = means(by_seed(rows, "scratch_right", alpha=CHOSEN))
    honest, reported = means(by_seed(rows, "gain", alpha=CHOSEN)), rows["distilled_right"].max() - scratch
    return {
        "reported": finding(reported),
        "honest": finding(honest),
        "exaggerated": finding(reported - honest),
    }


@dataclass(frozen=True)
class _Reported(Mistake):
    """All runs are right: what is wrong is which of them are shown."""

    def gauges(self, rows: pd.DataFrame) -> dict[str, Gauges]:
        found = _judge(rows)
        return {NAME: Gauges(None, None, None, found["exaggerated"], found["reported"])}


EXPERIMENT = MistakeExperiment(
    name=NAME,
    kind="mistake",
    title=N_("The best of many"),
    question=N_(
        "A method is tried at five settings, with several seeds, and its best run is compared with one run "
        "of the baseline. This method does nothing at all. How much does it gain?"
    ),
    means=N_(
        "Runs differ by luck, and whoever may pick picks luck. The more settings and seeds are tried on "
        "one side only, the larger the gain of a method that does nothing. Choose the setting first, "
        "compare seed by seed, and say the mean with its interval."
    ),
    differs=N_(
        "Nothing in the thread says that results were picked: it shows how far apart runs of one setting "
        "are. In issue 30 of the same repository the authors say that they report the best of the epochs."
    ),
    paper=Paper(_THREAD.place, f"“{_THREAD.title}”", _THREAD.url),
    guess=Guess(
        N_("How much does a method gain that does nothing?"),
        {
            "nothing": Choice(N_("next to nothing"), below(0.5)),
            "some": Choice(N_("half a point to 2 points"), between(0.5, 2)),
            "much": Choice(N_("more than 2 points"), above(2)),
        },
        measured="reported",
    ),
    chart=Chart(
        "bars",
        "alpha",
        N_("α, weight of the true labels"),
        ("distilled_right", "scratch_right"),
        N_("Right, in percent of the test images"),
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "reported": N_("gain of the best run over one run of the baseline"),
        "honest": N_("gain at the setting that was chosen first, seed by seed"),
        "exaggerated": N_("by how much the best run exaggerates"),
    },
    says=(
        Says(
            "reported",
            N_("The best run is {value} points better than the baseline ({interval})."),
            N_("Even the best run is {value} points worse than the baseline ({interval})."),
            N_("The best run is no better than the baseline, as far as one can tell ({interval} points)."),
        ),
        Says(
            "honest",
            N_("At the setting that was chosen first, the gain is {value} points ({interval})."),
            N_("At the setting that was chosen first, it costs {value} points ({interval})."),
            N_("At the setting that was chosen first, no gain is shown ({interval} points): there is none."),
        ),
    ),
    next=("same_network", "how_many_images"),
    mistake=_Reported(
        "gain = (distilled[chosen] - scratch).mean()",
        {NAME: "gain = distilled.max() - scratch[0]"},
        _THREAD,
    ),
)
