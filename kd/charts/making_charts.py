"""Charts of what networks are made of: layers to scale, and saliency."""

from __future__ import annotations

import altair as alt
import pandas as pd

from kd.analysis.saliency import Saliency
from kd.charts.parts import AGAINST, FOR, by_role, finished, role_words, shaded
from kd.text.translation import N_, _
from kd.text.words import count

SIDE = 28


def saliency_rows(saliency: Saliency, model: str) -> pd.DataFrame:
    """Makes a row for each pixel that says something to this model; strength has one scale for all."""
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


# The side of a picture in pixels of the screen, a multiple of 28: every cell is a square.
_SQUARE = 10 * SIDE


def saliency_chart(rows: pd.DataFrame, title: str) -> alt.LayerChart:
    """Draws pixels that speak for a digit in green, against it in orange-red; the stronger, the fuller."""
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
    return finished(alt.layer(pixels, data=rows), title, _SQUARE, words=words).properties(width=_SQUARE)


MEASURES = {
    "parameters": N_("Parameters"),
    "multiply_adds": N_("Multiply-adds per picture"),
    "activations": N_("Activations per picture"),
}
"""What can be drawn of a layer, still in English: `_` where it is shown."""
# The height of a layer's bars and of the chart's title, in pixels.
_LAYER_HEIGHT, _AROUND_LAYERS = 48, 70


def layer_rows(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Makes of `architecture_table` what the chart draws; share is of the largest layer of all models."""
    values = table[measure]
    return pd.DataFrame(
        {
            "role": table["model"],
            "layer": [f"{p} {kind}" for p, kind in zip(table["position"], table["kind"], strict=True)],
            "output": table["output"],
            **{name: table[name] for name in MEASURES},
            "share": values / max(values.max(), 1),
            "label": [count(int(value)) if value else "" for value in values],
        }
    )


def layer_chart(rows: pd.DataFrame, title: str, roles: tuple[str, ...], layers: int = 3) -> alt.LayerChart:
    """Draws each layer of each network as a bar, all to the same scale. Layers without any are left out.

    roles: the networks from the top. layers: how many layers have a bar.
    """
    base = (
        alt.Chart()
        .transform_filter("datum.share > 0")
        .encode(
            # numbered, so in alphabetical order too
            y=alt.Y("layer:N", title=None, axis=alt.Axis(ticks=False, domain=False)),
            yOffset=alt.YOffset("role:N", sort=list(roles), scale=alt.Scale(domain=list(roles))),
            # beyond the largest, there is room for the number and the name at its end
            x=alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, 1.7], nice=False)),
            tooltip=[
                alt.Tooltip("role_words:N", title=_("Model")),
                alt.Tooltip("layer:N", title=_("Layer")),
                alt.Tooltip("output:N", title=_("Output")),
                *(alt.Tooltip(f"{name}:Q", title=_(words), format=",d") for name, words in MEASURES.items()),
            ],
        )
    )
    bars = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.8}).encode(color=by_role())
    numbers = (
        shaded(base, "text")
        .transform_calculate(text="datum.label + '  ' + datum.role_words")
        .mark_text(align="left", dx=5)
        .encode(text="text:N")
    )
    return finished(
        alt.layer(bars, numbers, data=rows),
        title,
        layers * _LAYER_HEIGHT + _AROUND_LAYERS,
        _("Bars are to scale"),
        words={"role": role_words()},
    )
