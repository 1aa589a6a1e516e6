"""What a chart shows once it is drawn."""

import re
from html import unescape

import pandas as pd

from kd.charts.figure_file import figure_svg
from kd.charts.parts import vega_lite


def texts_of(chart) -> set[str]:
    """Every text in the drawn chart: titles, axes, labels, numbers."""
    spec = vega_lite(chart)
    rows = pd.DataFrame(spec.pop("data")["values"])
    return {
        unescape(text) for text in re.findall("<text[^>]*>([^<]*)</text>", figure_svg(spec, rows).decode())
    }
