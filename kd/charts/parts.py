"""What several chart modules share: channels of the role, words for codes, axes, title and size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import altair as alt

from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.charts.theme import DASHES, ROLES, SHADES, SHAPES, TEXT_PIXELS, text_sizes
from kd.text.translation import _
from kd.text.words import NAMES

PERCENT = "replace(datum.label, '%', ' %')"
DIGITS = [str(digit) for digit in range(10)]
TEMPERATURE_TICKS = (0.1, 0.2, 0.5, 1, 2, 4, 10, 20, 50, 100)
# Okabe & Ito (2008), bluish green and vermilion: what speaks for an answer, and what speaks against it.
FOR, AGAINST = "#009E73", "#D55E00"

_CHANNELS = {
    "color": (alt.Color, None),
    "fill": (alt.Fill, None),
    "shape": (alt.Shape, SHAPES),
    "strokeDash": (alt.StrokeDash, DASHES),
}


def role_words() -> dict[str, str]:
    """What the codes in the column role are called in the reader's language."""
    return {**{model: _(name) for model, name in NAMES.items()}, "labels": _("Labels")}


def in_words(code: str, words: Mapping[str, str]) -> str:
    """A Vega expression that turns a code into words, and leaves alone what has none.

    Args:
        code: the expression of the code, such as "datum.role"; in an axis' labelExpr, "datum.value".
        words: code → words, of any characters.
    """
    return f"({json.dumps(dict(words))}[{code}] || {code})"


def by_role(channel: str = "color") -> Any:
    """A channel for the column role: colours are the theme's, shapes and dashes those of kd.charts.theme."""
    kind, values = _CHANNELS[channel]
    if values is None:
        return kind("role:N", scale=alt.Scale(domain=list(SHADES)), legend=None)
    marks = [list(value) if isinstance(value, tuple) else value for value in values]
    return kind("role:N", scale=alt.Scale(domain=list(ROLES), range=marks), legend=None)


def shaded(chart: alt.Chart, shade: str) -> alt.Chart:
    """The chart's marks in the role's colour for text ("text"), or for what lies under text ("cell")."""
    colour = alt.Color("shade:N", scale=alt.Scale(domain=list(SHADES)), legend=None)
    return chart.transform_calculate(shade=f"datum.role + ' {shade}'").encode(color=colour)


def temperature_axis() -> alt.X:
    """The axis of T, logarithmic from 0.1 to 100."""
    return alt.X(
        "temperature:Q",
        title=_("Temperature T (log scale)"),
        scale=alt.Scale(type="log", domain=[LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE], nice=False),
        axis=alt.Axis(values=[*TEMPERATURE_TICKS], format="~g", grid=False),
    )


def digit_axis(field: str, title: str | None, **axis: Any) -> dict[str, Any]:
    """Arguments for an axis of the ten digits, upright and in order."""
    return {
        "shorthand": f"{field}:N",
        "title": title,
        "sort": DIGITS,
        "scale": alt.Scale(domain=DIGITS),
        "axis": alt.Axis(labelAngle=0, ticks=False, domain=False, **axis),
    }


def finished(
    chart: Any,
    title: str,
    height: int,
    subtitle: str | list[str] = "",
    offset: int = 12,
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> Any:
    """The chart with its title on the left, as wide as its container, and of a fixed height.

    Args:
        subtitle: below it; of several, each on a line of its own.
        words: column of codes → code → words. Tooltips and texts find the words in the column
            "COLUMN_words", such as "role_words": rows have codes, and only what is shown has words.
    """
    if words:
        columns = {f"{column}_words": in_words(f"datum.{column}", each) for column, each in words.items()}
        chart = chart.transform_calculate(**columns)
    below: dict[str, Any] = {}
    if subtitle:
        below = {"subtitle": subtitle, "subtitlePadding": 4}
    return chart.properties(
        title=alt.TitleParams(title, aria=False, anchor="start", fontWeight=600, offset=offset, **below),
        width="container",
        height=height,
    )


def vega_lite(chart: alt.LayerChart | alt.FacetChart) -> dict[str, Any]:
    """The chart as a Vega-Lite dictionary that can be kept and shared, with sizes of text but no colours.

    Its only data set is at data.values, so two versions of a live chart differ in their data alone. Screen
    readers do not see the marks one by one: whoever shows the chart says in a sentence what it shows.
    """
    with alt.theme.enable("none"):
        spec = chart.to_dict(validate=False)
    (values,) = spec.pop("datasets").values()
    spec["data"] = {"values": values}
    sizes = text_sizes(TEXT_PIXELS)
    spec["config"] = {**sizes, "mark": {"aria": False}, "axis": {**sizes["axis"], "aria": False}}
    return spec
