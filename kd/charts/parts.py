"""What all charts share: colours, marks and sizes, words for codes, axes, and the finished specification.

No chart relies on colour alone: models differ by mark and dash, too. Colours belong to the theme: importing
this module enables the Altair theme kd_light (there is also kd_dark), and the app's own theme has the same
colours. Text needs more contrast than a mark, and so do cells with text on them: each has its own shade.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from kd.text.translation import _, number_marks
from kd.text.words import MODELS, NAMES

ROLES = (*MODELS, "labels")
# Okabe & Ito (2008), safe for colour-blind eyes, in the order of ROLES. On white their orange is too light
# to be seen (2.3 to 1): it is darker there.
COLORS = {
    "light": ("#C48700", "#0072B2", "#7A7A7A", "#1C6957"),
    "dark": ("#E69F00", "#56B4E9", "#B0B0B0", "#4CC3A3"),
}
# The same hues where they are text on the page: 4.5 to 1 at least.
TEXT_COLORS = {"light": ("#8A5F00", "#006BA8", "#666666", "#1C6957"), "dark": COLORS["dark"]}
# The same hues where text lies on them: the theme's ink has 4.5 to 1 on the fullest cell.
CELL_COLORS = {
    "light": ("#E69F00", "#56B4E9", "#A0A0A0", "#5CAF9A"),
    "dark": ("#8A5F00", "#1B6CA0", "#666666", "#1C6957"),
}
# From what speaks against distillation over nothing to what speaks for it: blue and vermilion are told apart
# by colour-blind eyes. Text lies on them, so the theme's ink has 4.5 to 1 on each.
DIVERGING = {
    "light": (
        "#E8875A", "#EC9E78", "#F1B697", "#F6CFB9", "#F8E9DF",
        "#E4EFF6", "#C2DFF2", "#9FCEEC", "#7BBEE8", "#56B4E9",
    ),
    "dark": (
        "#A8491C", "#8C4220", "#703B24", "#533227", "#352A28",
        "#22313A", "#204053", "#1E4F6D", "#1D5E87", "#1B6CA0",
    ),
}  # fmt: skip
# Okabe & Ito (2008), bluish green and vermilion: what speaks for an answer, and what speaks against it.
FOR, AGAINST = "#009E73", "#D55E00"
INK = {"light": "#20262B", "dark": "#E8EAE6"}
SHADES = (*ROLES, *(f"{role} text" for role in ROLES), *(f"{role} cell" for role in ROLES))
"""What a theme has a colour for: each role as a mark, as text, and as a cell under text."""
SHAPES = ("circle", "square", "triangle-up", "diamond")
DASHES = ((1, 0), (1, 0), (6, 4), (2, 3))
TEXT_PIXELS, PRESENTED_TEXT_PIXELS = 14, 20
"""The smallest text of a chart, and the same where a lecture hall looks at it."""

_UPRIGHT = 2  # letters of a class' name
_ALL_NAMED = 12  # classes that are all named, whether their names overlap or not
TEMPERATURE_TICKS = (0.1, 0.2, 0.5, 1, 2, 4, 10, 20, 50, 100)


def categories(theme: str) -> list[str]:
    """Returns the colours of SHADES in a theme: light or dark."""
    return [*COLORS[theme], *TEXT_COLORS[theme], *CELL_COLORS[theme]]


def text_sizes(pixels: int) -> dict[str, dict[str, Any]]:
    """Returns the part of a Vega-Lite configuration with the size of all text. pixels: of the smallest."""
    labels = {"labelFontSize": pixels, "titleFontSize": pixels}
    return {
        "axis": labels,
        "legend": {**labels, "gradientLength": {"expr": f"min({20 * pixels}, width - 30)"}},
        "text": {"fontSize": pixels},
        "title": {"fontSize": pixels + 2, "subtitleFontSize": pixels},
    }


def _register(name: str) -> None:
    ink, sizes = INK[name], text_sizes(TEXT_PIXELS)
    config: Any = {
        "background": "transparent",
        "range": {"category": categories(name), "diverging": list(DIVERGING[name])},
        "axis": {
            **sizes["axis"],
            **dict.fromkeys(("domainColor", "labelColor", "tickColor", "titleColor"), ink),
            "gridOpacity": 0.3,
        },
        "legend": sizes["legend"],
        "title": {**sizes["title"], "color": ink, "subtitleColor": ink},
        "text": {**sizes["text"], "color": ink},
        "rule": {"color": ink},
        "view": {"stroke": None},
    }

    @alt.theme.register(f"kd_{name}", enable=name == "light")
    def theme() -> alt.theme.ThemeConfig:
        return {"config": config}


_register("light")
_register("dark")


def role_words() -> dict[str, str]:
    """Returns what the codes in the column role are called in the reader's language."""
    return {**{model: _(name) for model, name in NAMES.items()}, "labels": _("Labels")}


def in_words(code: str, words: Mapping[str, str]) -> str:
    """Returns a Vega expression that turns a code into words, and leaves alone what has none."""
    return f"({json.dumps(dict(words))}[{code}] || {code})"


