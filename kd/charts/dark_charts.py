"""Charts of dark knowledge over many pictures: entropies, and which classes a teacher thinks look alike.

`…_rows` makes a figure's table, which is also what is saved as CSV, and `…_chart` draws it.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from kd.analysis import softening
from kd.charts.parts import by_role, digit_axis, finished, shaded, temperature_axis
from kd.text.translation import _


def mean_entropy_rows(curve: pd.DataFrame, temperature: float) -> pd.DataFrame:
    """Adds a row for this T, marked in the column here, to `kd.analysis.softening.mean_entropy_curve`."""
    logarithms = np.log(curve["temperature"])
    at = {"temperature": temperature} | {
        name: float(np.interp(np.log(temperature), logarithms, curve[name]))
        for name in ("mean", "lower", "upper")
    }
    return pd.concat([curve.assign(here=False), pd.DataFrame([at | {"here": True}])], ignore_index=True)


def mean_entropy_chart(rows: pd.DataFrame) -> alt.LayerChart:
    """Draws the rows of `mean_entropy_rows` against T; a band holds the middle 80 % of the pictures."""
    base = (
        alt.Chart()
        .transform_calculate(role="'teacher'")
        .encode(
            x=temperature_axis(),
            color=by_role(),
            tooltip=[
                alt.Tooltip("temperature:Q", title="T", format=".3~g"),
                alt.Tooltip("mean:Q", title=_("Mean entropy in bits"), format=".3f"),
                alt.Tooltip("lower:Q", title=_("10 % of pictures are below"), format=".3f"),
                alt.Tooltip("upper:Q", title=_("10 % of pictures are above"), format=".3f"),
            ],
        )
    )
    here, curve = base.transform_filter("datum.here"), base.transform_filter("!datum.here")
    rule = alt.Chart().transform_filter("datum.here")
    look: dict[str, Any] = {"strokeDash": [3, 3], "opacity": 0.6, "color": "#888888"}
    layers = (
        rule.mark_rule(**look).encode(x=temperature_axis()),
        curve.mark_area(opacity=0.2).encode(y=_bits("lower"), y2="upper:Q"),
        curve.mark_line(strokeWidth=2.5).encode(y=_bits("mean")),
        here.mark_point(filled=True, size=80, opacity=1).encode(y=_bits("mean")),
    )
    return finished(
        alt.layer(*layers, data=rows),
        _("The teacher's entropy over the whole test set"),
        320,
        _("Line: mean of the 10,000 pictures. Band: the middle 80 % of them."),
    )


def look_alike_rows(labels: np.ndarray, logits: np.ndarray, temperature: float) -> pd.DataFrame:
    """Makes the cells of the matrix of mean soft targets; label is the probability in percent."""
    table = softening.mean_soft_targets_table(labels, logits, temperature)
    table["label"] = [_cell(p) for p in table["probability"]]
    return table.astype({"true": str, "class": str})


def look_alike_chart(rows: pd.DataFrame) -> alt.LayerChart:
    """Draws the mean soft target of each true class; a click selects a cell in the parameter "cell".

    The diagonal has no colour, because it would outshine everything else.
    """
    base = alt.Chart().encode(
        x=alt.X(**digit_axis("class", _("Class the probability goes to"), orient="top")),
        y=alt.Y(**digit_axis("true", _("True class"))),
        tooltip=[
            alt.Tooltip("true:N", title=_("True class")),
            alt.Tooltip("class:N", title=_("Class")),
            alt.Tooltip("probability:Q", title=_("Mean probability"), format=".3~%"),
            alt.Tooltip("share_of_wrong:Q", title=_("Share among wrong classes"), format=".1%"),
        ],
    )
    cell = alt.selection_point(name="cell", fields=["true", "class"], toggle=False)
    cells = (
        shaded(base.transform_calculate(role="'teacher'"), "cell")
        .mark_rect(cornerRadius=3, strokeWidth=2, cursor="pointer")
        .encode(
            fillOpacity=alt.FillOpacity(
                "share_of_wrong:Q",
                scale=alt.Scale(domain=[0, 0.4], range=[0.03, 1], clamp=True),
                legend=None,
            ),
            strokeOpacity=alt.condition(cell, alt.value(1), alt.value(0), empty=False),
        )
        .add_params(cell)
    )
    numbers = base.mark_text().encode(text="label:N")
    return finished(
        alt.layer(cells, numbers, data=rows),
        _("Which digits the teacher thinks look alike"),
        500,
        _("In percent. Colour: share among wrong digits."),
    )


def _cell(probability: float) -> str:
    """Writes a probability in percent, short enough for a cell: a small one is '< 0.1', not 0."""
    if np.isnan(probability):
        return ""
    hundredths = 100 * probability
    if hundredths < 0.05:
        return "< 0.1"
    return f"{hundredths:.0f}" if hundredths >= 9.95 else f"{hundredths:.1f}"


def _bits(field: str) -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        title=_("Entropy in bits"),
        scale=alt.Scale(domain=[0, 3.4], nice=False),
        axis=alt.Axis(values=[0, 1, 2, 3]),
    )
