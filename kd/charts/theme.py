"""What tells the models apart in every chart: colour, mark and dash. The labels count as a fourth model.

No chart relies on colour alone. Colours belong to the theme, not to a chart: importing this module enables
the Altair theme kd_light (there is also kd_dark), and the app's own theme has the same colours, so one chart
serves both. Text needs more contrast than a mark, and so do cells with text on them: each has its own shade.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from kd.text.words import MODELS

ROLES = (*MODELS, "labels")
# Okabe & Ito (2008), safe for colour-blind eyes, in the order of ROLES.
COLORS = {
    "light": ("#E69F00", "#0072B2", "#7A7A7A", "#1C6957"),
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
INK = {"light": "#20262B", "dark": "#E8EAE6"}
SHADES = (*ROLES, *(f"{role} text" for role in ROLES), *(f"{role} cell" for role in ROLES))
"""What a theme has a colour for: each role as a mark, as text, and as a cell under text."""
SHAPES = ("circle", "square", "triangle-up", "diamond")
DASHES = ((1, 0), (1, 0), (6, 4), (2, 3))
TEXT_PIXELS, PRESENTED_TEXT_PIXELS = 14, 20
"""The smallest text of a chart, and the same where a lecture hall looks at it."""


def categories(theme: str) -> list[str]:
    """The colours of SHADES. theme: light or dark."""
    return [*COLORS[theme], *TEXT_COLORS[theme], *CELL_COLORS[theme]]


def text_sizes(pixels: int) -> dict[str, dict[str, Any]]:
    """The part of a Vega-Lite configuration that sets the size of all text. pixels: of the smallest."""
    labels = {"labelFontSize": pixels, "titleFontSize": pixels}
    return {
        "axis": labels,
        "legend": labels,
        "text": {"fontSize": pixels},
        "title": {"fontSize": pixels + 2, "subtitleFontSize": pixels},
    }


def _register(name: str) -> None:
    ink = INK[name]

    @alt.theme.register(f"kd_{name}", enable=name == "light")
    def theme() -> alt.theme.ThemeConfig:
        sizes = text_sizes(TEXT_PIXELS)
        axis = {
            "domainColor": ink,
            "gridOpacity": 0.3,
            "labelColor": ink,
            "tickColor": ink,
            "titleColor": ink,
        }
        config: Any = {
            "background": "transparent",
            "range": {"category": categories(name), "diverging": list(DIVERGING[name])},
            "axis": {**sizes["axis"], **axis},
            "legend": sizes["legend"],
            "title": {**sizes["title"], "color": ink, "subtitleColor": ink},
            "text": {**sizes["text"], "color": ink},
            "rule": {"color": ink},
            "view": {"stroke": None},
        }
        return {"config": config}


_register("light")
_register("dark")