def by_role(channel: str = "color") -> Any:
    """Returns a channel for the column role: color (the theme's), shape or strokeDash."""
    if channel == "color":
        return alt.Color("role:N", scale=alt.Scale(domain=list(SHADES)), legend=None)
    kind: Any = {"shape": alt.Shape, "strokeDash": alt.StrokeDash}[channel]
    marks: list[Any] = list(SHAPES) if channel == "shape" else [list(dash) for dash in DASHES]
    return kind("role:N", scale=alt.Scale(domain=list(ROLES), range=marks), legend=None)


def shaded(chart: alt.Chart, shade: str) -> alt.Chart:
    """Colours the chart's marks by role: as text ("text"), or as what lies under text ("cell")."""
    colour = alt.Color("shade:N", scale=alt.Scale(domain=list(SHADES)), legend=None)
    return chart.transform_calculate(shade=f"datum.role + ' {shade}'").encode(color=colour)


def class_axis(field: str, classes: Sequence[str], title: str | None, **axis: Any) -> dict[str, Any]:
    """Returns arguments for an axis of classes in order; names without room for them are left out."""
    names = list(classes)
    # a name of a letter or two stands upright
    aslant = axis.get("orient") == "top" and max(map(len, names)) > _UPRIGHT
    return {
        "shorthand": f"{field}:N",
        "title": title,
        "sort": names,
        "scale": alt.Scale(domain=names),
        "axis": alt.Axis(
            labelAngle=-60 if aslant else 0,
            labelOverlap=len(names) > _ALL_NAMED,
            ticks=False,
            domain=False,
            **axis,
        ),
    }


def number_axis(title: str, log: bool, values: Sequence[float] = (), padding: int = 24, **axis: Any) -> alt.X:
    """Returns the axis of numbers in the column x, with these values, if there are any."""
    ends: dict[str, Any] = {"domain": [values[0], values[-1]]} if len(values) > 1 else {}
    kind: Any = "log" if log else "linear"
    return alt.X(
        "x:Q",
        title=_("{field} (log scale)", field=title) if log else title,
        scale=alt.Scale(type=kind, zero=False, nice=False, padding=padding, **ends),
        axis=alt.Axis(grid=False, values=list(values) or alt.Undefined, **axis),
    )


def places(values: Sequence[float], log: bool = False) -> list[float]:
    """Returns where numbers are between the smallest and the largest: 0 to 1; a single one is at 0.5."""
    numbers = [math.log(value) if log else value for value in values]
    low, high = min(numbers), max(numbers)
    return [(number - low) / (high - low) if high > low else 0.5 for number in numbers]


def zero_rule(channel: str = "y", **look: Any) -> alt.Chart:
    """Returns a line across the plot at 0."""
    return alt.Chart().mark_rule(**look).encode(**{channel: alt.datum(0, type="quantitative")})


def mean_tooltips(what: alt.Tooltip, setting: str, mean: str) -> list[alt.Tooltip]:
    """Returns the tooltip of a mean over seeds, of rows with label, interval and seeds.

    what: says of what it is. setting: the title of the column setting, which is left out without one.
    """
    columns = {"setting:N": setting, "label:N": mean, "interval:N": _("Likely between (95\u00a0%)")}
    columns["seeds:Q"] = _("Repeats (seeds)")
    return [what, *(alt.Tooltip(column, title=title) for column, title in columns.items() if title)]


def finished(
    chart: Any,
    title: str,
    height: int,
    subtitle: str | list[str] = "",
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> Any:
    """Gives the chart a title on the left, its container's width and a fixed height, and returns it.

    words: column of codes → code → words. Tooltips and texts find the words in the column "COLUMN_words",
    such as "role_words": rows have codes, and only what is shown has words.
    """
    if words:
        columns = {f"{column}_words": in_words(f"datum.{column}", each) for column, each in words.items()}
        chart = chart.transform_calculate(**columns)
    below: dict[str, Any] = {"subtitle": subtitle, "subtitlePadding": 4} if subtitle else {}
    # chart.properties() would copy every layer first
    chart.title = alt.TitleParams(title, aria=False, anchor="start", fontWeight=600, offset=12, **below)
    chart.width, chart.height = "container", height
    return chart


def vega_lite(chart: alt.LayerChart | alt.FacetChart) -> dict[str, Any]:
    """Returns the chart as a Vega-Lite dictionary to keep and share, with sizes of text but no colours.

    Its only data set is at data.values, so two versions of a live chart differ in their data alone. Screen
    readers do not see the marks one by one: whatever shows the chart says in a sentence what it shows.
    """
    with alt.theme.enable("none"):
        spec = chart.to_dict(validate=False)
    (values,) = spec.pop("datasets").values()
    spec["data"] = {"values": values}
    sizes = text_sizes(TEXT_PIXELS)
    quiet = {part: {**sizes.get(part, {}), "aria": False} for part in ("mark", "axis", "legend")}
    quiet["mark"]["tooltip"] = None  # Streamlit's own has the columns of what has no words
    decimal, thousands = number_marks() or (".", ",")
    numbers = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    spec["config"] = {**sizes, **quiet, "locale": {"number": {**numbers, "percent": "\u00a0%"}}}
    return spec
