"""The notebook that this project began with, and what changes as each of its weaknesses is mended."""

from __future__ import annotations

from typing import Any

from kd.studies.experiments.card import *

# What is mended → the fields that it changes
MENDED: dict[str, dict[str, Any]] = {
    "as it was": {},
    "with T²": {"temperature_squared": True},
    "strong teacher": {"teacher": "strong"},
    "both": {"temperature_squared": True, "teacher": "strong"},
}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [cells(PRESETS["notebook"].config, MENDED, "mended", seeds, times)]


def _judge(rows: pd.DataFrame) -> Findings:
    gains = {name: by_seed(rows, "gain", mended=name) for name in MENDED}
    before = gains["as it was"]
    return {
        "as_it_was": finding(before),
        "squared_adds": finding(gains["with T²"] - before),
        "strong_adds": finding(gains["strong teacher"] - before),
        "both": finding(gains["both"]),
    }


EXPERIMENT = Experiment(
    name="notebook_as_it_was",
    title=N_("The notebook as it was"),
    question=N_(
        "A weak teacher, three epochs and no T²: how much does distillation help, and what changes when the "
        "teacher and the loss are mended? And with five times the epochs?"
    ),
    means=N_(
        "A teacher can pass on only what it knows, and the notebook's has learned from the same 10,000 "
        "images as its students. Without T², its part of the gradient shrinks beside that of the labels as T "
        "grows."
    ),
    differs=N_(
        "The example trains teacher and students on all 60,000 images, here they see 10,000, as in the "
        "notebook. It reports one run, without an interval, after three epochs: the short training here."
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
            "both": N_("both"),
        },
    ),
    plan=_plan,
    judge=_judge,
    claims=(
        Claim(
            N_("The distilled student is better than the same student from scratch."),
            "as_it_was",
            above(0),
            quote="a performance boost compared to training the same student model from scratch",
            figure=N_("about 98.1 % distilled, 97.6 % from scratch, 97.6 % the teacher"),
        ),
    ),
    says=(
        helps("as_it_was", N_("as it was")),
        adds("squared_adds", N_("T² alone")),
        adds("strong_adds", N_("a strong teacher alone")),
        helps("both", N_("with both mended")),
    ),
    sweep=Study(
        PRESETS["notebook"].config,
        {"teacher": ("notebook", "strong"), "temperature_squared": (False, True), "epochs": (3, 15)},
        seeds=3,
    ),
    next=("how_many_images", "wrong_labels"),
)
