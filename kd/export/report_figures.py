"""The figures of a report, as text that stands in the page itself: nothing is fetched."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kd.analysis.fixed_and_broken import fixed_and_broken
from kd.export.format import Material
from kd.pictures.mnist import load_mnist
from kd.text.chart_words import accuracy_words, loss_words
from kd.text.translation import _

WIDTH, HEIGHT = 600, 320
SHOWN = 8


class Chart(NamedTuple):
    """A chart as SVG in both themes, and in words for those who do not see it."""

    light: str
    dark: str
    alt: str


class Picture(NamedTuple):
    """A test picture: its PNG as an address, and what it shows and the students make of it."""

    address: str
    alt: str
    caption: str


def charts(material: Material) -> Iterator[Chart]:
    """The course of the run's training: accuracies, and the distilled student's loss."""
    # Altair takes half a second to load, which other formats need not wait for
    from kd.charts.run_charts import accuracy_lines, accuracy_rows, loss_lines, loss_rows

    view = material.view
    config, events = view.config, view.history
    rows, axes = accuracy_rows(events, view.teacher_accuracy, config.epochs, HEIGHT)
    yield _chart(accuracy_lines(rows, **axes, height=HEIGHT), rows, accuracy_words(rows))
    rows, axes = loss_rows(events, config.objective_values(), config.epochs, HEIGHT)
    if len(rows):
        alt = loss_words(rows, axes["parts"])
        yield _chart(loss_lines(rows, **axes, height=HEIGHT), rows, alt)


def changed(material: Material) -> dict[str, list[Picture]]:
    """ "fixed" and "broken" → the pictures that only one student gets right, the clearest first."""
    table = fixed_and_broken(load_mnist().y_test, material.logits)
    return {
        change: [_picture(row) for _index, row in table[table["change"] == change].head(SHOWN).iterrows()]
        for change in ("fixed", "broken")
    }


def _chart(chart: Any, rows: pd.DataFrame, alt: str) -> Chart:
    from kd.charts.figure_file import figure_svg
    from kd.charts.run_charts import vega_lite

    spec = vega_lite(chart)
    light, dark = (
        _fluid(figure_svg(spec, rows, WIDTH, theme, background="transparent").decode())
        for theme in ("light", "dark")
    )
    return Chart(light, dark, alt)


def _fluid(svg: str) -> str:
    """The same drawing, which is as wide as its place; the figure around it says what it shows."""
    return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r'\1 aria-hidden="true"', svg, count=1)


def _picture(row: pd.Series) -> Picture:
    image = load_mnist().x_test[row["picture"]]
    named = {key: int(row[key]) for key in ("true", "distilled", "scratch")}
    return Picture(
        _address(image),
        _("Test picture {number}, a {true}", number=int(row["picture"]), true=named["true"]),
        _("distilled {distilled}, scratch {scratch}", **named),
    )


def _address(image: np.ndarray) -> str:
    """A picture as a data URI, dark on light as on paper."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(255 - image).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
