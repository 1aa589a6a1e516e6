"""An experiment of a second or two: students of one epoch, and then others that have them as teachers."""

from __future__ import annotations

from kd.config import FIELDS, RunConfig
from kd.studies.experiments.card import (
    Chart,
    Claim,
    Experiment,
    Option,
    Paper,
    Part,
    Study,
    gain,
    guess,
    helps,
    taught_by,
    with_seeds,
)

BASE = RunConfig(teacher="notebook", train_size=320, epochs=1)


def plan(seeds, times, epochs):
    base = BASE.replace(epochs=times * epochs)
    taught = Part(Study(base, {"alpha": (0.1, 0.5)}, seeds), {"generation": 1})
    return [[taught], taught_by(with_seeds(base, seeds), base, {"generation": 2, "alpha": 0.1})]


EXPERIMENT = Experiment(
    name="tiny",
    title="Tiny",
    question="Is it over soon?",
    means="Little.",
    differs="It is smaller.",
    paper=Paper("Nobody 2000", "section 1", "https://example.org"),
    guess=guess("gain", "What?", (-0.5, 0.5), less="less", as_much="as much", more="more"),
    chart=Chart("bars", "alpha", "α", ("distilled_right", "agreement"), "right", "generation", "generation"),
    plan=plan,
    outcomes={"gain": helps(gain(generation=1, alpha=0.1), "at first")},
    measures=("agreement", "omitted_right_with:{epochs}"),
    claims=(Claim("It helps.", "gain", figure="+1 point"),),
    options={"epochs": Option(FIELDS["epochs"], 1)},
    seeds=2,
    times=1,
)
