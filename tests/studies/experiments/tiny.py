"""An experiment of a second or two: students of one epoch, and then others that have them as teachers."""

from __future__ import annotations

from kd.config import FIELDS, RunConfig
from kd.studies.experiments.card import (
    Chart,
    Claim,
    Experiment,
    Option,
    Outcome,
    Paper,
    Part,
    Study,
    gain,
    guess,
)

BASE = RunConfig(teacher="notebook", train_size=320, epochs=1)


def plan(seeds, times, epochs):
    base = BASE.replace(epochs=times * epochs)
    taught = Study(base, {"alpha": (0.1, 0.5)}, seeds)
    pupils = []
    for number in range(seeds):
        teacher = taught.config({"alpha": 0.1}, number).model_ids["distilled"]
        pupils.append(Study(base.replace(seed=number, teacher=teacher), {}))
    return [
        [Part(taught, {"generation": 1})],
        [Part(pupil, {"generation": 2, "alpha": 0.1}) for pupil in pupils],
    ]


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
    outcomes={
        "gain": Outcome(
            "gain",
            "It helps by {value}.",
            "It hurts by {value}.",
            "It is not shown ({interval}).",
            of=gain(generation=1, alpha=0.1),
        )
    },
    measures=("agreement", "omitted_right_with:{epochs}"),
    claims=(Claim("It helps.", "gain", figure="+1 point"),),
    options={"epochs": Option(FIELDS["epochs"], 1)},
    seeds=2,
    times=1,
)
