"""Which temperature suits which student: is one in between the best for a small one?"""

from __future__ import annotations

from kd.studies.experiments.card import *

UNITS = SMALL, _MIDDLE, LARGE = 8, 32, 128
TEMPERATURES = LOWEST, BETWEEN, HIGH, HIGHEST = 1.0, 3.0, 8.0, 20.0
_BASE = PRESETS["many_images"].config.replace(student="dense", epochs=5)
_QUOTE = "worked significantly better than higher or lower temperatures"
_STUDY = {"student_units": UNITS, "temperature": TEMPERATURES}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [[Part(Study(longer(_BASE, times), _STUDY, seeds))]]


def _judge(rows: pd.DataFrame) -> Findings:
    def gain(units: int, temperature: float) -> pd.Series:
        return by_seed(rows, "gain", student_units=units, temperature=temperature)

    return {
        "small_at_20": finding(gain(SMALL, HIGHEST)),
        "over_higher": finding(gain(SMALL, BETWEEN) - gain(SMALL, HIGHEST)),
        "over_lower": finding(gain(SMALL, BETWEEN) - gain(SMALL, LOWEST)),
        "large_8_less_20": finding(gain(LARGE, HIGH) - gain(LARGE, HIGHEST)),
        "large_at_8": finding(gain(LARGE, HIGH)),
    }


EXPERIMENT = Experiment(
    name="temperature_and_size",
    title=N_("Temperature against size"),
    question=N_("Which temperature suits a small student, and which a large one?"),
    means=N_(
        "At a low temperature a student learns which digits its teacher thinks possible; at a high one, how "
        "it ranks all the others, too. A small network may not have room for both."
    ),
    differs=N_(
        "The paper's students have two hidden layers, of 30 units or of 300 and more, and learn from all "
        "60,000 images. Here they have one, of 8 to 128 units, and learn from 10,000."
    ),
    paper=Paper(N_("Hinton, Vinyals and Dean 2015"), N_("section 3"), "https://arxiv.org/abs/1503.02531"),
    guess=Guess(
        N_("A student has eight hidden units. What does distillation at T = 20 do to it?"),
        {
            "helps": Choice(N_("it helps"), above(0)),
            "little": Choice(N_("it costs up to two points"), between(-2, 0)),
            "much": Choice(N_("it costs more than two points"), below(-2)),
        },
        measured="small_at_20",
    ),
    chart=Chart(
        "line",
        "temperature",
        N_("T, temperature"),
        ("gain",),
        GAIN,
        series="student_units",
        series_label=N_("Hidden units"),
    ),
    plan=_plan,
    judge=_judge,
    labels={"large_8_less_20": N_("gain of 128 hidden units at T = 8 less that at T = 20")},
    claims=(
        Claim(
            N_("For a small student, a temperature in between is better than a higher one."),
            "over_higher",
            above(0),
            quote=_QUOTE,
            figure=N_("with 30 units a layer, T between 2.5 and 4 was best"),
        ),
        Claim(
            N_("For a small student, a temperature in between is better than a lower one."),
            "over_lower",
            above(0),
            quote=_QUOTE,
            figure=N_("with 30 units a layer, T between 2.5 and 4 was best"),
        ),
        Claim(
            N_("For a large student, T = 8 and T = 20 are within half a point."),
            "large_8_less_20",
            between(-0.5, 0.5),
            quote="all temperatures above 8 gave fairly similar results",
            figure=N_("with 300 units or more a layer"),
        ),
    ),
    says=(
        helps("small_at_20", N_("with 8 units at T = 20")),
        compares("over_higher", N_("a student of 8 units at T = 3"), N_("one at T = 20")),
        compares("over_lower", N_("a student of 8 units at T = 3"), N_("one at T = 1")),
        helps("large_at_8", N_("with 128 units at T = 8")),
    ),
    sweep=Study(PRESETS["many_images"].config.replace(student="dense"), _STUDY, seeds=2),
    next=("how_small", "how_many_images"),
)
