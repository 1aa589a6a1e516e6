"""Figures as files: what they carry, and that they need no network."""

import io
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from PIL import Image

from kd.charts import error_charts
from kd.charts.figure_file import figure_csv, figure_png, figure_svg, vega
from kd.charts.parts import CELL_COLORS, INK
from kd.charts.thumbnails import thumbnail_rows
from tests.charts.drawn import without_rows


def rows_at(temperature):
    return error_charts.look_alike_rows(np.arange(10), 9 * np.eye(10) + np.arange(10), temperature)


ROWS = rows_at(2.0)
SPEC = without_rows(error_charts.look_alike_chart(ROWS))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_svg_has_title_values_and_the_colours_of_the_theme(theme):
    text = vl_convert.vegalite_to_svg(**vega(SPEC, ROWS, theme=theme, background="transparent"))
    assert text.startswith("<svg")
    assert "Which classes the teacher thinks look alike" in text
    assert CELL_COLORS[theme][0].lower() in text.lower()
    for label in ROWS["label"]:
        assert label.replace("<", "&lt;") in text
    drawn = set(re.findall(r'<text[^>]* fill="([^"]+)"', text))
    assert INK[theme] in drawn
    assert not drawn & {"#000", "black"}
    # values that are not numbers are left out
    assert "NaN" not in vl_convert.vegalite_to_svg(**vega(SPEC, ROWS.assign(share_of_wrong=np.nan)))


def test_a_chart_writes_its_numbers_in_the_readers_language(reads):
    """Those of the rows, and those that Vega makes of an axis and of a format; the table keeps the point."""
    reads("pt_BR", {})
    frame = pd.DataFrame({"x": [0.25, 12_000.5]})
    marks = alt.Chart(frame).mark_text().encode(x="x:Q", text=alt.Text("x:Q", format=",.1f"))
    text = figure_svg(without_rows(marks), frame).decode()
    assert ">12.000,5<" in text
    assert ">10.000<" in text
    assert "12000.5" in figure_csv(frame).decode()
    assert [label for label in rows_at(2.0)["label"] if "," in label]


def test_png_is_a_picture_on_white_that_follows_the_rows():
    picture = Image.open(io.BytesIO(figure_png(SPEC, ROWS)))
    assert (picture.format, picture.width > 1000) == ("PNG", True)
    assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert figure_png(SPEC, rows_at(8.0)) != figure_png(SPEC, ROWS)


def test_csv_reads_back_without_images(mnist):
    back = pd.read_csv(io.BytesIO(figure_csv(ROWS)), dtype={"true": str, "class": str}, keep_default_na=False)
    assert list(back.columns) == list(ROWS.columns)
    assert back["probability"].to_numpy() == pytest.approx(ROWS["probability"].to_numpy())
    pictures = figure_csv(thumbnail_rows(mnist.x_test[:2], [3, 4], ["label 0", "label 4"]))
    assert list(pd.read_csv(io.BytesIO(pictures)).columns) == ["place", "picture", "caption"]
