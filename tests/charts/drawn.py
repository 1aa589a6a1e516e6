"""What a chart shows once it is drawn."""

import re
from html import unescape

import pandas as pd
import vl_convert

from kd.charts.figure_file import vega
from kd.charts.loss_charts import loss_lines, loss_rows
from kd.charts.parts import vega_lite
from kd.charts.run_charts import accuracy_lines, accuracy_rows


def rows_of(chart):
    """The rows in a chart, as they are sent."""
    return vega_lite(chart)["data"]["values"]


def without_rows(chart):
    """What a page keeps while rows are exchanged."""
    spec = vega_lite(chart)
    del spec["data"]
    return spec


def channel(chart, layer, name):
    return vega_lite(chart)["layer"][layer]["encoding"][name]


def svg_of(chart, **options) -> str:
    """Here, which is sooner than in a process of its own."""
    return vl_convert.vegalite_to_svg(**vega(without_rows(chart), pd.DataFrame(rows_of(chart)), **options))


def texts_of(chart) -> set[str]:
    """Every text in the drawn chart: titles, axes, labels, numbers."""
    return {unescape(text) for text in re.findall("<text[^>]*>([^<]*)</text>", svg_of(chart))}


def accuracy_chart(events, teacher_accuracy=None, epochs=1, **more):
    rows, axes = accuracy_rows(events, teacher_accuracy, epochs, **more)
    return accuracy_lines(rows, **axes)


def loss_chart(events, objective, epochs=1):
    rows, axes = loss_rows(events, objective, epochs)
    return loss_lines(rows, **axes)
