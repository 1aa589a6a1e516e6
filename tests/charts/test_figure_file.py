"""Figures as files: real PNG and SVG, made without a network, and CSV that can be read back."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from kd.charts import dark_charts
from kd.charts.figure_file import figure_csv, figure_png, figure_svg
from kd.charts.run_charts import COLORS, vega_lite
from kd.charts.theme import INK
from kd.charts.thumbnails import thumbnail_rows


@pytest.fixture
def rows():
    return dark_charts.soft_targets_rows({"teacher": np.array([5.0, 3.0, *[0.0] * 8])}, 2.0)


@pytest.fixture
def spec(rows):
    spec = vega_lite(dark_charts.soft_targets_chart(rows))
    del spec["data"]
    return spec


def test_svg_carries_title_values_and_the_teachers_colour(spec, rows):
    text = figure_svg(spec, rows).decode()
    assert text.startswith("<svg")
    assert "Soft targets at temperature T" in text
    assert COLORS["light"][0].lower() in text.lower()
    for label in rows["label"]:
        assert label.replace("<", "&lt;") in text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axes_and_marks_have_the_colours_of_the_theme(theme, spec, rows):
    text = figure_svg(spec, rows, theme=theme, background="transparent").decode()
    assert COLORS[theme][0].lower() in text.lower()
    drawn = set(re.findall(r'<text[^>]* fill="([^"]+)"', text))
    assert INK[theme] in drawn
    assert not drawn & {"#000", "black"}
    assert 'fill="white"' not in text


def test_png_is_a_picture_on_white_that_follows_the_rows(spec, rows):
    picture = Image.open(io.BytesIO(figure_png(spec, rows)))
    assert picture.format == "PNG"
    assert picture.width > 1000
    assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    other = dark_charts.soft_targets_rows({"teacher": np.arange(10.0)}, 2.0)
    assert figure_png(spec, other) != figure_png(spec, rows)


def test_values_that_are_not_numbers_are_left_out(spec, rows):
    holes = rows.assign(logit=np.nan)
    assert "NaN" not in figure_svg(spec, holes).decode()


def test_csv_reads_back(rows):
    back = pd.read_csv(io.BytesIO(figure_csv(rows)), dtype={"digit": str}, keep_default_na=False)
    assert list(back.columns) == list(rows.columns)
    assert back["probability"].to_numpy() == pytest.approx(rows["probability"].to_numpy())


def test_csv_has_the_numbers_but_not_the_images(mnist):
    rows = thumbnail_rows(mnist.x_test[:2], [5, 6], ["a", "b"])
    assert figure_csv(rows).decode("utf-8-sig").splitlines() == ["place,picture,caption", "0,5,a", "1,6,b"]
