"""What several chart modules share: channels of the role, axes in percent and in T, title and size."""

from __future__ import annotations

from typing import Any

import altair as alt

from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.charts.theme import DASHES, ROLES, SHADES, SHAPES

PERCENT = "replace(datum.label, '%', ' %')"
DIGITS = [str(digit) for digit in range(10)]
# Okabe & Ito (2008), bluish green and vermillion: what speaks for an answer, and what against it.
FOR, AGAINST = "#009E73", "#D55E00"

_CHANNELS = {
    "color": (alt.Color, None),
    "fill": (alt.Fill, None),
    "shape": (alt.Shape, SHAPES),
    "strokeDash": (alt.StrokeDash, DASHES),
}


def by_role(channel: str = "color") -> Any:
    """A channel of the column role: colours come from the theme, shapes and dashes from kd.charts.theme."""
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
    """T from 0.5 to 20 in equal ratios."""
    return alt.X(
        "temperature:Q",
        title="Temperature T (log scale)",
        scale=alt.Scale(type="log", domain=[LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE], nice=False),
        axis=alt.Axis(values=[0.5, 1, 2, 4, 10, 20], format="~g", grid=False),
    )


def digit_axis(field: str, title: str, **axis: Any) -> dict[str, Any]:
    """Arguments for an axis with the ten digits, upright, in order."""
    return {
        "shorthand": f"{field}:N",
        "title": title,
        "sort": DIGITS,
        "scale": alt.Scale(domain=DIGITS),
        "axis": alt.Axis(labelAngle=0, labelFontSize=13, ticks=False, domain=False, **axis),
    }


def finished(chart: Any, title: str, height: int, subtitle: str = "", offset: int = 12) -> Any:
    """The chart with its title at the left, as wide as its place, of a fixed height."""
    below = {"subtitle": subtitle, "subtitleFontSize": 13, "subtitlePadding": 4} if subtitle else {}
    return chart.properties(
        title=alt.TitleParams(title, anchor="start", fontSize=15, fontWeight=600, offset=offset, **below),
        width="container",
        height=height,
    )


def vega_lite(chart: alt.LayerChart) -> dict[str, Any]:
    """The chart as a Vega-Lite dictionary that can be kept and shared, without a theme.

    The one data set stands at data.values: two versions of a live chart then differ in their data alone,
    and a page can exchange the data without drawing the chart anew.
    """
    with alt.theme.enable("none"):
        spec = chart.to_dict(validate=False)
    (values,) = spec.pop("datasets").values()
    spec["data"] = {"values": values}
    return spec
