"""Colours of the models: the same in charts, pages and Streamlit's theme, and text that can be read."""

import json
import re
import tomllib

import altair as alt
import pytest

from kd.charts import parts
from tests import PROJECT
from tests.charts.drawn import accuracy_chart, svg_of
from tests.charts.test_run_charts import event
from tests.contrast import contrast

CONFIG = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
STYLE = (PROJECT / "ui" / "shared" / "style.css").read_text(encoding="utf-8")
READABLE, SEEN = 4.5, 3


def of_theme(name: str, what: str) -> str:
    """A colour of style.css in a theme."""
    (value,) = re.findall(rf"--kd-{what}: (.*);", STYLE)
    both = re.findall("#[0-9A-F]{6}", value)
    return both[0 if name == "light" else -1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_in_a_models_colour_on_a_full_cell_and_on_the_accent(theme):
    places = (CONFIG[theme], CONFIG[theme]["sidebar"])
    backgrounds = [p[kind] for p in places for kind in ("backgroundColor", "secondaryBackgroundColor")]
    for colour in parts.TEXT_COLORS[theme]:
        assert min(contrast(colour, background) for background in backgrounds) >= READABLE
    assert contrast(of_theme(theme, "on-accent"), of_theme(theme, "accent")) >= READABLE
    for cell in (*parts.CELL_COLORS[theme], *parts.DIVERGING[theme], CONFIG[theme]["backgroundColor"]):
        assert contrast(parts.INK[theme], cell) >= READABLE, cell


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_and_the_edges_of_controls_are_seen(theme):
    page, field = (CONFIG[theme][kind] for kind in ("backgroundColor", "secondaryBackgroundColor"))
    for colour in parts.COLORS[theme]:
        assert contrast(colour, page) >= SEEN, colour
    assert min(contrast(of_theme(theme, "edge"), background) for background in (page, field)) >= SEEN


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_charts_and_streamlit_have_the_same_colours(theme):
    assert CONFIG[theme]["chartCategoricalColors"] == parts.categories(theme)
    assert len(parts.categories(theme)) == len(parts.SHADES)
    assert CONFIG[theme]["textColor"] == parts.INK[theme] == of_theme(theme, "ink")
    assert CONFIG[theme]["primaryColor"] == of_theme(theme, "accent")
    for role, colour in zip(parts.ROLES, parts.COLORS[theme], strict=True):
        assert of_theme(theme, role.lower()) == colour
    with alt.theme.enable(f"kd_{theme}"):
        assert alt.theme.get()()["config"]["range"]["category"] == parts.categories(theme)
        assert alt.theme.get()()["config"]["range"]["diverging"] == list(parts.DIVERGING[theme])
    assert CONFIG[theme]["chartDivergingColors"] == list(parts.DIVERGING[theme])


def test_lines_have_the_marks_colours_and_names_those_of_text():
    chart = accuracy_chart([event(model, 1, 0.9) for model in ("distilled", "scratch")], 0.99)
    assert "color" not in json.dumps(parts.vega_lite(chart)["config"]).lower()  # which are the theme's
    drawn = svg_of(chart)
    lines = re.findall(r'stroke="(#\w+)" stroke-width="2.5"', drawn)
    assert set(lines) == set(parts.COLORS["light"][:3])
    names = dict(re.findall(r'fill="(#\w+)"[^>]*>(Teacher|Distilled|Scratch) ', drawn))
    assert names == dict(zip(parts.TEXT_COLORS["light"], ("Teacher", "Distilled", "Scratch"), strict=False))
