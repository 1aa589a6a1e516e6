"""The notebook that this project began with, and what changes as each of its weaknesses is mended."""

from __future__ import annotations

from typing import Any

from kd.studies.experiments.card import *

LONGER = 10
# What is mended → the fields that it changes
MENDED: dict[str, dict[str, Any]] = {
    "as it was": {},
    "with T²": {"temperature_squared": True},
    "strong teacher": {"teacher": "strong"},
    "longer": {"epochs": LONGER},
    "all three": {"temperature_squared": True, "teacher": "strong", "epochs": LONGER},
}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [cells(PRESETS["notebook"].config, MENDED, "mended", seeds, times)]


def _judge(rows: pd.DataFrame) -> Findings:
    gains = {name: by_seed(rows, "gain", mended=name) for name in MENDED}
    before = gains["as it was"]
    return {
        "as_it_was": finding(before),
        "all_three": finding(gains["all three"]),
        "squared_adds": finding(gains["with T²"] - before),
        "strong_adds": finding(gains["strong teacher"] - before),
        "longer_adds": finding(gains["longer"] - before),
        "all_add": finding(gains["all three"] - before),
    }


EXPERIMENT = Experiment(
    name="notebook_as_it_was",
    title=N_("The notebook as it was"),
    question=N_(
        "A weak teacher, three epochs and no T²: how much does distillation help, and what changes when each "
        "is mended?"
    ),
    means=N_(
        "Three things decide whether a teacher can help: it must know more than its student, the student "
        "must have time to learn it, and the teacher's part of the loss must have weight. Without T², that "
        "part fades as T grows."
    ),
    differs=N_(
        "The example trains teacher and students on all 60,000 images, here they see 10,000, and it reports "
        "one run, without an interval."
    ),
    paper=Paper(
        N_("Borup 2020, “Knowledge Distillation” in the examples of Keras"),
        N_("at the end"),
        "https://keras.io/examples/vision/knowledge_distillation/",
    ),
    guess=Guess(
        N_("How much does distillation gain as the notebook was?"),
        {
            "hurts": Choice(N_("it costs something"), below(0)),
            "hardly": Choice(N_("less than half a point"), between(0, 0.5)),
            "half": Choice(N_("half a point or more"), above(0.5)),
        },
        measured="as_it_was",
    ),
    chart=Chart(
        "bars",
        "mended",
        N_("What is mended"),
        ("gain",),
        GAIN,
        names={
            "as it was": N_("nothing: as it was"),
            "with T²": N_("T² in the loss"),
            "strong teacher": N_("a strong teacher"),
            "longer": N_("10 epochs instead of 3"),
            "all three": N_("all three"),
        },
    ),
    plan=_plan,
    judge=_judge,
    labels={"all_add": N_("what all three add to the gain")},
    claims=(
        Claim(
            N_("The distilled student is better than the same student from scratch."),
            "as_it_was",
            above(0),
            figure=N_("about 98.1 % distilled, 97.6 % from scratch, 97.6 % the teacher"),
        ),
    ),
    says=(
        helps("as_it_was", N_("as it was")),
        adds("squared_adds", N_("T² alone")),
        adds("strong_adds", N_("a strong teacher alone")),
        adds("longer_adds", N_("longer training alone")),
        helps("all_three", N_("with all three mended")),
    ),
    sweep=Study(
        PRESETS["notebook"].config,
        {"teacher": ("notebook", "strong"), "temperature_squared": (False, True), "epochs": (3, LONGER)},
        seeds=5,
    ),
    next=("how_many_images", "wrong_labels"),
)
