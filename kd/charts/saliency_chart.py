"""A chart of what each pixel says for an answer, or against it."""

from __future__ import annotations

import altair as alt
import pandas as pd

from kd.analysis.saliency import Saliency
from kd.charts.parts import AGAINST, FOR, finished, role_words
from kd.text.translation import _

SIDE = 28


def saliency_rows(saliency: Saliency, model: str) -> pd.DataFrame:
    """One model's contributions as the chart draws them, on one scale for all models.

    Returns:
        Columns role, row, column, contribution, speaks ("for" or "against"), strength (0 to 1); pixels that
        say nothing are left out.
    """
    table = saliency.table()
    table = table[(table["model"] == model) & (table["contribution"] != 0)]
    return pd.DataFrame(
        {
            "role": model,
            "row": table["row"].astype(str),
            "column": table["column"].astype(str),
            "contribution": table["contribution"],
            "speaks": ["for" if value > 0 else "against" for value in table["contribution"]],
            "strength": table["contribution"].abs() / (saliency.limit or 1.0),
        }
    ).reset_index(drop=True)


def saliency_chart(rows: pd.DataFrame, title: str, height: int = 300) -> alt.LayerChart:
    """Pixels that speak for a digit in green, against it in orange-red; the stronger, the fuller.

    Args:
        rows: of `saliency_rows`.
        title: the name of the model.
        height: in pixels, with the title.
    """
    places = [str(place) for place in range(SIDE)]
    pixels = (
        alt.Chart()
        .mark_rect()
        .encode(
            x=alt.X("column:N", axis=None, scale=alt.Scale(domain=places)),
            y=alt.Y("row:N", axis=None, scale=alt.Scale(domain=places)),
            color=alt.Color(
                "speaks:N", scale=alt.Scale(domain=["for", "against"], range=[FOR, AGAINST]), legend=None
            ),
            fillOpacity=alt.FillOpacity(
                "strength:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None
            ),
            tooltip=[
                alt.Tooltip("role_words:N", title=_("Model")),
                alt.Tooltip("row:N", title=_("Row")),
                alt.Tooltip("column:N", title=_("Column")),
                alt.Tooltip("speaks_words:N", title=_("Speaks")),
                alt.Tooltip("contribution:Q", title=_("Contribution"), format="+.3f"),
            ],
        )
    )
    words = {"role": role_words(), "speaks": {"for": _("for this digit"), "against": _("against this digit")}}
    return finished(alt.layer(pixels, data=rows), title, height, words=words)
