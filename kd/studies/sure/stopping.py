"""The trap of stopping when it helps: how often a method that does nothing is said to do something."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from kd.analysis.verdict import CONFIDENCE
from kd.studies.over_seeds import STATIONS, level
from kd.text.translation import ngettext

MOST_SEEDS = 40
LOOKS = (1, 2, 5, 10)
"""After how many seeds somebody may look again."""

USUAL, AT_STATIONS = "usual", "stations"
"""The rules: a verdict at every look, at 5 %; and at stations only, at their levels."""

_METHODS = 20_000


def stopping(every: int, most: int) -> pd.DataFrame:
    """Simulates how many methods without any effect are said to help or to hurt by a number of seeds.

    Differences are drawn from a normal distribution around 0; the first verdict ends a trial. every: one of
    LOOKS, after how many seeds the usual rule looks; most: MOST_SEEDS at most. Returns columns rule, seeds
    and share (of all methods).
    """
    from scipy.special import stdtrit

    looks = [seeds for seeds in range(max(every, 2), most + 1) if seeds % every == 0]
    rules = {
        USUAL: {seeds: 1 - CONFIDENCE for seeds in looks},
        AT_STATIONS: {seeds: level(seeds) for seeds in STATIONS if seeds <= most},
    }
    rows = []
    for rule, levels in rules.items():
        called = np.zeros(_METHODS, bool)
        for seeds in range(1, most + 1):
            if seeds in levels:
                called |= _t_values()[seeds - 1] > stdtrit(seeds - 1, 1 - levels[seeds] / 2)
            rows.append((rule, seeds, float(called.mean())))
    return pd.DataFrame(rows, columns=["rule", "seeds", "share"])


@cache
def _t_values() -> np.ndarray:
    """Returns the size of Student's t of each method's first seeds (MOST_SEEDS, methods); NaN of one."""
    draws = np.random.default_rng(0).standard_normal((MOST_SEEDS, _METHODS), np.float32)
    seeds = np.arange(1, MOST_SEEDS + 1, dtype=np.float32)[:, None]
    sums, squares = draws.cumsum(axis=0), (draws**2).cumsum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.abs(sums) / np.sqrt(seeds * (squares - sums**2 / seeds) / (seeds - 1))


def stopping_sentence(every: int, most: int, usual: float, stations: float) -> str:
    """Says how often a method without effect is said to have one, by the shares of each rule."""
    return ngettext(
        "Look after every seed, up to {most}, and stop at the first verdict: of 100 methods that do nothing, "
        "{usual} are said to help or to hurt. With verdicts at stations only, {stations}.",
        "Look after every {count} seeds, up to {most}, and stop at the first verdict: of 100 methods that do "
        "nothing, {usual} are said to help or to hurt. With verdicts at stations only, {stations}.",
        every,
        count=every,
        most=most,
        usual=_of_hundred(usual),
        stations=_of_hundred(stations),
    )


def _of_hundred(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.095 or share == 0 else f"{100 * share:.1f}"
