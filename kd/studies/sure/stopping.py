"""The trap of stopping when it helps: how often a method that does nothing is said to do something."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from kd.analysis.verdict import CONFIDENCE
from kd.studies.over_seeds import STATIONS, level
from kd.text.translation import _

MOST_SEEDS = 40

USUAL, AT_STATIONS = "usual", "stations"
"""The rules: a verdict after every seed, at 5 %; and at stations only, at their levels."""

_METHODS = 20_000


@cache
def stopping() -> pd.DataFrame:
    """Simulates how many methods without any effect are said to help or to hurt by a number of seeds.

    Differences are drawn from a normal distribution around 0; the first verdict ends a trial. Returns columns
    rule, seeds (up to MOST_SEEDS) and share (of all methods).
    """
    from scipy.special import stdtrit

    rules = {
        USUAL: dict.fromkeys(range(2, MOST_SEEDS + 1), 1 - CONFIDENCE),
        AT_STATIONS: {seeds: level(seeds) for seeds in STATIONS if seeds <= MOST_SEEDS},
    }
    rows, t_values = [], _t_values()
    for rule, levels in rules.items():
        called = np.zeros(_METHODS, bool)
        for seeds in range(1, MOST_SEEDS + 1):
            if seeds in levels:
                called |= t_values[seeds - 1] > stdtrit(seeds - 1, 1 - levels[seeds] / 2)
            rows.append((rule, seeds, float(called.mean())))
    return pd.DataFrame(rows, columns=["rule", "seeds", "share"])


def _t_values() -> np.ndarray:
    """Returns the size of Student's t of each method's first seeds (MOST_SEEDS, methods); NaN of one."""
    draws = np.random.default_rng(0).standard_normal((MOST_SEEDS, _METHODS), np.float32)
    seeds = np.arange(1, MOST_SEEDS + 1, dtype=np.float32)[:, None]
    sums, squares = draws.cumsum(axis=0), (draws**2).cumsum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.abs(sums) / np.sqrt(seeds * (squares - sums**2 / seeds) / (seeds - 1))


def stopping_sentence(rows: pd.DataFrame) -> str:
    """Says how often a method without effect is said to have one; rows: of `stopping`."""
    share = rows.set_index(["rule", "seeds"])["share"]
    return _(
        "Take 100 methods that do nothing, look after every repeat, and stop at the first difference: by 20 "
        "repeats {usual} seem to do something, by {most} repeats {later}. With the lab's verdicts: "
        "{stations}.",
        most=MOST_SEEDS,
        usual=f"{100 * share[USUAL, 20]:.0f}",
        later=f"{100 * share[USUAL, MOST_SEEDS]:.0f}",
        stations=f"{100 * share[AT_STATIONS, MOST_SEEDS]:.0f}",
    )
