"""What tells the models apart in every chart: colour, mark and dash. The labels count as a fourth model.

No chart relies on colour alone. The marks' colours belong to the theme, not to a chart: importing this
module enables the Altair theme kd_light (there is also kd_dark), and the app's own theme has the same
colours, so one chart serves both. Text needs more contrast than a mark: its colours are in the chart, and
style.css exchanges them in the app's dark theme.
"""

from __future__ import annotations

import altair as alt

from kd.text.words import NAMES

ROLES = (*NAMES.values(), "Labels")
# Of the marks, in the order of ROLES: Okabe & Ito (2008), safe for colour-blind eyes.
COLORS = {
    "light": ("#E69F00", "#0072B2", "#7A7A7A", "#1F6F5C"),
    "dark": ("#E69F00", "#56B4E9", "#B0B0B0", "#4CC3A3"),
}
# Of text about them: the same hues, at 4.5 : 1 or more on every background of the app's.
TEXT_COLORS = {
    "light": ("#8A5F00", "#006BA8", "#666666", "#1F6F5C"),
    "dark": COLORS["dark"],
}
SHAPES = ("circle", "square", "triangle-up", "diamond")
DASHES = ((1, 0), (1, 0), (6, 4), (2, 3))


def _theme(name: str, ink: str) -> None:
    @alt.theme.register(name, enable=name == "kd_light")
    def theme() -> alt.theme.ThemeConfig:
        text = {"labelColor": ink, "titleColor": ink}
        return {
            "config": {
                "background": "transparent",
                "range": {"category": list(COLORS[name.removeprefix("kd_")])},
                "axis": {**text, "domainColor": ink, "gridOpacity": 0.3, "tickColor": ink},
                "title": {"color": ink},
                "text": {"color": ink},
                "view": {"stroke": None},
            }
        }


_theme("kd_light", "#20262B")
_theme("kd_dark", "#E8EAE6")
