"""What the browser draws of seeds that are added one by one."""

from __future__ import annotations

import math

from kd.charts.sure.seeds_charts import gain_ticks
from kd.studies.sure.adding_seeds import ORDERS, SIDES, AddingSeeds
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN
from kd.text.study_words import signed, verdict_word
from kd.text.sure_words import choices_sentence, step_sentence
from kd.text.translation import _
from ui.live.views import View

_ROLES = {HELPS: "helps", NOT_SHOWN: "nothing", HURTS: "hurts"}
_SHARES = (0, 0.25, 0.5, 0.75, 1)


def so_far_sentence(adding: AddingSeeds) -> View:
    """What the seeds so far say, in each order."""
    says = {
        order: [step_sentence(at, step, order, len(steps)) for at, step in enumerate(steps, 1)]
        for order, steps in adding.steps.items()
    }
    return {"kind": "sentence", "of": "seeds", "says": says}


def seeds(adding: AddingSeeds) -> View:
    """Each seed's gain, and the mean of the first ones with its 95 % interval."""
    ticks = gain_ticks(adding)
    orders = {
        order: [
            {
                "own": step.own,
                "mean": step.difference,
                "low": None if math.isnan(step.low) else step.low,
                "high": None if math.isnan(step.high) else step.high,
                "role": _ROLES[step.says],
                "words": _(
                    "Seed {seed} alone: {points} points, {says}",
                    seed=step.seed,
                    points=signed(step.own),
                    says=verdict_word(step.says),
                ),
            }
            for step in adding.steps[order]
        ]
        for order in ORDERS
    }
    axis = [[tick, signed(tick, _decimals(ticks))] for tick in ticks]
    return {
        "kind": "seeds",
        "title": _("Gain over scratch, in points"),
        "models": [
            {"role": "distilled", "name": _("mean, 95 % interval")},
            {"role": "one", "name": _("one seed")},
        ],
        **_frame(adding, {"from": ticks[0], "to": ticks[-1], "ticks": axis}),
        "orders": orders,
    }


def choices(adding: AddingSeeds) -> View:
    """For each number of seeds, what all choices of so many would have said."""
    shares = [[share, f"{100 * share:g}\u00a0%"] for share in _SHARES]
    return {
        "kind": "choices",
        "title": _("What so many seeds say"),
        "models": [{"role": _ROLES[side], "name": verdict_word(side)} for side in SIDES],
        **_frame(adding, {"from": 0, "to": 1, "ticks": shares}),
        "counts": adding.choices.tolist(),
        "says": [choices_sentence(at, counts, adding.single) for at, counts in enumerate(adding.choices, 1)],
    }


def _frame(adding: AddingSeeds, y: View) -> View:
    return {"seeds": len(adding.choices), "xTitle": _("Number of seeds"), "y": {"scale": "linear", **y}}


def _decimals(ticks: list[float]) -> int:
    return 2 if any(round(tick, 1) != tick for tick in ticks) else 1
