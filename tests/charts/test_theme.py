"""Colours of the models: the same in charts, pages and Streamlit's theme, and text that can be read."""

import re
import tomllib

import altair as alt
import pytest

from kd.charts import run_charts
from kd.charts.theme import COLORS, ROLES, TEXT_COLORS
from tests import PROJECT

CONFIG = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
STYLE = (PROJECT / "ui" / "shared" / "style.css").read_text(encoding="utf-8")


def luminance(colour):
    """WCAG 2's relative luminance of "#RRGGBB"."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_in_a_models_colour_can_be_read_on_every_background(theme):
    places = (CONFIG[theme], CONFIG[theme]["sidebar"])
    backgrounds = [p[kind] for p in places for kind in ("backgroundColor", "secondaryBackgroundColor")]
    for colour in TEXT_COLORS[theme]:
        assert min(contrast(colour, background) for background in backgrounds) >= 4.5


def test_pages_charts_and_streamlit_have_the_same_colours():
    for theme, colours in COLORS.items():
        assert CONFIG[theme]["chartCategoricalColors"] == list(colours)
    for suffix, colours in (("", COLORS), ("-text", TEXT_COLORS)):
        for role, light, dark in zip(ROLES, colours["light"], colours["dark"], strict=True):
            (value,) = re.findall(f"--kd-{role.lower()}{suffix}: (.*);", STYLE)
            assert value in (f"light-dark({light}, {dark})", light if light == dark else None)


def test_a_charts_text_follows_the_apps_theme():
    for role, colour in zip(ROLES, TEXT_COLORS["light"], strict=True):
        assert f'text[fill="{colour}"] {{ fill: var(--kd-{role.lower()}-text); }}' in STYLE


@pytest.mark.parametrize(("theme", "colours"), [("kd_light", "light"), ("kd_dark", "dark")])
def test_names_at_lines_are_text_and_lines_are_marks(theme, colours):
    event = {"model": "distilled", "epoch": 1, "epochs": 2, "accuracy": 0.9, "val_accuracy": 0.9}
    with alt.theme.enable(theme):
        lines, _, names = run_charts.accuracy_chart([event], 0.99).to_dict()["layer"]
    assert "range" not in lines["encoding"]["color"]["scale"]
    assert names["encoding"]["color"]["scale"]["range"] == list(TEXT_COLORS[colours])
