"""Figures as files: real PNG and SVG, made without a network, and CSV that can be read back."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from kd.charts import dark_charts
from kd.charts.figure_file import figure_csv, figure_png, figure_svg
from kd.charts.parts import CELL_COLORS, INK, vega_lite
from kd.charts.thumbnails import thumbnail_rows


def rows_at(temperature):
    return dark_charts.look_alike_rows(np.arange(10), 9 * np.eye(10) + np.arange(10), temperature)


@pytest.fixture
def rows():
    return rows_at(2.0)


@pytest.fixture
def spec(rows):
    spec = vega_lite(dark_charts.look_alike_chart(rows))
    del spec["data"]
    return spec


def test_svg_carries_title_values_and_the_teachers_colour(spec, rows):
    text = figure_svg(spec, rows).decode()
    assert text.startswith("<svg")
    assert "Which digits the teacher thinks look alike" in text
    assert CELL_COLORS["light"][0].lower() in text.lower()
    for label in rows["label"]:
        assert label.replace("<", "&lt;") in text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axes_and_marks_have_the_colours_of_the_theme(theme, spec, rows):
    text = figure_svg(spec, rows, theme=theme, background="transparent").decode()
    assert CELL_COLORS[theme][0].lower() in text.lower()
    drawn = set(re.findall(r'<text[^>]* fill="([^"]+)"', text))
    assert INK[theme] in drawn
    assert not drawn & {"#000", "black"}
    assert 'fill="white"' not in text


def test_png_is_a_picture_on_white_that_follows_the_rows(spec, rows):
    picture = Image.open(io.BytesIO(figure_png(spec, rows)))
    assert picture.format == "PNG"
    assert picture.width > 1000
    assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert figure_png(spec, rows_at(8.0)) != figure_png(spec, rows)


def test_values_that_are_not_numbers_are_left_out(spec, rows):
    holes = rows.assign(share_of_wrong=np.nan)
    assert "NaN" not in figure_svg(spec, holes).decode()


def test_csv_reads_back(rows):
    back = pd.read_csv(io.BytesIO(figure_csv(rows)), dtype={"true": str, "class": str}, keep_default_na=False)
    assert list(back.columns) == list(rows.columns)
    assert back["probability"].to_numpy() == pytest.approx(rows["probability"].to_numpy())


def test_csv_has_the_numbers_but_not_the_images(mnist):
    rows = thumbnail_rows(mnist.x_test[:2], [5, 6], ["a", "b"])
    assert figure_csv(rows).decode("utf-8-sig").splitlines() == ["place,picture,caption", "0,5,a", "1,6,b"]
