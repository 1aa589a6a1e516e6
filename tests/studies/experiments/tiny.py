"""An experiment of a second or two: students of one epoch, and then others that have them as teachers."""

from kd.config import FIELDS, RunConfig
from kd.studies.experiments import card

BASE = RunConfig(teacher="notebook", train_size=320, epochs=1)


def plan(seeds, times, epochs):
    base = BASE.replace(epochs=times * epochs)
    taught = card.Part(card.Study(base, {"alpha": (0.1, 0.5)}, seeds), {"generation": 1})
    return [[taught], card.taught_by(card.with_seeds(base, seeds), base, {"generation": 2, "alpha": 0.1})]


EXPERIMENT = card.Experiment(
    name="tiny",
    title="Tiny",
    question="Is it over soon?",
    means="Little.",
    differs="It is smaller.",
    paper=card.Paper("Nobody 2000", "section 1", "https://example.org"),
    guess=card.guess("gain", "What?", (-0.5, 0.5), less="less", as_much="as much", more="more"),
    chart=card.Chart(
        "bars", "alpha", "α", ("distilled_right", "agreement"), "right", "generation", "generation"
    ),
    plan=plan,
    outcomes={"gain": card.helps(card.gain(generation=1, alpha=0.1), "at first")},
    measures=("agreement", "omitted_right_with:{epochs}"),
    claims=(card.Claim("It helps.", "gain", figure="+1 point"),),
    options={"epochs": card.Option(FIELDS["epochs"], 1)},
    seeds=2,
    times=1,
)
