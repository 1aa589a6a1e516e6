"""Charts of a class's drawings: what each model says under each, and how well it reads all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from kd.charts.parts import by_role, finished, shaded
from kd.charts.thumbnails import thumbnail_rows
from kd.classes.digits import Reading
from kd.text.translation import _, numeral
from kd.text.words import MODELS, NAMES, percent

HEIGHT = 230
"""Of each chart, in pixels; a presenter's window shows them larger."""


def drawing_rows(
    pictures: np.ndarray,
    numbers: Sequence[int],
    captions: Sequence[str],
    asked: np.ndarray,
    says: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    """Makes a row for each drawing and model: the drawing's picture, and what the model says.

    pictures: uint8 (n, 28, 28). numbers: names of the drawings. captions: whose they are. asked: the digits
    (n,). says: by model (n,). said: "✓", or the wrong digit.
    """
    base = thumbnail_rows(pictures, numbers, captions).assign(asked=asked)
    parts = []
    for place, model in enumerate(MODELS):
        right = says[model] == asked
        said = [_("✓") if good else str(digit) for good, digit in zip(right, says[model], strict=True)]
        parts.append(base.assign(role=model, who=_(NAMES[model]), nth=place - 1, said=said))
    return pd.concat(parts, ignore_index=True)


def drawing_chart(rows: pd.DataFrame, columns: int, lines: int, called: str) -> alt.LayerChart:
    """Draws pictures in lines, under each what the three models say; a click selects in "picked".

    rows: of `drawing_rows`. called: the chart's title.
    """

    def of_a_line(share: float) -> alt.ExprRef:
        return alt.ExprRef(expr=f"height / {lines} * {share}")

    base = (
        alt.Chart()
        .transform_calculate(column=f"datum.place % {columns} + 0.5", line=f"floor(datum.place / {columns})")
        .transform_calculate(said_at="datum.column + datum.nth * 0.28")
    )
    across = alt.Scale(domain=[0, columns], nice=False)
    y = alt.Y("line:O", axis=None, scale=alt.Scale(domain=list(range(lines)), padding=0))
    tooltip = [
        alt.Tooltip("caption:N", title=_("By")),
        alt.Tooltip("asked:N", title=_("Asked for")),
        alt.Tooltip("who:N", title=_("Model")),
        alt.Tooltip("said:N", title=_("Says")),
    ]
    picked = alt.selection_point(name="picked", fields=["picture"], toggle=False)
    images = (
        base.transform_filter("datum.nth == 0")
        .transform_calculate(spoken="datum.caption + ', ' + datum.asked")
        .mark_image(
            width=of_a_line(0.68),
            height=of_a_line(0.68),
            cursor="pointer",
            yOffset=of_a_line(-0.14),
            aria=True,
        )
        .encode(
            description="spoken:N",
            x=alt.X("column:Q", axis=None, scale=across),
            y=y,
            url="image:N",
            tooltip=tooltip[:2],
        )
        .add_params(picked)
    )
    answers = shaded(base.mark_text(dy=of_a_line(0.36), fontWeight="bold"), "text").encode(
        x=alt.X("said_at:Q", axis=None, scale=across),
        y=y,
        text="said:N",
        tooltip=tooltip,
    )
    return finished(
        alt.layer(images, answers, data=rows),
        called,
        HEIGHT,
        _("✓ is right; a digit is what the model took it for."),
    )


def reading_rows(found: Mapping[str, Reading]) -> pd.DataFrame:
    """Makes a row for each model: how many of the drawings it reads, with its interval, in percent."""
    rows = []
    for model, each in found.items():
        said = _("{who} {share}", who=_(NAMES[model]), share=percent(each.share, 0))
        agrees = (
            _("agrees with the teacher: {share}", share=percent(each.agreement, 0))
            if model != "teacher"
            else ""
        )
        likely = _("likely {low} to {high}", low=numeral(100 * each.low, ".0f"), high=percent(each.high, 0))
        rows.append((model, said, likely, agrees, 100 * each.share, 100 * each.low, 100 * each.high))
    return pd.DataFrame(rows, columns=["role", "said", "likely", "agrees", "share", "low", "high"])


def reading_chart(rows: pd.DataFrame) -> alt.LayerChart:
    """Draws each model's accuracy on the drawings, and where it is likely to be; rows: of `reading_rows`."""
    x: dict[str, Any] = {
        "scale": alt.Scale(domain=[0, 100], nice=False),
        "axis": alt.Axis(values=[0, 25, 50, 75, 100], grid=False),
        "title": _("Drawings read right (%)"),
    }
    base = alt.Chart().encode(y=alt.Y("role:N", sort=list(MODELS), axis=None), color=by_role())
    tooltip = [
        alt.Tooltip("said:N", title=_("Reads")),
        alt.Tooltip("likely:N", title=_("Likely between (95\u00a0%)")),
        alt.Tooltip("agrees:N", title=_("Agreement")),
    ]
    spans = base.mark_rule(strokeWidth=5).encode(x=alt.X("low:Q", **x), x2="high:Q")
    dots = base.mark_point(filled=True, size=170, opacity=1).encode(
        x=alt.X("share:Q", **x), shape=by_role("shape"), tooltip=tooltip
    )
    said = shaded(base.mark_text(align="left", dy=-20, fontWeight="bold"), "text")
    agrees = shaded(base.mark_text(align="left", dy=20), "text")
    words = [
        text.encode(x=alt.X("at:Q", **x), text=column)
        for text, column in ((said, "said:N"), (agrees, "agrees:N"))
    ]
    chart = alt.layer(spans, dots, *words, data=rows).transform_calculate(at="0")
    return finished(chart, _("Drawings read right"), HEIGHT)
