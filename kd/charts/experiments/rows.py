"""The rows of an experiment's chart: a mean with its interval for each line and place, and whose it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kd.charts.experiments.plan import Plan, Series
from kd.studies.experiments import Experiment
from kd.studies.experiments.rows import points
from kd.text.study_words import signed
from kd.text.translation import _

YOURS, INCLUDED, GUESS = "yours", "included", "guess"
"""Whose a row is: the visitor's runs, those that come with the project, or the visitor's guess."""

COLUMNS = (
    "source", "series", "role", "name", "x", "setting", "value", "low", "high", "seeds", "label", "interval",
)  # fmt: skip


def result_rows(plan: Plan, experiment: Experiment, runs: pd.DataFrame, source: str = YOURS) -> pd.DataFrame:
    """The rows of a chart.

    Args:
        runs: those of the experiment at one length, one row each; none need have finished.
        source: YOURS or INCLUDED.

    Returns:
        COLUMNS: the mean, low and high of Student's 95 % interval over seeds (the mean again where seeds do
        not say how much others would differ), and the same in words.
    """
    found = points(runs, experiment) if len(runs) else None
    rows = (
        []
        if found is None
        else [
            _row(plan, one, source, point)
            for one in plan.series
            for point in in_order(plan, line_of(one, found))
            if not math.isnan(point["mean"])
        ]
    )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def guess_rows(plan: Plan, guess: Sequence[float]) -> pd.DataFrame:
    """The rows of a guess that was drawn. guess: a value for each of the plan's places."""
    line = Series(GUESS, _("Your guess"), GUESS, GUESS)
    unknown = {"low": math.nan, "high": math.nan, "seeds": 0}
    rows = [
        _row(plan, line, GUESS, {"x": place, "mean": value, **unknown})
        for place, value in zip(plan.places or (), guess, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def line_of(one: Series, found: pd.DataFrame) -> pd.DataFrame:
    """The points of one line. found: of `kd.studies.experiments.rows.points`."""
    own = found[found["measure"] == one.value]
    return own if one.of is None else own[own["series"] == one.of]


def in_order(plan: Plan, points: pd.DataFrame) -> list[dict[str, Any]]:
    """Points of one line from left to right."""
    rows = points.to_dict("records")
    if plan.places is not None:
        return sorted(rows, key=lambda row: (plan.places or ()).index(row["x"]))
    return sorted(rows, key=lambda row: row["x"]) if plan.is_line else rows


def _row(plan: Plan, one: Series, source: str, point: Mapping[str, Any]) -> dict[str, Any]:
    mean, low, high = (float(point[name]) for name in ("mean", "low", "high"))
    is_known = not math.isnan(low)
    return {
        "source": source,
        "series": one.code,
        "role": one.role,
        "name": one.name,
        "x": point["x"] if plan.is_line else plan.in_words(point["x"]),
        "setting": plan.in_words(point["x"]),
        "value": mean,
        "low": low if is_known else mean,
        "high": high if is_known else mean,
        "seeds": int(point["seeds"]),
        "label": number(mean, plan.signed),
        "interval": _("{low} to {high}", low=number(low, plan.signed), high=number(high, plan.signed))
        if is_known
        else "–",
    }


def number(value: float, signs: bool) -> str:
    """A value as a chart writes it. signs: whether a positive one has its sign."""
    return signed(value) if signs else f"{value:,.4g}"
