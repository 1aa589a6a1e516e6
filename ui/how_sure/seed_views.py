"""What the browser draws of seeds that are added one by one."""

from __future__ import annotations

import math

from kd.charts.sure.seeds_charts import gain_ticks
from kd.studies.sure.adding_seeds import ORDERS, AddingSeeds
from kd.studies.sure.stations import next_station
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN
from kd.text.study_words import signed, verdict_word
from kd.text.sure_words import step_sentence
from kd.text.translation import _
from ui.live.views import View

_ROLES = {HELPS: "helps", NOT_SHOWN: "nothing", HURTS: "hurts"}


def so_far_sentence(adding: AddingSeeds) -> View:
    """What the seeds so far say, in each order."""
    says = {
        order: [
            step_sentence(at, step, order, len(steps), next_station(at)) for at, step in enumerate(steps, 1)
        ]
        for order, steps in adding.steps.items()
    }
    return {"kind": "sentence", "of": "seeds", "says": says}


def seeds(adding: AddingSeeds) -> View:
    """Each seed's gain, the mean of the first ones, and the 95 % interval of the last verdict."""
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
            {"role": "distilled", "name": _("mean; 95 % interval of the verdict")},
            {"role": "one", "name": _("one seed")},
        ],
        "seeds": len(adding.single.alone),
        "xTitle": _("Number of seeds"),
        "y": {"scale": "linear", "from": ticks[0], "to": ticks[-1], "ticks": axis},
        "orders": orders,
    }


def _decimals(ticks: list[float]) -> int:
    return 2 if any(round(tick, 1) != tick for tick in ticks) else 1
