"""The chart of dark knowledge over many pictures: which classes a teacher thinks look alike."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from kd.analysis import softening
from kd.charts.parts import digit_axis, finished, shaded
from kd.text.translation import _


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
