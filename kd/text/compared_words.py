"""Settings compared with each other, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kd.text.chart_words import records
from kd.text.study_words import decimals, judged_words, signed
from kd.text.translation import N_, _
from kd.text.verdicts import p_value_words

_AHEAD = {
    "ahead": N_("{second} is ahead of {first} by {points} points ({low} to {high})."),
    "behind": N_("{second} is behind {first} by {points} points ({low} to {high})."),
}


def between_words(first: str, second: str, found: Mapping[str, Any]) -> str:
    """What sets two settings' distilled students apart, in a sentence.

    Args:
        first, second: what the settings are called.
        found: the numbers of a kd.lab.comparison.Between, by name.
    """
    names = {"first": first, "second": second}
    if found["verdict"] == "unpaired":
        return _(
            "{first} and {second} have no seed in common, so their students make no pairs: "
            "train both with the same seeds to compare them.",
            **names,
        )
    if found["verdict"] == "not judged yet":
        return _(
            "Not judged yet: {second} minus {first} is {points} points on average.",
            **names,
            points=signed(found["difference"]),
        )
    difference, low, high, digits = found["difference"], found["low"], found["high"], decimals(found)
    if found["verdict"] in _AHEAD:
        if found["verdict"] == "behind":
            difference, low, high = -difference, -high, -low
        numbers = {"points": f"{difference:.{digits}f}", "low": f"{low:.{digits}f}"}
        return _(_AHEAD[found["verdict"]], **names, **numbers, high=f"{high:.{digits}f}")
    if math.isnan(low):
        return _(
            "No difference shown: {second} minus {first} is {points} points with each seed.",
            **names,
            points=signed(difference, digits),
        )
    return _(
        "No difference shown: {second} minus {first} is {low} to {high} points.",
        **names,
        low=signed(low, digits),
        high=signed(high, digits),
    )


def between_evidence(found: Mapping[str, Any]) -> str:
    """What that rests on, in a sentence or two; empty where there is no test. found: as `between_words`."""
    seeds = found["seeds"]
    if found["test"] == "paired t":
        count = f"{len(seeds):,}"
        if math.isnan(found["p"]):
            return _("Distilled students in pairs over {count} seeds, which do not say more.", count=count)
        judged = judged_words({"seeds": len(seeds), "judged_seeds": found["judged_seeds"]})
        return _(
            "Distilled students in pairs over {seeds}; paired t-test {p_value}.",
            seeds=judged,
            p_value=p_value_words(found["p"]),
        )
    if not found["test"]:
        return ""
    test = p_value_words(found["p"])
    if len(seeds) > 1:
        return _(
            "Distilled students of seeds {first} and {second} on the same 10,000 test pictures; McNemar "
            "{p_value}. With different seeds, some of the difference is luck.",
            first=seeds[0],
            second=seeds[1],
            p_value=test,
        )
    return _(
        "Distilled students of seed {seed} on the same 10,000 test pictures; McNemar {p_value}. "
        "Another seed may give another difference.",
        seed=seeds[0],
        p_value=test,
    )


def courses_words(ends: Mapping[str, tuple[int, float]]) -> str:
    """The curves of several settings' distilled students. ends: name → last epoch and its accuracy."""
    each = ", ".join(
        _(
            "{name}: {value} after epoch {epoch}",
            name=name,
            value=f"{100 * value:.2f}\u00a0%",
            epoch=epoch,
        )
        for name, (epoch, value) in ends.items()
    )
    return _("Test accuracy of the distilled students by epoch. {each}.", each=each)


def difference_in_words(rows: pd.DataFrame, first: str, second: str) -> str:
    """The confusions of one student minus another's. rows: true, predicted, count (second minus first)."""
    wrong = [(true, said, n) for true, said, n in records(rows, "true", "predicted", "count") if true != said]
    total = sum(n for *_pair, n in wrong)
    words = _(
        "Errors of {second} minus errors of {first}: {total}.",
        first=first,
        second=second,
        total=f"{total:+d}".replace("-", "−"),
    )
    true, said, most = max(wrong, key=lambda cell: abs(cell[2]))
    if most == 0:
        return words
    return (
        words
        + " "
        + _(
            "The largest difference: {true} read as {answer}, {count} pictures.",
            true=true,
            answer=said,
            count=f"{most:+d}".replace("-", "−"),
        )
    )
